"""Tables of feedback: counts and comments, never answers of one person."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import Model


class FftTally(Model):
    """How many gave this answer by this method in this month."""

    __tablename__ = "fft_tallies"
    __table_args__ = (
        sa.CheckConstraint("response BETWEEN 1 AND 6", name="response_is_a_code"),
        {"sqlite_with_rowid": False},
    )

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)  # its first day
    method: Mapped[str] = mapped_column(primary_key=True)
    response: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    count: Mapped[int]


class FftComments(Model):
    """A month's comments as one row, in alphabetical order."""

    __tablename__ = "fft_comments"

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    comments: Mapped[list[Any]]
