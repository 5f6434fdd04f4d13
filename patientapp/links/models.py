"""Tables of links."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import AppendOnly, Identified, Model, choice
from patientapp.links.rules import LinkEnd, LinkPurpose


class Link(Identified, Model):
    """One way in, for one patient, one purpose and one pack."""

    __tablename__ = "links"

    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), index=True)
    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    purpose: Mapped[LinkPurpose] = mapped_column(choice(LinkPurpose))
    pack_id: Mapped[UUID] = mapped_column(index=True)
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[LinkEnd | None] = mapped_column(choice(LinkEnd))

    __table_args__ = (
        sa.CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended_with_reason"),
    )


class BirthDateFailure(AppendOnly, Identified, Model):
    """One wrong date of birth; counted per link and per patient (LINK-04)."""

    __tablename__ = "birth_date_failures"
    __table_args__ = (sa.Index("ix_birth_date_failures_patient_at", "patient_id", "at"),)

    link_id: Mapped[UUID] = mapped_column(sa.ForeignKey("links.id"), index=True)
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"))
    at: Mapped[datetime]
