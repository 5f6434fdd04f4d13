"""Tables of carers and trusted people."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import AppendOnly, Identified, Model


class Carer(Identified, Model):
    """Somebody whom a patient trusts with listed acts until a day (SEC-11).

    Name and number are read by the patient and the care team of the service; they reach no log,
    no export of figures and, but for the number that a text goes to, no text.
    """

    __tablename__ = "carers"
    __table_args__ = (
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_whom"),
    )

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), index=True)
    name: Mapped[str]
    mobile: Mapped[str]  # E.164, the carer's own
    acts: Mapped[list[Any]]
    ends_on: Mapped[date]  # the last day
    consent: Mapped[
        str
    ]  # how the patient agreed, where staff wrote it down; empty: they did it themselves
    invited_by: Mapped[str]
    invited_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]


class CarerFailure(AppendOnly, Identified, Model):
    """One wrong code; counted per carer, so that nobody locks a patient out by guessing."""

    __tablename__ = "carer_failures"
    __table_args__ = (sa.Index("ix_carer_failures_carer_at", "carer_id", "at"),)

    carer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("carers.id"))
    at: Mapped[datetime]


class CarerAnswer(AppendOnly, Identified, Model):
    """A carer's answers about themselves, apart from the patient's own measures (B08)."""

    __tablename__ = "carer_answers"
    __table_args__ = (sa.Index("ix_carer_answers_carer_at", "carer_id", "at"),)

    carer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("carers.id"))
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), index=True)
    instrument: Mapped[str]
    instrument_version: Mapped[int]
    answers: Mapped[dict[str, Any]]
    at: Mapped[datetime]
