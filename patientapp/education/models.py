"""Tables of education."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import AppendOnly, Identified, Model, choice
from patientapp.education.rules import Mark


class LearningTally(Model):
    """How often strangers did this with a topic in a month: no person, no address, no time."""

    __tablename__ = "learning_tallies"

    month: Mapped[date] = mapped_column(primary_key=True)  # its first day
    topic: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


class LearningMark(AppendOnly, Identified, Model):
    """One thing between a patient and a topic; an occasion counts once."""

    __tablename__ = "learning_marks"
    __table_args__ = (sa.UniqueConstraint("patient_id", "topic", "kind", "occasion"),)

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"), index=True)
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"))
    topic: Mapped[str]
    kind: Mapped[Mark] = mapped_column(choice(Mark))
    occasion: Mapped[str]  # of an offer: why, and which episode; of the rest: its London day
    episode_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("episodes.id"), index=True)
    language: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]  # who did it: a viewer's key, or the system
