"""Tables of imports: rows that wait to be stored, and what became of each file."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import Identified, Model


class ImportRun(Identified, Model):
    """One file: first laid aside, then taken as a whole, then stored row by row."""

    __tablename__ = "import_runs"

    kind: Mapped[str]
    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    digest: Mapped[str]  # names the file in history and audit
    header: Mapped[list[Any]]
    begun_at: Mapped[datetime] = mapped_column(index=True)
    taken_at: Mapped[datetime | None]  # from here on every row will be stored, whoever is killed
    storing: Mapped[UUID | None] = mapped_column(unique=True)  # its service, until all is stored
    stored: Mapped[int] = mapped_column(default=0)  # the number of the last row that is stored
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    same: Mapped[int] = mapped_column(default=0)


class ImportRow(Model):
    """One good row that waits; gone once it is stored."""

    __tablename__ = "import_rows"

    run_id: Mapped[UUID] = mapped_column(sa.ForeignKey("import_runs.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[int]
    cells: Mapped[list[Any]]


class ImportSent(Model):
    """The newest row of a sender under each of its keys, so that the same row again is harmless."""

    __tablename__ = "import_sent"
    __table_args__ = {"sqlite_with_rowid": False}

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"), primary_key=True)
    mark: Mapped[bytes] = mapped_column(sa.LargeBinary(16), primary_key=True)  # of kind and key
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
