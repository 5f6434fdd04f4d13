"""People who came back, by the way they took and what became of it (B15)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.db import db
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.episodes.queries import is_current, visible_episodes
from patientapp.patients.queries import visible_ids
from patientapp.pifu.models import PifuRequest, PifuWithdrawal
from patientapp.workdays import at_london
from patientapp.worklist.models import WorkItemEvent
from patientapp.worklist.rules import ItemStep

OWN_REQUEST = "request"  # under an agreement; the other ways are the sources of a referral
LEFT = ("discharged", "moved_to_pifu", "discharged_to_pifu")


class Outcome(StrEnum):
    """What became of coming back."""

    WAITING = "waiting"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    SEEN = "seen"
    SENT_BACK = "sent_back"


@dataclass(frozen=True)
class Returns:
    """One way back: how often it was taken, and what became of it."""

    route: str
    outcomes: Mapping[Outcome, int]

    @property
    def all(self) -> int:
        """How often."""
        return sum(self.outcomes.values())


def returns_by_route(viewer: Viewer, *, first: date, last: date) -> list[Returns]:
    """Requests and new referrals of people who had left, from a day to a day; ways not taken left out."""
    counts: dict[str, Counter[Outcome]] = {OWN_REQUEST: Counter(_requests(viewer, first, last))}
    for route, outcome in _referred_again(viewer, first, last):
        counts.setdefault(route, Counter())[outcome] += 1
    return [Returns(route, found) for route, found in counts.items() if found]


def _requests(viewer: Viewer, first: date, last: date) -> list[Outcome]:
    answered = sa.exists().where(
        WorkItemEvent.item_id == PifuRequest.work_item_id, WorkItemEvent.step == ItemStep.CLOSED
    )
    withdrawn = sa.exists().where(PifuWithdrawal.request_id == PifuRequest.id)
    asked = sa.select(withdrawn, answered).where(
        PifuRequest.service_id == viewer.service_id,
        PifuRequest.patient_id.in_(visible_ids(viewer)),
        PifuRequest.sent_at >= at_london(first, time(0)),
        PifuRequest.sent_at < at_london(last + timedelta(days=1), time(0)),
    )
    return [
        Outcome.WITHDRAWN if row[0] else Outcome.ANSWERED if row[1] else Outcome.WAITING
        for row in db.session.execute(asked)
    ]


def _referred_again(viewer: Viewer, first: date, last: date) -> list[tuple[str, Outcome]]:
    """New referrals of people whom an earlier episode had let go by then."""
    again = visible_episodes(viewer).where(Episode.received_on.between(first, last))
    episodes = list(db.session.scalars(again))
    left = _days(viewer, LEFT)
    earlier: dict[UUID, list[tuple[UUID, date]]] = {}
    own = visible_episodes(viewer).where(Episode.patient_id.in_({one.patient_id for one in episodes}))
    for one in db.session.scalars(own):
        if one.id in left:
            earlier.setdefault(one.patient_id, []).append((one.id, left[one.id]))
    seen, sent_back = _days(viewer, ("first_appointment",)), _days(viewer, ("returned",))
    return [
        (one.source.value, _outcome(one.id, seen=seen, sent_back=sent_back))
        for one in episodes
        if _had_left(one, earlier.get(one.patient_id, ()))
    ]


def _had_left(again: Episode, earlier: Iterable[tuple[UUID, date]]) -> bool:
    return any(other != again.id and day <= again.received_on for other, day in earlier)


def _outcome(episode_id: UUID, *, seen: Mapping[UUID, date], sent_back: Mapping[UUID, date]) -> Outcome:
    if episode_id in sent_back:
        return Outcome.SENT_BACK
    return Outcome.SEEN if episode_id in seen else Outcome.WAITING


def _days(viewer: Viewer, kinds: tuple[str, ...]) -> dict[UUID, date]:
    """The first day of any of these events, by episode."""
    asked = (
        sa.select(EpisodeEvent.episode_id, sa.func.min(EpisodeEvent.on, type_=sa.Date()))
        .where(
            EpisodeEvent.service_id == viewer.service_id,
            EpisodeEvent.kind.in_(kinds),
            EpisodeEvent.episode_id.is_not(None),
            is_current(),
        )
        .group_by(EpisodeEvent.episode_id)
    )
    return {row[0]: row[1] for row in db.session.execute(asked) if row[0] is not None}
