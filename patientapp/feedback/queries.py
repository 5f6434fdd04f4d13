"""Reads of feedback: counts and comments, which belong to nobody."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from patientapp.db import db
from patientapp.feedback.models import FftComments, FftTally


def system_tallies(service_id: UUID, *, first: date, last: date) -> dict[str, dict[int, int]]:
    """Counts per method and answer over the months that begin within these days."""
    asked = (
        sa.select(FftTally.method, FftTally.response, sa.func.sum(FftTally.count))
        .where(FftTally.service_id == service_id, FftTally.month.between(first, last))
        .group_by(FftTally.method, FftTally.response)
    )
    counts: dict[str, dict[int, int]] = defaultdict(dict)
    for method, response, count in db.session.execute(asked):
        counts[method][response] = int(count)
    return dict(counts)


def system_comments(service_id: UUID, month: date) -> list[str]:
    """A month's comments, in alphabetical order, for a person to read (CLIN-03)."""
    row = db.session.get(FftComments, (service_id, month))
    return list(row.comments) if row else []
