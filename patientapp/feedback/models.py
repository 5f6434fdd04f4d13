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


class FftCount(Model):
    """What another system counted: so many answers (or offers) of one day by one method.

    A count of its sender, under the sender's key; never a row of one person of ours (OPS-07).
    """

    __tablename__ = "fft_counts"
    __table_args__ = (
        sa.CheckConstraint("response BETWEEN 1 AND 6", name="response_is_a_code"),
        sa.CheckConstraint("count >= 0", name="count_is_none_or_more"),
        sa.Index("ix_fft_counts_service_day", "service_id", "day"),
    )

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"), primary_key=True)
    fft_key: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date]
    method: Mapped[str]
    response: Mapped[int | None] = mapped_column(sa.SmallInteger)  # none: how many were offered it
    count: Mapped[int]


class FftComments(Model):
    """A month's comments as one row, in alphabetical order."""

    __tablename__ = "fft_comments"

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    comments: Mapped[list[Any]]
