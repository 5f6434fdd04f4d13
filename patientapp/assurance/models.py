"""Tables of assurance."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.assurance.rules import Harm, IncidentKind
from patientapp.db import AppendOnly, Identified, Model, choice


class Incident(AppendOnly, Identified, Model):
    """Something that went wrong with the app at a service; names no patient."""

    __tablename__ = "incidents"

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"), index=True)
    kind: Mapped[IncidentKind] = mapped_column(choice(IncidentKind))
    harm: Mapped[Harm] = mapped_column(choice(Harm))
    happened_on: Mapped[date]
    words: Mapped[str]
    reported_by: Mapped[UUID] = mapped_column(sa.ForeignKey("staff.id"))
    reported_at: Mapped[datetime]


class IncidentStep(AppendOnly, Model):
    """What was done about an incident; the last one closes it."""

    __tablename__ = "incident_steps"

    incident_id: Mapped[UUID] = mapped_column(sa.ForeignKey("incidents.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    words: Mapped[str]
    closes: Mapped[bool]
    by: Mapped[UUID] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime]


class Approval(AppendOnly, Identified, Model):
    """Who agreed a questionnaire or a schedule of packs, in one version, for one service (C27, N55)."""

    __tablename__ = "approvals"
    __table_args__ = (sa.Index("ix_approvals_service_subject", "service_id", "subject"),)

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    subject: Mapped[str]  # work/v1, schedule bassetlaw/v1
    approved_by: Mapped[str]  # name and post, as told: not staff of this installation only
    approved_on: Mapped[date]
    recorded_by: Mapped[UUID] = mapped_column(sa.ForeignKey("staff.id"))
    recorded_at: Mapped[datetime]
