"""Tables that edges share."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.config import Environment
from patientapp.db import Model, choice


class Installation(Model):
    """The one row that says which kind of process this database belongs to (IO-10)."""

    __tablename__ = "installation"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    env: Mapped[Environment] = mapped_column(choice(Environment))
    since: Mapped[datetime]


class IdempotencyKey(Model):
    """One change that a phone asked for, and the answer it got (REL-02). Kept 30 days."""

    __tablename__ = "idempotency_keys"
    __table_args__ = {"sqlite_with_rowid": False}

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    status: Mapped[int] = mapped_column(sa.SmallInteger)
    location: Mapped[str] = mapped_column(default="")
    body: Mapped[bytes] = mapped_column(default=b"")  # zlib
    created_at: Mapped[datetime] = mapped_column(index=True)


class RateCounter(Model):
    """Hits in one window, shared by all workers (IO-08)."""

    __tablename__ = "rate_counters"
    __table_args__ = {"sqlite_with_rowid": False}

    key: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    hits: Mapped[int]
