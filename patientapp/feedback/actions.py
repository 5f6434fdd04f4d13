"""Taking feedback: counts go up, comments are merged, and nothing of the person is kept (OPS-07).

No audit entry, no log line, no idempotency key: each would hold a time beside an answer.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.db import db, insert
from patientapp.feedback.models import FftComments, FftTally
from patientapp.feedback.rules import Method, month_of, with_comment


def give(service_id: UUID, response: int, comment: str, method: Method, *, now: datetime) -> bool:
    """Count one answer, and keep its comment; False when the month had no room for the comment."""
    month = month_of(now)
    one = insert(FftTally).values(
        service_id=service_id, month=month, method=method.value, response=response, count=1
    )
    counted = one.on_conflict_do_update(
        index_elements=["service_id", "month", "method", "response"],
        set_={"count": FftTally.count + 1},
    )
    db.session.execute(counted)
    words = comment.strip()
    return _keep(service_id, month, words) if words else True


def _keep(service_id: UUID, month: date, comment: str) -> bool:
    new = insert(FftComments).values(service_id=service_id, month=month, comments=[])
    db.session.execute(new.on_conflict_do_nothing(index_elements=["service_id", "month"]))
    row = sa.and_(FftComments.service_id == service_id, FftComments.month == month)
    held = db.session.scalar(sa.select(FftComments.comments).where(row).with_for_update())
    merged = with_comment(held or [], comment)
    if merged is None:
        return False
    db.session.execute(
        sa.update(FftComments)
        .where(row)
        .values(comments=merged)
        .execution_options(synchronize_session=False)
    )
    return True
