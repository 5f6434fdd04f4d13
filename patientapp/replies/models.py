"""Tables of replies."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import AppendOnly, Identified, Model, choice
from patientapp.replies.rules import Meaning, Outcome


class Reply(AppendOnly, Identified, Model):
    """A text from the number of one patient, as sent: for the people who care for them to read."""

    __tablename__ = "replies"
    __table_args__ = (
        sa.UniqueConstraint("inbound_id", "patient_id"),
        sa.Index("ix_replies_patient_received", "patient_id", "received_at"),
    )

    inbound_id: Mapped[UUID]  # the text in messaging's queue, which is emptied in time
    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"))
    appointment_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("appointments.id"))
    words: Mapped[str]  # free text: never in logs, metrics, exports
    meaning: Mapped[Meaning] = mapped_column(choice(Meaning))
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome))
    risk: Mapped[bool]
    shared_number: Mapped[bool]
    received_at: Mapped[datetime]
    acted_at: Mapped[datetime]
