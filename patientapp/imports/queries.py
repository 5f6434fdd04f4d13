"""Reads of imports, for the machine itself: files that were left half way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from patientapp.db import run, table
from patientapp.imports.models import ImportRow, ImportRun
from patientapp.imports.rules import LEFT_BEHIND
from patientapp.services.models import Service


@dataclass(frozen=True, kw_only=True)
class LeftBehind:
    """A file whose process was killed: how many of its rows are stored and how many wait."""

    kind: str
    service: str
    digest: str
    stored: int
    waiting: int


def system_left_behind(*, now: datetime) -> list[LeftBehind]:
    """Files that were taken and are not stored to their end, the oldest first."""
    runs, rows = table(ImportRun).c, table(ImportRow).c
    waiting = sa.select(sa.func.count()).where(rows.run_id == runs.id).scalar_subquery()
    asked = (
        sa.select(
            runs.kind,
            table(Service).c.slug.label("service"),
            runs.digest,
            runs.stored,
            waiting.label("waiting"),
        )
        .join_from(table(ImportRun), table(Service), table(Service).c.id == runs.service_id)
        .where(runs.storing.is_not(None), runs.taken_at <= now - LEFT_BEHIND)
        .order_by(runs.taken_at)
    )
    return [LeftBehind(**row._mapping) for row in run(asked)]
