"""Tables of returns."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import Model, choice
from patientapp.kpi.measures import Span
from patientapp.kpi.published import Form


class KpiPublished(Model):
    """The figures of one ended period as published: hidden once, then the same for everybody.

    `version` says what they were made of: the contract, the day, and the newest referral known then.
    """

    __tablename__ = "kpi_published"
    __table_args__ = {"sqlite_with_rowid": False}

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"), primary_key=True)
    span: Mapped[Span] = mapped_column(choice(Span), primary_key=True)
    first_day: Mapped[date] = mapped_column(primary_key=True)
    form: Mapped[Form] = mapped_column(choice(Form), primary_key=True)
    version: Mapped[str]
    made_at: Mapped[datetime]
    figures: Mapped[list[Any]]
