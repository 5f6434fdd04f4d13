"""After a restore: compare with the carrier before anything is sent again (SMS-11).

The database is as it was at the backup, so a text that is due here may have been sent since. The
carrier's list since then says; what it has and we do not is set aside for a person to look at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from patientapp.db import db, transaction
from patientapp.messaging import switch
from patientapp.messaging.evidence_rules import Listed, body_hash
from patientapp.messaging.gateway import Evidence
from patientapp.messaging.letters import Writer
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.moves import move, name_carrier
from patientapp.messaging.reports import Report, keep_stray, take_report
from patientapp.messaging.rules import CLOCK_SLACK, MessageState, SendingMode, Why
from patientapp.services.models import Service

_S = MessageState
PERHAPS_SENT = frozenset({_S.DUE, _S.CLAIMED, _S.SENDING, _S.UNKNOWN})
AFTER_BACKUP = "sent_after_backup"


@dataclass(frozen=True)
class Checked:
    """What a check found."""

    listed: int  # texts that the carrier has had since the backup
    found: int  # of these, texts that we took for unsent
    strays: int  # and texts of which we know nothing


def check(carrier: Evidence, *, writer: Writer, now_fn: Callable[[], datetime]) -> Checked | None:
    """Compare and let sending begin again; None when there is nothing to check.

    Raises CannotAsk, and stays in checking mode, when the carrier cannot be asked.
    """
    with transaction():
        row = switch.standing(now=now_fn())
        since = row.check_from if row.mode is SendingMode.CHECKING else None
    if since is None:
        return None
    listed = sorted(carrier.texts_since(since - CLOCK_SLACK), key=lambda one: one.at)
    with transaction():
        checked = _compare(listed, writer=writer, now=now_fn())
        switch.end_checking(now=now_fn())
    return checked


def _compare(listed: Sequence[Listed], *, writer: Writer, now: datetime) -> Checked:
    ours = _by_carrier_id(listed)
    waiting = _by_words(writer)
    found = strays = 0
    for one in listed:
        if (row := ours.get(one.carrier_id)) is not None:
            _tell(row, one, attempt=row.attempt, now=now)
        elif same := waiting.get((one.to_number, body_hash(one.body))):
            _was_sent(same.pop(0), one, now=now)
            found += 1
        else:
            keep_stray(one.carrier_id, AFTER_BACKUP, now=now)
            strays += 1
    _settle_the_rest((row for rows in waiting.values() for row in rows), now=now)
    return Checked(listed=len(listed), found=found, strays=strays)


def _by_carrier_id(listed: Sequence[Listed]) -> dict[str, OutboxMessage]:
    names = [one.carrier_id for one in listed]
    found: dict[str, OutboxMessage] = {}
    for start in range(0, len(names), 500):
        some = OutboxMessage.carrier_id.in_(names[start : start + 500])
        found |= {
            str(row.carrier_id): row for row in db.session.scalars(sa.select(OutboxMessage).where(some))
        }
    return found


def _by_words(writer: Writer) -> dict[tuple[str, bytes], list[OutboxMessage]]:
    """Texts that we take for unsent, by number and words, oldest first."""
    asked = (
        sa.select(OutboxMessage, Service)
        .join(Service, Service.id == OutboxMessage.service_id)
        .where(OutboxMessage.state.in_(PERHAPS_SENT))
        .order_by(OutboxMessage.created_at)
        .execution_options(populate_existing=True)
    )
    found: dict[tuple[str, bytes], list[OutboxMessage]] = defaultdict(list)
    for row, service in db.session.execute(asked):
        found[row.to_number, _hash(row, service, writer)].append(row)
    return found


def _hash(row: OutboxMessage, service: Service, writer: Writer) -> bytes:
    if row.body_hash is not None and row.state is not _S.DUE:
        return row.body_hash
    try:
        return body_hash(writer.body(row, service=service.short_name, phone=service.phone))
    except (LookupError, ValueError):
        return b""  # it cannot be written now, so it is nothing that was sent since


def _was_sent(row: OutboxMessage, one: Listed, *, now: datetime) -> None:
    """It went out after the backup, as the attempt that followed the one we know of."""
    attempt = row.attempt + (row.state is _S.DUE)
    moved = move(
        row.id,
        _S.ACCEPTED,
        attempt=row.attempt,
        now=now,
        reason=AFTER_BACKUP,
        sent_at=one.at,
        claimed_until=None,
        ask_at=now,
        new_attempt=attempt,
    )
    if moved:
        name_carrier({(row.id, attempt): one.carrier_id})


def _tell(row: OutboxMessage, one: Listed, *, attempt: int, now: datetime) -> None:
    report = Report(
        message_id=row.id,
        attempt=attempt,
        carrier_id=one.carrier_id,
        state=one.state,
        reason=one.reason,
    )
    take_report(report, now=now)


def _settle_the_rest(rows: Iterable[OutboxMessage], *, now: datetime) -> None:
    """Claims of before the backup are nobody's now; what was being sent is to be asked about."""
    for row in rows:
        if row.state is _S.CLAIMED:
            why = Why.CLAIM_RAN_OUT
            move(row.id, _S.DUE, attempt=row.attempt, now=now, reason=why, claimed_until=None)
        elif row.state is _S.SENDING:
            move(
                row.id,
                _S.UNKNOWN,
                attempt=row.attempt,
                now=now,
                reason=Why.CLAIM_RAN_OUT,
                claimed_until=None,
                ask_at=now,
            )
