"""Tables of agreements and requests to come back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import AppendOnly, Identified, Model


class PifuAgreement(AppendOnly, Identified, Model):
    """What a person and a clinician agreed about coming back (B46)."""

    __tablename__ = "pifu_agreements"
    __table_args__ = (
        sa.Index("ix_pifu_agreements_service_ends", "service_id", "ends_on"),
        sa.CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
    )

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]  # the last day on which a request is taken
    triggers: Mapped[str]  # the changes that are a reason to ask, as agreed
    others: Mapped[str] = mapped_column(default="")  # who else may ask for them, as agreed
    check_in_months: Mapped[int] = mapped_column(default=0)  # we look in by ourselves; 0: never
    agreed_by: Mapped[UUID] = mapped_column(sa.ForeignKey("staff.id"))
    agreed_at: Mapped[datetime]


class PifuEnd(AppendOnly, Model):
    """The end of an agreement before its time, or the decision at its end."""

    __tablename__ = "pifu_ends"

    agreement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("pifu_agreements.id"), primary_key=True)
    reason: Mapped[str]  # replaced, discharged, patient_wish, other
    by: Mapped[str]
    at: Mapped[datetime]


class PifuRequest(AppendOnly, Identified, Model):
    """One request; (patient, number) lets two phones at once make one (CLIN-08)."""

    __tablename__ = "pifu_requests"
    __table_args__ = (sa.UniqueConstraint("patient_id", "number"),)

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"), index=True)
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"))
    agreement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("pifu_agreements.id"))
    number: Mapped[int]  # of this person's requests, from 1
    reference: Mapped[str] = mapped_column(sa.String(8))
    work_item_id: Mapped[UUID] = mapped_column(sa.ForeignKey("work_items.id"), unique=True)
    read_by: Mapped[date]
    sent_at: Mapped[datetime]


class PifuPress(AppendOnly, Identified, Model):
    """One press of "Send my request", with what was said; the first makes the request."""

    __tablename__ = "pifu_presses"
    __table_args__ = (sa.Index("ix_pifu_presses_request", "request_id", "at"),)

    request_id: Mapped[UUID] = mapped_column(sa.ForeignKey("pifu_requests.id"))
    answers: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class PifuWithdrawal(AppendOnly, Model):
    """A request that its patient took back; the work item stays until somebody closes it."""

    __tablename__ = "pifu_withdrawals"

    request_id: Mapped[UUID] = mapped_column(sa.ForeignKey("pifu_requests.id"), primary_key=True)
    at: Mapped[datetime]


class PifuDraft(Model):
    """What somebody has filled in and not sent."""

    __tablename__ = "pifu_drafts"

    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), primary_key=True)
    answers: Mapped[dict[str, Any]]
    begun_at: Mapped[datetime]
    saved_at: Mapped[datetime]
