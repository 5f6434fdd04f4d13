"""Tables of goals."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import AppendOnly, Identified, Model, choice
from patientapp.goals.rules import GoalState, WordKind


class PatientGoal(AppendOnly, Identified, Model):
    """One goal in the patient's own words."""

    __tablename__ = "goals"

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), index=True)
    words: Mapped[str]
    made_at: Mapped[datetime]


class GoalReview(AppendOnly, Model):
    """How a goal stood on a day; the newest is its state."""

    __tablename__ = "goal_reviews"

    goal_id: Mapped[UUID] = mapped_column(sa.ForeignKey("goals.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[GoalState] = mapped_column(choice(GoalState))
    note: Mapped[str]
    by: Mapped[str]  # patient:<id>, staff:<id>
    at: Mapped[datetime]


class OwnWords(AppendOnly, Identified, Model):
    """What a patient wants to talk about, hopes for, or has practised."""

    __tablename__ = "own_words"
    __table_args__ = (sa.Index("ix_own_words_patient_kind", "patient_id", "kind", "at"),)

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"))
    kind: Mapped[WordKind] = mapped_column(choice(WordKind))
    topics: Mapped[list[Any]]
    words: Mapped[str]
    at: Mapped[datetime]
