"""Tables of flare-up plans."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import AppendOnly, Identified, Model, choice
from patientapp.plans.rules import PlanState, Section


class FlarePlan(AppendOnly, Identified, Model):
    """One version of a person's flare-up plan; what it says stands in the tables below."""

    __tablename__ = "flare_plans"
    __table_args__ = (sa.UniqueConstraint("patient_id", "version"),)

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"), index=True)
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"))
    version: Mapped[int]
    language: Mapped[str]
    created_at: Mapped[datetime]


class FlarePlanSection(AppendOnly, Model):
    """One change of one section; the newest of a section is what it says."""

    __tablename__ = "flare_plan_sections"
    __table_args__ = (
        sa.CheckConstraint("section NOT IN ('urgent', 'how_to_contact')", name="fixed_is_nobodys"),
    )

    plan_id: Mapped[UUID] = mapped_column(sa.ForeignKey("flare_plans.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    section: Mapped[Section] = mapped_column(choice(Section))
    content: Mapped[dict[str, Any]]
    saved_by: Mapped[str]
    saved_at: Mapped[datetime]


class FlarePlanStep(AppendOnly, Model):
    """One move of a version; (plan, seq) lets only one of two people make it."""

    __tablename__ = "flare_plan_steps"
    __table_args__ = (
        sa.CheckConstraint("state <> 'agreed' OR staff_id IS NOT NULL", name="agreed_by_a_person"),
        sa.CheckConstraint("state <> 'agreed' OR review_on IS NOT NULL", name="agreed_with_review"),
    )

    plan_id: Mapped[UUID] = mapped_column(sa.ForeignKey("flare_plans.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[PlanState] = mapped_column(choice(PlanState))
    staff_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("staff.id"))
    by: Mapped[str]
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")
    review_on: Mapped[date | None]
    safety_version: Mapped[str] = mapped_column(default="")  # of the urgent wording it was agreed with


class PlanCopy(Identified, Model):
    """A copy on a phone: its id is a random name that opens nothing and tells only whether it stands."""

    __tablename__ = "flare_plan_copies"

    plan_id: Mapped[UUID] = mapped_column(sa.ForeignKey("flare_plans.id"), index=True)
    kept_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class FlareEvent(Identified, Model):
    """A flare-up that somebody told us of; one a day and person, however often it is told."""

    __tablename__ = "flare_events"
    __table_args__ = (
        sa.UniqueConstraint("patient_id", "started_on"),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="ends_after_it_began"),
    )

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"))
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")
    told_by: Mapped[str]
    told_at: Mapped[datetime]
