"""Tables of services and their staff."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.access.viewer import Role
from patientapp.db import Identified, Model, choice


class Service(Identified, Model):
    """One pain service and how to reach it."""

    __tablename__ = "services"

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    short_name: Mapped[str]  # first words of every text: neutral, 20 characters or fewer
    phone: Mapped[str]
    hours: Mapped[str]
    text_relay: Mapped[str] = mapped_column(default="")
    duty_phone: Mapped[str] = mapped_column(default="")  # told of each alert within 2 min (P6)
    next_phone: Mapped[str] = mapped_column(default="")  # told when nobody has taken it (CLIN-04)
    lead_phone: Mapped[str] = mapped_column(default="")  # the service lead, told after that
    schedule: Mapped[str] = mapped_column(default="standard")
    daily_text_ceiling: Mapped[int] = mapped_column(default=2000)
    profile: Mapped[str] = mapped_column(default="")  # its contract, in contracts/; empty: none
    contract_first_day: Mapped[date | None]  # none: the profile's
    closed_on: Mapped[date | None]  # its last day

    __table_args__ = (sa.CheckConstraint("length(short_name) <= 20", name="short_name_fits_a_text"),)


class Staff(Identified, Model):
    """A person who works for one or more services."""

    __tablename__ = "staff"

    email: Mapped[str] = mapped_column(unique=True)  # lower case
    name: Mapped[str]
    password_hash: Mapped[str]  # argon2id
    totp_secret: Mapped[bytes]  # AES-GCM under PATIENTAPP_DATA_KEY
    totp_last_step: Mapped[int] = mapped_column(sa.BigInteger, default=0)  # a code works once
    deactivated_at: Mapped[datetime | None]


class Membership(Model):
    """One role of one person in one service."""

    __tablename__ = "memberships"

    staff_id: Mapped[UUID] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(choice(Role), primary_key=True)
    ended_at: Mapped[datetime | None]
