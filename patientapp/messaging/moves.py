"""Steps of texts in the outbox: each names its attempt, and leaves an event (SMS-01).

Many at a time, because one commit for ten texts costs what one for one text costs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.db import UtcDateTime, run, table
from patientapp.messaging.models import MessageEvent, OutboxMessage
from patientapp.messaging.queries import still_suitable
from patientapp.messaging.rules import MessageState, sources
from patientapp.messaging.switch import is_open

Attempt = tuple[UUID, int]

# Built once: building a statement costs more than running it.
_OUTBOX, _EVENTS = table(OutboxMessage), table(MessageEvent)
_OTHER = _OUTBOX.alias()
_NAME = (
    sa.update(_OUTBOX)
    .where(_OUTBOX.c.id == sa.bindparam("of"), _OUTBOX.c.attempt == sa.bindparam("number"))
    .where(_OUTBOX.c.carrier_id.is_(None))
    .where(~sa.exists().where(_OTHER.c.carrier_id == sa.bindparam("name")))
    .values(carrier_id=sa.bindparam("name"))
)
_LAST = sa.select(sa.func.coalesce(sa.func.max(_EVENTS.c.seq), 0)).where(
    _EVENTS.c.message_id == _OUTBOX.c.id
)
_NOTE = sa.insert(_EVENTS).from_select(
    ["message_id", "seq", "attempt", "state", "at", "reason"],
    sa.select(
        _OUTBOX.c.id,
        _LAST.scalar_subquery() + 1,
        _OUTBOX.c.attempt,
        sa.bindparam("became", type_=_EVENTS.c.state.type),
        sa.bindparam("at_this", type_=UtcDateTime),
        sa.bindparam("because", type_=sa.Text),
    ).where(_OUTBOX.c.id.in_(sa.bindparam("ids", expanding=True))),
)


def move(
    message_id: UUID,
    to: MessageState,
    *,
    attempt: int,
    now: datetime,
    reason: str = "",
    **values: Any,
) -> bool:
    """One step of one attempt; False when the text has gone on without it.

    `new_attempt` names it anew: it was made where we did not see it (SMS-11).
    """
    if "new_attempt" in values:
        values["attempt"] = values.pop("new_attempt")
    return bool(move_all([(message_id, attempt)], to, now=now, reason=reason, **values))


def move_all(
    attempts: Sequence[Attempt],
    to: MessageState,
    *,
    now: datetime,
    reason: str = "",
    **values: Any,
) -> set[UUID]:
    """The same step of each of these attempts; those that took it."""
    return _step(attempts, to, OutboxMessage.state.in_(sources(to)), now=now, reason=reason, **values)


def mark_sending(hashes: Mapping[Attempt, bytes], *, now: datetime) -> set[UUID]:
    """The last look before the calls: those still ours, still wanted, still this person's number."""
    if not hashes:
        return set()
    kept = sa.case(
        *((OutboxMessage.id == attempt[0], sa.literal(body)) for attempt, body in hashes.items())
    )
    return _step(
        list(hashes),
        MessageState.SENDING,
        OutboxMessage.state == MessageState.CLAIMED,
        still_suitable(),
        is_open(),
        now=now,
        sent_at=now,
        body_hash=kept,
    )


def _step(
    attempts: Sequence[Attempt],
    to: MessageState,
    *which: sa.ColumnElement[bool],
    now: datetime,
    reason: str = "",
    **values: Any,
) -> set[UUID]:
    if not attempts:
        return set()
    step = (
        sa.update(_OUTBOX)
        .where(_OUTBOX.c.id.in_([attempt[0] for attempt in attempts]))
        .where(_attempt_of(attempts), *which)
        .values(state=to, **values)
        .returning(_OUTBOX.c.id)
    )
    moved: set[UUID] = set(run(step).scalars())
    note(list(moved), to, now=now, reason=reason)
    return moved


def _attempt_of(attempts: Sequence[Attempt]) -> sa.ColumnElement[bool]:
    """Each text at the attempt given for it; mostly one number for all."""
    numbers = {attempt[1] for attempt in attempts}
    if len(numbers) == 1:
        return OutboxMessage.attempt == numbers.pop()
    each = ((OutboxMessage.id == one, sa.literal(number)) for one, number in attempts)
    return OutboxMessage.attempt == sa.case(*each)


def name_carrier(names: Mapping[Attempt, str]) -> None:
    """Keep the carrier's id of each attempt, also where a call-back came before the answer."""
    rows = [{"of": one, "number": number, "name": name} for (one, number), name in names.items()]
    if rows:
        run(_NAME, rows)


def note(message_ids: Sequence[UUID], state: MessageState, *, now: datetime, reason: str = "") -> None:
    """Add an event to each text just moved; moving has locked its row, so numbers cannot clash."""
    if message_ids:
        given = {"ids": list(message_ids), "became": state, "at_this": now, "because": reason}
        run(_NOTE, given)
