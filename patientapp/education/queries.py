"""Reads of what was offered, opened, done and found helpful."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.db import db
from patientapp.education.models import LearningMark, LearningTally
from patientapp.education.rules import Mark
from patientapp.patients.models import Patient
from patientapp.patients.queries import visible_patients


@dataclass
class Learned:
    """One topic of one person: the newest time of each kind."""

    topic: str
    at: dict[Mark, datetime] = field(default_factory=dict)

    @property
    def is_waiting(self) -> bool:
        """Whether it was offered and not done since."""
        offered, done = self.at.get(Mark.OFFERED), self.at.get(Mark.DONE)
        return offered is not None and (done is None or done < offered)


def learned(viewer: Viewer, patient_id: UUID) -> dict[str, Learned]:
    """A patient's topics, by name of the topic; of others nothing (SEC-03)."""
    theirs = visible_patients(viewer).with_only_columns(Patient.id)
    rows = db.session.execute(
        sa.select(LearningMark.topic, LearningMark.kind, sa.func.max(LearningMark.at).label("at"))
        .where(LearningMark.patient_id == patient_id, LearningMark.patient_id.in_(theirs))
        .group_by(LearningMark.topic, LearningMark.kind)
    )
    found: dict[str, Learned] = {}
    for row in rows:
        found.setdefault(row.topic, Learned(row.topic)).at[row.kind] = row.at
    return found


def done_topics(viewer: Viewer, patient_id: UUID) -> set[str]:
    """The topics that this patient has done: what a plan that names them wants to know (C22)."""
    return {one.topic for one in learned(viewer, patient_id).values() if Mark.DONE in one.at}


def counts(viewer: Viewer) -> dict[str, dict[Mark, int]]:
    """Patients of the viewer's service per topic and kind."""
    theirs = visible_patients(viewer).with_only_columns(Patient.id)
    return _by_topic(
        sa.select(
            LearningMark.topic,
            LearningMark.kind,
            sa.func.count(sa.distinct(LearningMark.patient_id)).label("count"),
        )
        .where(LearningMark.patient_id.in_(theirs))
        .group_by(LearningMark.topic, LearningMark.kind)
    )


def tallies(months: Iterable[date]) -> dict[str, dict[Mark, int]]:
    """What readers who did not sign in did in these months, per topic and kind."""
    return _by_topic(
        sa.select(
            LearningTally.topic, LearningTally.kind, sa.func.sum(LearningTally.count).label("count")
        )
        .where(LearningTally.month.in_(list(months)))
        .group_by(LearningTally.topic, LearningTally.kind)
    )


def _by_topic(wanted: Any) -> dict[str, dict[Mark, int]]:
    found: dict[str, dict[Mark, int]] = {}
    for topic, kind, count in db.session.execute(wanted):
        found.setdefault(topic, {})[Mark(kind)] = int(count)
    return found
