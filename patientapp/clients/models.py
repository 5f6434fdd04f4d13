"""Tables of machine clients."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import Identified, Model


class Client(Identified, Model):
    """One system that may sign in as itself, in one service."""

    __tablename__ = "clients"
    __table_args__ = (
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_by_somebody"),
    )

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"), index=True)
    name: Mapped[str]
    scopes: Mapped[list[Any]]
    # SHA-256 is enough for 256 random bits: there is nothing to guess, as there is in a password
    secret_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]
