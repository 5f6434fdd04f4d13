"""Tables of paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import AppendOnly, Model, choice
from patientapp.paper.rules import CheckStep


class TypingCheck(AppendOnly, Model):
    """One step of the second typing of a response: wanted, typed, settled; each happens once."""

    __tablename__ = "typing_checks"
    __table_args__ = (
        sa.Index("ix_typing_checks_service_step", "service_id", "step", "at"),
        {"sqlite_with_rowid": False},
    )

    response_id: Mapped[UUID] = mapped_column(sa.ForeignKey("responses.id"), primary_key=True)
    step: Mapped[CheckStep] = mapped_column(choice(CheckStep), primary_key=True)
    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    by: Mapped[str]  # staff:<id>; of what is wanted, who typed it first
    answers: Mapped[dict[str, Any]]  # as typed the second time
    at: Mapped[datetime]
