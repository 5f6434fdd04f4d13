"""Tables of sessions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.access.viewer import AnsweredBy
from patientapp.db import AppendOnly, Identified, Model, choice


class Session(Identified, Model):
    """One signed-in phone or desk, of a patient (by a link) or of staff (in one service)."""

    __tablename__ = "sessions"
    __table_args__ = (
        sa.CheckConstraint("(link_id IS NULL) <> (staff_id IS NULL)", name="patient_or_staff"),
    )

    secret_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    link_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("links.id"), index=True)
    staff_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    birth_date_confirmed_at: Mapped[datetime | None]
    language: Mapped[str | None]  # chosen before we know whose record to keep it on (A2)
    answered_by: Mapped[AnsweredBy | None] = mapped_column(choice(AnsweredBy))
    created_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInFailure(AppendOnly, Identified, Model):
    """One failed sign-in; five within 15 minutes lock the account name, known or not (SEC-10)."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (sa.Index("ix_sign_in_failures_who_at", "who", "at"),)

    who: Mapped[bytes] = mapped_column(sa.LargeBinary(32))  # hash of the name that was typed
    at: Mapped[datetime]
