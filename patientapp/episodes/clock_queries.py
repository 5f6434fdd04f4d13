"""Reads of clocks: of one episode, and of the episodes of a service that last long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.db import db
from patientapp.episodes.clock_rules import ClockLine, clock_line, limit_days
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.episodes.queries import is_current, visible_episodes
from patientapp.services.models import Service
from patientapp.services.queries import profile_of, system_service
from patientapp.workdays import BeyondHolidays, add_months, london_day


@dataclass(frozen=True)
class LongEpisode:
    """An episode that is near its limit, or past it."""

    episode_id: UUID
    patient_id: UUID
    late_after: date

    def is_late(self, today: date) -> bool:
        """Whether the limit has passed."""
        return today > self.late_after


def system_firsts(episode_ids: Sequence[UUID], *, now: datetime) -> dict[UUID, dict[str, datetime]]:
    """When each kind of event first happened in each of these episodes, by now."""
    at = sa.func.min(EpisodeEvent.at, type_=EpisodeEvent.at.type).label("first_at")
    asked = (
        sa.select(EpisodeEvent.episode_id, EpisodeEvent.kind, at)
        .where(EpisodeEvent.episode_id.in_(episode_ids), EpisodeEvent.at <= now, is_current())
        .group_by(EpisodeEvent.episode_id, EpisodeEvent.kind)
    )
    found: dict[UUID, dict[str, datetime]] = {one: {} for one in episode_ids}
    for row in db.session.execute(asked):
        found[row.episode_id][row.kind] = row.first_at
    return found


def clocks_of(episode: Episode, *, now: datetime) -> list[ClockLine]:
    """Where each clock of the contract stands for an episode that the caller may see.

    None are shown where the years of an episode have no bank holidays here: not guessed (TIME-03).
    """
    contract = profile_of(system_service(episode.service_id))
    if contract is None:
        return []
    events = system_firsts([episode.id], now=now)[episode.id]
    try:
        lines = [
            clock_line(
                clock, events, urgency=episode.urgency, closes=contract.closes, today=london_day(now)
            )
            for clock in contract.clocks
        ]
    except BeyondHolidays:
        return []
    return [line for line in lines if line is not None]


def long_episodes(viewer: Viewer, *, now: datetime, limit: int) -> list[LongEpisode]:
    """The viewer's open episodes that are near their limit or past it, the latest first (D22, B44)."""
    contract = profile_of(db.session.get_one(Service, viewer.service_id))
    if contract is None or contract.episode is None:
        return []
    rule, today = contract.episode, london_day(now)
    began = sa.select(EpisodeEvent.episode_id).where(
        EpisodeEvent.service_id == viewer.service_id,
        EpisodeEvent.kind.in_(rule.start),
        EpisodeEvent.on <= add_months(today, -rule.warn_months),
        is_current(),
    )
    ended = sa.select(EpisodeEvent.episode_id).where(
        EpisodeEvent.service_id == viewer.service_id,
        EpisodeEvent.kind.in_((*rule.ends, "discharged", "returned")),
        EpisodeEvent.episode_id.is_not(None),
        is_current(),
    )
    asked = visible_episodes(viewer).where(Episode.id.in_(began), Episode.id.not_in(ended))
    found = list(db.session.scalars(asked.order_by(Episode.received_on, Episode.id).limit(limit)))
    events = system_firsts([one.id for one in found], now=now)
    lines = [
        LongEpisode(one.id, one.patient_id, days.late_after)
        for one in found
        if (days := limit_days(rule, events[one.id])) is not None and days.warn_on <= today
    ]
    return sorted(lines, key=lambda line: line.late_after)
