"""How sending stands, in numbers: for metrics and for `patientapp messaging status` (OPS-04)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from patientapp.db import db
from patientapp.messaging.models import (
    DispatcherBeat,
    InboundText,
    OutboxMessage,
    SendingSwitch,
    StrayReport,
)
from patientapp.messaging.rules import MessageState, SendingMode

_S = MessageState
COUNTED = (_S.DUE, _S.CLAIMED, _S.SENDING, _S.UNKNOWN, _S.REFUSED, _S.UNDELIVERED, _S.EXPIRED)


@dataclass(frozen=True, kw_only=True)
class Gauges:
    """Numbers only; nothing here is anyone's."""

    mode: SendingMode
    held_for: timedelta  # how long all dispatchers still leave the carrier alone
    overdue: timedelta  # of the oldest text that is due and not claimed
    states: Mapping[MessageState, int]
    beat_age: timedelta | None  # of the dispatcher that showed itself last; None: there is none
    dispatchers: int
    unread: int  # texts to us that nobody has acted on
    strays: int


def system_gauges(*, now: datetime) -> Gauges:
    """How sending stands at this moment."""
    row = db.session.scalar(sa.select(SendingSwitch).execution_options(populate_existing=True))
    newest = _one(sa.func.max(DispatcherBeat.at, type_=DispatcherBeat.at.type))
    oldest = _one(
        sa.func.min(OutboxMessage.due_at, type_=OutboxMessage.due_at.type),
        OutboxMessage.state == _S.DUE,
        OutboxMessage.due_at <= now,
    )
    nothing = timedelta(0)
    return Gauges(
        mode=row.mode if row else SendingMode.SENDING,
        held_for=max(row.hold_until - now, nothing) if row else nothing,
        overdue=now - oldest if oldest else nothing,
        states={state: _count(OutboxMessage, OutboxMessage.state == state) for state in COUNTED},
        beat_age=now - newest if newest else None,
        dispatchers=_count(DispatcherBeat),
        unread=_count(InboundText, InboundText.acted_at.is_(None)),
        strays=_count(StrayReport),
    )


def _one(what: sa.ColumnElement[datetime], *which: sa.ColumnElement[bool]) -> datetime | None:
    return db.session.scalar(sa.select(what).where(*which))


def _count(table: type, *which: sa.ColumnElement[bool]) -> int:
    return int(db.session.scalar(sa.select(sa.func.count()).select_from(table).where(*which)) or 0)
