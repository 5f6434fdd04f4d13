"""Tables of the education programme."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import AppendOnly, Identified, Model, choice
from patientapp.education.programme_rules import LearningRoute, OfferStep, ProgrammeMode


class EducationProgramme(Identified, Model):
    """One course: a name, its sessions, so many seats."""

    __tablename__ = "programmes"

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"), index=True)
    name: Mapped[str]
    mode: Mapped[ProgrammeMode] = mapped_column(choice(ProgrammeMode))
    place: Mapped[str]
    seats: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class ProgrammeSession(Identified, Model):
    """One date of a programme; changed sessions keep their id, and the audit what changed."""

    __tablename__ = "programme_sessions"
    __table_args__ = (sa.UniqueConstraint("programme_id", "number"),)

    programme_id: Mapped[UUID] = mapped_column(sa.ForeignKey("programmes.id"))
    number: Mapped[int]
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    topics: Mapped[list[Any]] = mapped_column(default=list)


class ProgrammePlace(Identified, Model):
    """One person's seat: its number lets no more people in than there are (C54)."""

    __tablename__ = "programme_places"
    __table_args__ = (
        sa.UniqueConstraint("programme_id", "patient_id"),
        sa.UniqueConstraint("programme_id", "seat"),
    )

    programme_id: Mapped[UUID] = mapped_column(sa.ForeignKey("programmes.id"))
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), index=True)
    episode_id: Mapped[UUID] = mapped_column(sa.ForeignKey("episodes.id"))
    seat: Mapped[int | None]  # none: left, and the seat is free again
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    completed_by: Mapped[str] = mapped_column(default="")  # the visit that completed it; empty: not yet


class ProgrammeAttendance(Model):
    """Whether one person came to one session, and for how long; a correction counts up."""

    __tablename__ = "programme_attendances"

    session_id: Mapped[UUID] = mapped_column(sa.ForeignKey("programme_sessions.id"), primary_key=True)
    place_id: Mapped[UUID] = mapped_column(sa.ForeignKey("programme_places.id"), primary_key=True)
    attended: Mapped[bool]
    minutes: Mapped[int]
    changes: Mapped[int] = mapped_column(default=1)
    by: Mapped[str]
    at: Mapped[datetime]


class LearningOffer(AppendOnly, Identified, Model):
    """What was said to a person about learning, on a day."""

    __tablename__ = "learning_offers"
    __table_args__ = (sa.UniqueConstraint("episode_id", "step", "route", "on"),)

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), index=True)
    episode_id: Mapped[UUID] = mapped_column(sa.ForeignKey("episodes.id"))
    step: Mapped[OfferStep] = mapped_column(choice(OfferStep))
    route: Mapped[LearningRoute] = mapped_column(choice(LearningRoute))
    on: Mapped[date]
    note: Mapped[str] = mapped_column(default="")
    by: Mapped[str]
    at: Mapped[datetime]
