"""Tables of findings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import AppendOnly, Identified, Model


class Finding(AppendOnly, Identified, Model):
    """One form filled in by a clinician; the truth is every row that no other takes back."""

    __tablename__ = "findings"
    __table_args__ = (
        sa.Index("ix_findings_service_form_found", "service_id", "form", "found_on"),
        sa.Index(
            "uq_findings_takes_back",
            "takes_back_id",
            unique=True,
            sqlite_where=sa.text("takes_back_id IS NOT NULL"),
            postgresql_where=sa.text("takes_back_id IS NOT NULL"),
        ),
    )

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), index=True)
    episode_id: Mapped[UUID] = mapped_column(sa.ForeignKey("episodes.id"), index=True)
    form: Mapped[str]
    form_version: Mapped[int] = mapped_column(sa.SmallInteger)
    found_on: Mapped[date]
    answers: Mapped[dict[str, Any]]  # field -> code of an option, digits or text
    takes_back_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("findings.id"))
    recorded_by: Mapped[UUID] = mapped_column(sa.ForeignKey("staff.id"))
    recorded_at: Mapped[datetime]
