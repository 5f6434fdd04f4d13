"""Steps of texts in the outbox: each names its attempt, and leaves an event (SMS-01).

Many at a time, because one commit for ten texts costs what one for one text costs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
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
_KEEP_HASH = (
    sa.update(_OUTBOX)
    .where(_OUTBOX.c.id == sa.bindparam("of"), _OUTBOX.c.attempt == sa.bindparam("number"))
    .values(body_hash=sa.bindparam("hash", type_=_OUTBOX.c.body_hash.type))
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
    return _step(attempts, to, now=now, reason=reason, **values)


def mark_sending(hashes: Mapping[Attempt, bytes], *, now: datetime) -> set[UUID]:
    """The last look before the calls: those still ours, still wanted, still this person's number."""
    marked = _step(list(hashes), MessageState.SENDING, now=now, sent_at=now)
    kept = [
        {"of": one, "number": number, "hash": body}
        for (one, number), body in hashes.items()
        if one in marked
    ]
    if kept:
        run(_KEEP_HASH, kept)
    return marked


def _step(
    attempts: Sequence[Attempt], to: MessageState, *, now: datetime, reason: str = "", **values: Any
) -> set[UUID]:
    step = _stepping(to, tuple(sorted(values)))
    new = {f"new_{name}": value for name, value in values.items()}
    moved: set[UUID] = set()
    for number in {attempt[1] for attempt in attempts}:  # mostly one for all
        ids = [one for one, its in attempts if its == number]
        moved.update(run(step, new | {"ids": ids, "number": number}).scalars())
    note(list(moved), to, now=now, reason=reason)
    return moved


@cache
def _stepping(to: MessageState, names: tuple[str, ...]) -> sa.Update:
    """To this state, with these new values; nothing but the last look leads to "sending" (SMS-06)."""
    last_look = [still_suitable(), is_open()] if to is MessageState.SENDING else []
    return (
        sa.update(_OUTBOX)
        .where(_OUTBOX.c.id.in_(sa.bindparam("ids", expanding=True)))
        .where(_OUTBOX.c.attempt == sa.bindparam("number"), _OUTBOX.c.state.in_(sources(to)), *last_look)
        .values({name: sa.bindparam(f"new_{name}", type_=_OUTBOX.c[name].type) for name in names})
        .values(state=to)
        .returning(_OUTBOX.c.id)
    )


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
