"""Tables of the audit."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import AppendOnly, Model


class AuditChain(Model):
    """The head of one chain."""

    __tablename__ = "audit_chains"

    chain: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))


class AuditEntry(AppendOnly, Model):
    """One act or look. Ids and states only: no names, numbers, answers or tokens."""

    __tablename__ = "audit_entries"
    __table_args__ = {"sqlite_with_rowid": False}

    chain: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    service_id: Mapped[UUID | None]
    actor: Mapped[str]
    action: Mapped[str]
    object: Mapped[str]
    result: Mapped[str]
    hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
