"""What people text to us: kept once per carrier's id, in a queue that `replies` works off (SMS-12).

`system_unread` gives the oldest not yet acted on, locked for the transaction that acts; `acted`
takes one off the queue. The words are a person's own: they never reach a log (OPS-01).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa

from patientapp.db import changed, db, insert
from patientapp.messaging.models import InboundText


def receive(
    *,
    carrier_id: str,
    from_number: str,
    to_number: str,
    body: str,
    now: datetime,
    opt_out: str = "",
) -> bool:
    """Keep a text; False when it was here before."""
    row = {
        "id": uuid4(),
        "carrier_id": carrier_id,
        "from_number": from_number,
        "to_number": to_number,
        "body": body,
        "opt_out": opt_out,
        "received_at": now,
        "outcome": "",
    }
    kept = insert(InboundText).values(row).on_conflict_do_nothing(index_elements=["carrier_id"])
    return db.session.scalar(kept.returning(InboundText.id)) is not None


def system_unread(*, limit: int = 50) -> Sequence[InboundText]:
    """Texts that nobody has acted on, oldest first; those another worker has in hand are skipped."""
    asked = (
        sa.select(InboundText)
        .where(InboundText.acted_at.is_(None))
        .order_by(InboundText.received_at, InboundText.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(asked).all()


def acted(inbound_id: UUID, *, outcome: str, now: datetime) -> bool:
    """Take a text off the queue in the transaction that acted on it; False when somebody has."""
    done = (
        sa.update(InboundText)
        .where(InboundText.id == inbound_id, InboundText.acted_at.is_(None))
        .values(acted_at=now, outcome=outcome)
        .execution_options(synchronize_session=False)
    )
    return bool(changed(db.session.execute(done)))


def system_forget_before(moment: datetime, *, limit: int = 500) -> int:
    """Delete texts to us of before this that were acted on; how many: call it until none (OPS-06)."""
    old = (
        sa.select(InboundText.id)
        .where(InboundText.received_at < moment, InboundText.acted_at.is_not(None))
        .order_by(InboundText.received_at)
        .limit(limit)
    )
    gone = sa.delete(InboundText).where(InboundText.id.in_(list(db.session.scalars(old))))
    return changed(db.session.execute(gone.execution_options(synchronize_session=False)))
