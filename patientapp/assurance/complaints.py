"""Complaints of a period with their dates, for a commissioner who asks for an exception report (C47)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.db import db
from patientapp.episodes.models import EpisodeEvent
from patientapp.episodes.queries import is_current
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.workdays import working_days_after

K = EpisodeEventKind
ACKNOWLEDGED_IN = 3  # working days: Complaints Regulations 2009 (SI 2009/309), regulation 13(3)


@dataclass(frozen=True)
class Complaint:
    """One complaint: days only, no name and no words of anybody."""

    received_on: date
    acknowledged_on: date | None
    closed_on: date | None
    action: str

    @property
    def acknowledge_by(self) -> date:
        """The last day to acknowledge it."""
        return working_days_after(self.received_on, ACKNOWLEDGED_IN)

    def is_exception(self, today: date) -> bool:
        """Whether it was acknowledged late, or waits past its day."""
        return (self.acknowledged_on or today) > self.acknowledge_by


def complaints(viewer: Viewer, *, first: date, last: date) -> list[Complaint]:
    """My service's complaints received from a day to a day, the oldest first.

    What belongs together is matched within an episode, in order: the first complaint with the first
    acknowledgement and the first closing on or after it. Those without an episode likewise.
    """
    asked = sa.select(EpisodeEvent).where(
        EpisodeEvent.service_id == viewer.service_id,
        EpisodeEvent.kind.in_((K.COMPLAINT, K.COMPLAINT_ACKNOWLEDGED, K.COMPLAINT_CLOSED)),
        is_current(),
    )
    rows = list(db.session.scalars(asked.order_by(EpisodeEvent.on, EpisodeEvent.recorded_at)))
    used: Counter[object] = Counter()
    found = []
    for row in (row for row in rows if row.kind == K.COMPLAINT):
        own = [one for one in rows if one.episode_id == row.episode_id and not used[one.id]]
        acknowledged = _next(own, K.COMPLAINT_ACKNOWLEDGED, row.on)
        closed = _next(own, K.COMPLAINT_CLOSED, row.on)
        used.update(one.id for one in (acknowledged, closed) if one is not None)
        if first <= row.on <= last:
            made = Complaint(
                row.on,
                acknowledged.on if acknowledged else None,
                closed.on if closed else None,
                closed.detail if closed else "",
            )
            found.append(made)
    return found


def _next(rows: Sequence[EpisodeEvent], kind: K, on: date) -> EpisodeEvent | None:
    return next((one for one in rows if one.kind == kind and one.on >= on), None)
