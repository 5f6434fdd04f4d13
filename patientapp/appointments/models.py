"""Tables of appointments."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.appointments.rules import VisitKind, VisitMode, VisitState
from patientapp.db import AppendOnly, Identified, Model, choice


class Appointment(AppendOnly, Identified, Model):
    """One visit: whose it is. What for, when, where and what became of it are its events."""

    __tablename__ = "appointments"
    __table_args__ = (
        sa.UniqueConstraint("service_id", "key"),
        sa.Index("ix_appointments_service_created", "service_id", "created_at"),
    )

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), index=True)
    episode_id: Mapped[UUID] = mapped_column(sa.ForeignKey("episodes.id"), index=True)
    key: Mapped[str | None]  # the booking system's own; none: made here
    reminder_arm: Mapped[str] = mapped_column(default="")  # fixed before the fact (K29)
    created_at: Mapped[datetime]


class AppointmentEvent(AppendOnly, Model):
    """One step of one visit, with all that is true after it; the newest is the state."""

    __tablename__ = "appointment_events"
    __table_args__ = (
        sa.Index("ix_appointment_events_service_starts", "service_id", "starts_at"),
        sa.Index("ix_appointment_events_starts", "starts_at"),
        sa.CheckConstraint("state <> 'cancelled_by_service' OR reason <> ''", name="service_says_why"),
    )

    appointment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("appointments.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    state: Mapped[VisitState] = mapped_column(choice(VisitState))
    occurrence: Mapped[int]  # the step that set this time
    kind: Mapped[VisitKind] = mapped_column(choice(VisitKind))
    booked_at: Mapped[datetime | None]  # none: the booking system does not say
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    mode: Mapped[VisitMode] = mapped_column(choice(VisitMode))
    place: Mapped[str] = mapped_column(default="")
    interpreter: Mapped[bool] = mapped_column(default=False)
    video_link: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    by: Mapped[str]  # staff:<id>, patient:<id>, text:<id>, import:<digest>
    at: Mapped[datetime]


class SenderRow(Model):
    """The newest row of the booking system about a visit, so that the same row again is harmless."""

    __tablename__ = "appointment_sender_rows"
    __table_args__ = {"sqlite_with_rowid": False}

    appointment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("appointments.id"), primary_key=True)
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    at: Mapped[datetime]


class Slot(Identified, Model):
    """A free time that the service offers to people who want to change a visit."""

    __tablename__ = "slots"
    __table_args__ = (sa.Index("ix_slots_service_starts", "service_id", "starts_at"),)

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    mode: Mapped[VisitMode] = mapped_column(choice(VisitMode))
    place: Mapped[str] = mapped_column(default="")
    video_link: Mapped[str] = mapped_column(default="")
    offered_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class SlotHolder(Model):
    """Who has a slot: its key is the slot, so one visit gets it (REL-09)."""

    __tablename__ = "slot_holders"

    slot_id: Mapped[UUID] = mapped_column(sa.ForeignKey("slots.id"), primary_key=True)
    appointment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("appointments.id"), unique=True)
    at: Mapped[datetime]
