"""Tables of patients."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import Identified, Model, choice
from patientapp.patients.contact_rules import ChosenTime, PauseReason, Wishes
from patientapp.patients.rules import Sex


class Patient(Identified, Model):
    """One person in one service's care."""

    __tablename__ = "patients"
    __table_args__ = (
        sa.UniqueConstraint("service_id", "nhs_number"),
        sa.Index("ix_patients_service_name", "service_id", "family_name", "given_name", "id"),
        sa.Index("ix_patients_mobile", "mobile"),  # who shares a phone
        sa.CheckConstraint("(paused_until IS NULL) = (pause_reason IS NULL)", name="paused_with_reason"),
    )

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    nhs_number: Mapped[str | None] = mapped_column(sa.String(10))  # none: travellers, homeless (B53)
    given_name: Mapped[str]
    family_name: Mapped[str]
    birth_date: Mapped[date]
    sex: Mapped[Sex] = mapped_column(choice(Sex), default=Sex.UNKNOWN)
    mobile: Mapped[str] = mapped_column(default="")  # E.164
    email: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")  # BCP 47
    needs: Mapped[list[Any]] = mapped_column(default=list)  # communication needs (CLIN-11)
    texts_ok: Mapped[bool] = mapped_column(default=True)  # false: STOP, or said so to staff
    visit_texts_ok: Mapped[bool] = mapped_column(default=True)
    questionnaire_texts_ok: Mapped[bool] = mapped_column(default=True)
    feedback_texts_ok: Mapped[bool] = mapped_column(default=True)
    chosen_time: Mapped[ChosenTime] = mapped_column(choice(ChosenTime), default=ChosenTime.MORNING)
    paused_until: Mapped[date | None]  # questionnaires and feedback wait; visits do not
    pause_reason: Mapped[PauseReason | None] = mapped_column(choice(PauseReason))
    died_on: Mapped[date | None]
    created_at: Mapped[datetime]

    @property
    def wishes(self) -> Wishes:
        """What this person lets us text them about, and when."""
        return Wishes(
            texts_ok=self.texts_ok,
            visits_ok=self.visit_texts_ok,
            questionnaires_ok=self.questionnaire_texts_ok,
            feedback_ok=self.feedback_texts_ok,
            chosen_time=self.chosen_time,
            paused_until=self.paused_until,
            pause_reason=self.pause_reason,
        )


class PlannedLook(Model):
    """When the planner looks at a person next; none: when something happens (PERF-9)."""

    __tablename__ = "planned_looks"

    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), primary_key=True)
    look_at: Mapped[datetime | None] = mapped_column(index=True)
    changes: Mapped[int] = mapped_column(default=0)
