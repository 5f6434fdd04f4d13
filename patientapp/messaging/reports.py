"""What the carrier tells us of texts, by call-back or when asked: recorded, forward only (SMS-09)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
import structlog

from patientapp.db import db, insert
from patientapp.messaging.claimed import trouble_of
from patientapp.messaging.evidence_rules import FIRST_POLL
from patientapp.messaging.models import OutboxMessage, StrayReport
from patientapp.messaging.moves import move, name_carrier
from patientapp.messaging.rules import MessageState, Trouble, Why, is_trouble

log = structlog.get_logger(__name__)
STRAYS_KEPT = 1_000

_S = MessageState
_FINAL = frozenset({_S.DELIVERED, _S.UNDELIVERED})


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the carrier says of one attempt at one text."""

    message_id: UUID
    attempt: int
    carrier_id: str
    state: MessageState  # accepted, delivered or undelivered
    reason: str = ""


def take_report(report: Report, *, now: datetime) -> Trouble | None:
    """Record it, once and forward only; what staff must be told. A text unknown to us is a stray."""
    locked = {"with_for_update": True, "populate_existing": True}
    row = db.session.get(OutboxMessage, report.message_id, **locked)  # type: ignore[arg-type]
    if row is None or report.attempt > row.attempt:
        keep_stray(report.carrier_id, report.state, attempt_key=_key(report), now=now)
        return None
    if report.attempt < row.attempt:
        _of_earlier_attempt(row, report, now=now)
        return None
    if row.carrier_id not in {None, report.carrier_id}:
        keep_stray(report.carrier_id, report.state, attempt_key=_key(report), now=now)
        return None
    name_carrier({(row.id, row.attempt): report.carrier_id})
    moved = _move(row, report.state, reason=report.reason, now=now)
    is_bad = moved and is_trouble(report.state, report.reason)
    return trouble_of(row, report.state, report.reason, at=now) if is_bad else None


def _move(row: OutboxMessage, state: MessageState, *, reason: str, now: datetime) -> bool:
    return move(
        row.id,
        state,
        attempt=row.attempt,
        now=now,
        reason=reason,
        claimed_until=None,
        ask_at=None if state in _FINAL else now + FIRST_POLL,
        sent_at=row.sent_at or now,
    )


def _of_earlier_attempt(row: OutboxMessage, report: Report, *, now: datetime) -> None:
    """News of an attempt that we took for lost ends a text that waits to be sent again."""
    if report.state is _S.UNDELIVERED:
        return  # and the attempt that follows is right
    if row.state in {_S.DUE, _S.CLAIMED}:
        name_carrier({(row.id, row.attempt): report.carrier_id})
        _move(row, report.state, reason=Why.EARLIER_ATTEMPT, now=now)
    elif row.carrier_id != report.carrier_id:
        log.error("a text may have gone twice", message=str(row.id), attempt=report.attempt)


def _key(report: Report) -> str:
    return f"{report.message_id}-{report.attempt}"


def keep_stray(carrier_id: str, status: str, *, attempt_key: str = "", now: datetime) -> None:
    """Set aside what the carrier says of a text that we do not know; the newest thousand are kept."""
    row = {"id": uuid4(), "carrier_id": carrier_id, "status": status}
    row |= {"attempt_key": attempt_key, "at": now}
    db.session.execute(insert(StrayReport).values(row).on_conflict_do_nothing())
    newest = sa.select(StrayReport.id).order_by(StrayReport.at.desc(), StrayReport.id)
    kept = newest.limit(STRAYS_KEPT).subquery()
    crowd = sa.select(sa.func.count()).select_from(StrayReport).scalar_subquery() > STRAYS_KEPT
    old = sa.delete(StrayReport).where(crowd, StrayReport.id.not_in(sa.select(kept.c.id)))
    db.session.execute(old.execution_options(synchronize_session=False))
