"""Tables of patients."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import AppendOnly, Identified, Model, choice
from patientapp.patients.contact_rules import ChosenTime, PauseReason, Wishes
from patientapp.patients.rules import Sex


class Patient(Identified, Model):
    """One person in one service's care."""

    __tablename__ = "patients"
    __table_args__ = (
        sa.UniqueConstraint("service_id", "nhs_number"),
        sa.Index("ix_patients_service_name", "service_id", "family_name", "given_name", "id"),
        sa.Index("ix_patients_service_created", "service_id", "created_at"),  # newest, and FHIR pages
        sa.Index("ix_patients_mobile", "mobile"),  # who shares a phone
        sa.Index("uq_patients_service_key", "service_id", "patient_key", unique=True),
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
    patient_key: Mapped[str | None]  # the sender's own; none: added here
    postcode: Mapped[str] = mapped_column(default="")  # empty: not known; ZZ99 3VZ: no fixed address
    gp_code: Mapped[str] = mapped_column(default="")  # of the practice; empty: none, or not known (B53)
    ethnicity: Mapped[str] = mapped_column(default="")  # NHS data dictionary letter
    imd_decile: Mapped[int | None] = mapped_column(sa.SmallInteger)  # 1 the most deprived
    interpreter: Mapped[bool] = mapped_column(default=False)
    veteran: Mapped[bool | None]
    booking_help: Mapped[bool] = mapped_column(default=False)  # needs help to book (B21)
    housebound: Mapped[bool] = mapped_column(default=False)  # packs on paper or by telephone (B54)
    merged_into_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("patients.id"))

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


class PatientChange(AppendOnly, Identified, Model):
    """What a changed record said before: field by field, old and new (N34)."""

    __tablename__ = "patient_changes"

    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), index=True)
    changes: Mapped[dict[str, Any]]  # field -> [old, new]
    at: Mapped[datetime]
    by: Mapped[str]


class PatientMerge(AppendOnly, Identified, Model):
    """Two records found to be of one person: which went into which, and what went with it."""

    __tablename__ = "patient_merges"

    from_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), unique=True)
    into_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), index=True)
    moved: Mapped[dict[str, Any]]  # table -> ids of its rows
    reason: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
