"""Tables of texts to many people at once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.assessments.rules import TimePoint
from patientapp.contact.rules import SECOND_PERSON_FROM, Which
from patientapp.db import Identified, Model, choice


class BulkSend(Identified, Model):
    """One text to a chosen list of people: who prepared, approved or recalled it, and when (SMS-08)."""

    __tablename__ = "bulk_sends"
    __table_args__ = (
        sa.Index("ix_bulk_sends_service_prepared", "service_id", "prepared_at"),
        sa.CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved_by_whom"),
        sa.CheckConstraint("(recalled_at IS NULL) = (recalled_by IS NULL)", name="recalled_by_whom"),
        sa.CheckConstraint("sent_at IS NULL OR approved_at IS NOT NULL", name="sent_when_approved"),
        sa.CheckConstraint("sent_at IS NULL OR recalled_at IS NULL", name="sent_or_recalled"),
        sa.CheckConstraint(
            f"approved_by IS NULL OR people < {SECOND_PERSON_FROM} OR approved_by <> prepared_by",
            name="second_person",
        ),
    )

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    time_point: Mapped[TimePoint] = mapped_column(choice(TimePoint))
    which: Mapped[Which] = mapped_column(choice(Which))
    people: Mapped[int]
    prepared_by: Mapped[UUID] = mapped_column(sa.ForeignKey("staff.id"))
    prepared_at: Mapped[datetime]
    approved_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None]
    recalled_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("staff.id"))
    recalled_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]


class BulkPerson(Model):
    """One person of a bulk send, and what came of it; the list is fixed when it is prepared."""

    __tablename__ = "bulk_people"
    __table_args__ = {"sqlite_with_rowid": False}

    bulk_id: Mapped[UUID] = mapped_column(sa.ForeignKey("bulk_sends.id"), primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), primary_key=True)
    pack_id: Mapped[UUID] = mapped_column(sa.ForeignKey("packs.id"), primary_key=True)
    outcome: Mapped[str] = mapped_column(default="")  # queued, or why not; empty until it leaves
