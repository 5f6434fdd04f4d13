"""Tables of complaints, comments and compliments, and of what we did about them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import AppendOnly, Identified, Model, choice
from patientapp.feedback.told_rules import Outcome, Theme, ToldKind, ToldStep


class Told(AppendOnly, Identified, Model):
    """What a patient or their carer told us, in their words.

    Read by who told it and by the service's administrators; never by clinicians in the record, never
    in an extract or a figure's rows. The words reach no log and no text.
    """

    __tablename__ = "told"
    __table_args__ = (sa.Index("ix_told_service_received", "service_id", "received_at"),)

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), index=True)
    kind: Mapped[ToldKind] = mapped_column(choice(ToldKind))
    words: Mapped[str]
    wanted: Mapped[str]  # what would put it right
    told_by: Mapped[str]  # patient:<id> or carer:<id>
    received_at: Mapped[datetime]


class ToldEvent(AppendOnly, Model):
    """One step; (told, seq) lets only one of two people take it."""

    __tablename__ = "told_events"

    told_id: Mapped[UUID] = mapped_column(sa.ForeignKey("told.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[ToldStep] = mapped_column(choice(ToldStep))
    staff_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("staff.id"))
    words: Mapped[str] = mapped_column(default="")  # said to whoever told us
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome))
    themes: Mapped[list[Any]] = mapped_column(default=list)
    at: Mapped[datetime]


class YouSaid(Identified, Model):
    """What people told us and what was done, for everybody to read (N56)."""

    __tablename__ = "you_said"
    __table_args__ = (
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_by_whom"),
    )

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"), index=True)
    theme: Mapped[Theme] = mapped_column(choice(Theme))
    said: Mapped[str]
    did: Mapped[str]
    published_on: Mapped[date]
    published_by: Mapped[UUID] = mapped_column(sa.ForeignKey("staff.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("staff.id"))
