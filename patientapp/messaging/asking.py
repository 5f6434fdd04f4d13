"""Texts that the carrier is asked about: leased to one asker, and what is known of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from patientapp.db import db
from patientapp.messaging.evidence_rules import Listed, Missing
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.rules import MessageState

LEASE = timedelta(minutes=2)  # two that settle do not ask the same at once

_S = MessageState


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A text that the carrier is asked about."""

    id: UUID
    attempt: int
    state: MessageState
    to_number: str
    carrier_id: str | None
    sent_at: datetime


def lease(*, now: datetime, limit: int) -> list[Asked]:
    """Texts whose time to be asked about has come, ours for a while."""
    due = (
        sa.select(OutboxMessage.id)
        .where(OutboxMessage.ask_at <= now, OutboxMessage.state.in_({_S.UNKNOWN, _S.ACCEPTED}))
        .order_by(OutboxMessage.ask_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    leased = (
        sa.update(OutboxMessage)
        .where(OutboxMessage.id.in_(due))
        .values(ask_at=now + LEASE)
        .returning(OutboxMessage)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return [
        Asked(
            id=row.id,
            attempt=row.attempt,
            state=row.state,
            to_number=row.to_number,
            carrier_id=row.carrier_id,
            sent_at=row.sent_at or row.created_at,
        )
        for row in db.session.scalars(leased)
    ]


def row_of(one: Asked) -> OutboxMessage | None:
    """The row as it is now, locked; None where it has gone on since."""
    locked = {"with_for_update": True, "populate_existing": True}
    row = db.session.get(OutboxMessage, one.id, **locked)  # type: ignore[arg-type]
    if row is None or (row.attempt, row.state) != (one.attempt, one.state):
        return None
    return row


def missing(row: OutboxMessage) -> Missing:
    """What is known of a text, read after the list: a twin that ended meanwhile has its id by now."""
    twin = sa.select(OutboxMessage.id).where(
        OutboxMessage.to_number == row.to_number,
        OutboxMessage.body_hash == row.body_hash,
        OutboxMessage.state == _S.SENDING,
        OutboxMessage.id != row.id,
    )
    return Missing(
        body_hash=row.body_hash or b"",
        sent_at=row.sent_at or row.created_at,
        useful_until=row.useful_until,
        absent_at=row.absent_at,
        twin_under_way=db.session.execute(twin).first() is not None,
    )


def known(listed: Sequence[Listed], *, but: UUID) -> set[str]:
    """Which of these the outbox has under their names already."""
    names = [one.carrier_id for one in listed]
    asked = sa.select(OutboxMessage.carrier_id).where(
        OutboxMessage.carrier_id.in_(names), OutboxMessage.id != but
    )
    return {name for name in db.session.scalars(asked) if name is not None}


def keep(row: OutboxMessage, **values: object) -> None:
    """Keep these facts with a text that has not gone on meanwhile."""
    change = sa.update(OutboxMessage).where(
        OutboxMessage.id == row.id,
        OutboxMessage.attempt == row.attempt,
        OutboxMessage.state == row.state,
    )
    db.session.execute(change.values(**values).execution_options(synchronize_session=False))
