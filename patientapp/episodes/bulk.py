"""Referrals and events of another system, many at a time: a few statements for hundreds of rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from patientapp.db import run, table
from patientapp.episodes.models import Episode, EpisodeChange, EpisodeEvent
from patientapp.episodes.queries import is_current
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.workdays import london_day

_EPISODES, _EVENTS, _CHANGES = table(Episode), table(EpisodeEvent), table(EpisodeChange)


@dataclass(frozen=True, kw_only=True)
class NewEvent:
    """One event to record."""

    episode_id: UUID | None
    kind: str
    at: datetime
    detail: str = ""
    amount: float | None = None
    event_key: str | None = None
    mark: bytes | None = None
    corrects_id: UUID | None = None


def system_referrals(service_id: UUID, keys: Collection[str]) -> dict[str, Any]:
    """The episodes under these keys of their sender."""
    asked = sa.select(_EPISODES).where(
        _EPISODES.c.service_id == service_id, _EPISODES.c.referral_key.in_(keys)
    )
    return {row.referral_key: row for row in run(asked)}


def system_first_days(episode_ids: Collection[UUID]) -> dict[UUID, date]:
    """The first day on which anything is recorded of each, but its receipt."""
    asked = (
        sa.select(_EVENTS.c.episode_id, sa.func.min(_EVENTS.c.on, type_=sa.Date()).label("first"))
        .where(
            _EVENTS.c.episode_id.in_(episode_ids),
            _EVENTS.c.kind.not_in([EpisodeEventKind.RECEIVED, *AT_ANY_TIME]),
            is_current(),
        )
        .group_by(_EVENTS.c.episode_id)
    )
    return {row.episode_id: row.first for row in run(asked)}


def system_open_twice(service_id: UUID) -> int:
    """How many people have more than one episode that goes on."""
    ended = sa.select(_EVENTS.c.episode_id).where(
        _EVENTS.c.service_id == service_id,
        _EVENTS.c.kind.in_((EpisodeEventKind.DISCHARGED, EpisodeEventKind.RETURNED)),
        _EVENTS.c.episode_id.is_not(None),
        is_current(),
    )
    twice = (
        sa.select(_EPISODES.c.patient_id)
        .where(_EPISODES.c.service_id == service_id, _EPISODES.c.id.not_in(ended))
        .group_by(_EPISODES.c.patient_id)
        .having(sa.func.count() > 1)
        .subquery()
    )
    return int(run(sa.select(sa.func.count()).select_from(twice)).scalar_one())


AT_ANY_TIME = (EpisodeEventKind.COMPLAINT, EpisodeEventKind.COMPLIMENT)  # also before a referral


def add_referrals(service_id: UUID, rows: Sequence[Mapping[str, Any]], *, by: str, now: datetime) -> None:
    """New episodes, each with the event that began it."""
    if not rows:
        return
    made: list[dict[str, Any]] = [
        {"id": uuid4(), "service_id": service_id, "created_at": now}
        | dict(row)
        | {"received_on": london_day(row["received_at"])}
        for row in rows
    ]
    run(sa.insert(_EPISODES), made)
    received = [
        NewEvent(episode_id=one["id"], kind=EpisodeEventKind.RECEIVED, at=one["received_at"])
        for one in made
    ]
    add_events(service_id, received, by=by, now=now)


def change_referral(stored: Any, given: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """A referral that its sender has changed; what it said before is kept."""
    changes = {name: new for name, new in given.items() if new != getattr(stored, name)}
    if not changes:
        return
    values = dict(changes)
    if "received_at" in changes:
        values["received_on"] = london_day(changes["received_at"])
        add_events(stored.service_id, [_received(stored.id, changes["received_at"])], by=by, now=now)
    run(sa.update(_EPISODES).where(_EPISODES.c.id == stored.id).values(**values))
    said = {name: [_plain(getattr(stored, name)), _plain(new)] for name, new in changes.items()}
    run(
        sa.insert(_CHANGES),
        {"id": uuid4(), "episode_id": stored.id, "changes": said, "at": now, "by": by},
    )


def _received(episode_id: UUID, at: datetime) -> NewEvent:
    asked = sa.select(_EVENTS.c.id).where(
        _EVENTS.c.episode_id == episode_id,
        _EVENTS.c.kind == EpisodeEventKind.RECEIVED,
        is_current(),
    )
    newest = run(asked.order_by(_EVENTS.c.recorded_at.desc(), _EVENTS.c.id.desc())).scalars().first()
    return NewEvent(episode_id=episode_id, kind=EpisodeEventKind.RECEIVED, at=at, corrects_id=newest)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def add_events(service_id: UUID, events: Sequence[NewEvent], *, by: str, now: datetime) -> None:
    """Record events."""
    if events:
        facts = {"service_id": service_id, "recorded_at": now, "recorded_by": by}
        rows = [{"id": uuid4(), **vars(one), "on": london_day(one.at)} | facts for one in events]
        run(sa.insert(_EVENTS), rows)


def system_current_of(service_id: UUID, marks: Collection[bytes]) -> dict[bytes, UUID]:
    """The newest record of the fact under each mark: the first one, or what has corrected it since."""
    asked = sa.select(_EVENTS.c.mark, _EVENTS.c.id)
    newest = {
        row.mark: row.id
        for row in run(asked.where(_EVENTS.c.service_id == service_id, _EVENTS.c.mark.in_(marks)))
    }
    while found := {row.corrects_id: row.id for row in run(_corrections(newest.values()))}:
        newest = {mark: found.get(one, one) for mark, one in newest.items()}
    return newest


def _corrections(ids: Collection[UUID]) -> sa.Select[tuple[UUID, UUID]]:
    asked = sa.select(_EVENTS.c.corrects_id, _EVENTS.c.id)
    return asked.where(_EVENTS.c.corrects_id.in_(list(ids)))
