"""Taking due texts for one dispatcher; those that must not be sent now are set aside.

Claims queue up one behind another, as all writing does on SQLite, so that two dispatchers cannot
each see room under the same ceiling; the calls that follow run side by side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, partial
from uuid import UUID

import sqlalchemy as sa

from patientapp.db import UtcDateTime, db, run, table
from patientapp.messaging import switch
from patientapp.messaging.claim_rules import Candidate, Decision, Receiver, Verdict, at_claim
from patientapp.messaging.claimed import Claimed, Round, claimed_of, trouble_of
from patientapp.messaging.kinds import kind_of
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.moves import move, note
from patientapp.messaging.pace import slots
from patientapp.messaging.queries import (
    Due,
    still_suitable,
    system_candidates,
    system_services_load,
)
from patientapp.messaging.rules import CLAIM, MessageState, SendingMode, Trouble, is_trouble
from patientapp.patients.carer_rules import has_ended
from patientapp.patients.contact_rules import Wishes, refused_kinds
from patientapp.services.models import Service
from patientapp.workdays import london_day

CLAIM_LOCK = 0x7465_7874  # one number for all dispatchers of a PostgreSQL database: "text"
LET_GO = "SET LOCAL idle_in_transaction_session_timeout = '5s'"  # of one stopped in mid-claim

_OUTBOX = table(OutboxMessage)


def claim(*, now: datetime, batch: int, per_second: float | None = None) -> Round:
    """Claim up to so many due texts, alerts to duty staff first; set aside those not to be sent.

    None are claimed while somebody has paused all sending or the carrier is to be left alone; what
    is too late is counted as expired even then.
    """
    _queue_up()
    row = switch.standing(now=now)
    if row.mode is SendingMode.CHECKING:
        return Round()
    if row.mode is SendingMode.PAUSED or row.hold_until > now:
        wait = max(row.hold_until - now, timedelta(0))
        return replace(_round(now=now, batch=batch, only_late=True), wait=wait)
    wanted = 1 if row.failures else batch  # one to see whether the carrier is back
    if per_second is None:
        return _round(now=now, batch=wanted)
    free = slots(next_slot=row.next_slot_at, now=now, per_second=per_second, wanted=wanted)
    if not free.count:
        return Round(wait=free.first - now)
    found = _round(now=now, batch=free.count)
    switch.take(free, taken=len(found.claimed))
    each = (replace(text, slot=free.at(number)) for number, text in enumerate(found.claimed))
    return replace(found, claimed=tuple(each))


def _round(*, now: datetime, batch: int, only_late: bool = False) -> Round:
    look = partial(system_candidates, now=now, batch=batch, only_late=only_late)
    rows = look(for_duty=True) or look(for_duty=False)
    load = system_services_load({row.service_id for row in rows}, now=now)
    chosen, troubles, moved = [], [], 0
    for message, decision in _decided(rows, load, now=now):
        if decision.verdict is Verdict.CLAIM:
            chosen.append(message)
        else:
            moved += _set_aside(message, decision, now=now)
            troubles += _troubles_of(message, decision, now=now)
    taken = _take(chosen, load, now=now)
    return Round(claimed=taken, troubles=tuple(troubles), moved=moved + len(taken))


def _queue_up() -> None:
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(sa.text(LET_GO))
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(CLAIM_LOCK)))


def _decided(
    rows: Sequence[Due], load: Mapping[UUID, tuple[Service, int]], *, now: datetime
) -> list[tuple[Due, Decision]]:
    """The rule's answer for each, one text a patient, each claim counted for its service."""
    decisions, patients, extra = [], set[UUID](), Counter[UUID]()
    for row in rows:
        if row.patient_id in patients:
            continue
        service, sent = load[row.service_id]
        candidate = Candidate(
            to_number=row.to_number,
            useful_until=row.useful_until,
            receiver=_receiver(row, now=now) if row.patient_id else None,
            kind=kind_of(row.template),
            service_sent_today=sent + extra[service.id],
            service_ceiling=service.daily_text_ceiling,
        )
        decision = at_claim(candidate, now)
        decisions.append((row, decision))
        if row.patient_id and decision.verdict is Verdict.CLAIM:
            patients.add(row.patient_id)
            extra[service.id] += 1
    return decisions


def _receiver(row: Due, *, now: datetime) -> Receiver:
    if row.carer_id is not None:
        return _carer(row, now=now)
    wishes = Wishes(
        texts_ok=row.texts_ok,
        visits_ok=row.visit_texts_ok,
        questionnaires_ok=row.questionnaire_texts_ok,
        feedback_ok=row.feedback_texts_ok,
        paused_until=row.paused_until,
        pause_reason=row.pause_reason,
    )
    return Receiver(
        mobile=row.mobile,
        texts_ok=row.texts_ok,
        died=row.died_on is not None,
        needs=tuple(row.needs),
        refused=refused_kinds(wishes, today=london_day(now), needs=row.needs),
        sent_today=row.sent_today,
        sent_this_week=row.sent_this_week,
    )


def _carer(row: Due, *, now: datetime) -> Receiver:
    """The trusted person whose number it is: their own number and end (SEC-11)."""
    is_over = row.carer_ends_on is None or has_ended(
        ends_on=row.carer_ends_on,
        is_ended=row.carer_ended_at is not None,
        today=london_day(now),
    )
    return Receiver(
        mobile=row.carer_mobile or "",
        texts_ok=not is_over,
        died=row.died_on is not None,
        sent_today=row.sent_today,
        sent_this_week=row.sent_this_week,
    )


_STATE_OF = {
    Verdict.WITHDRAW: MessageState.WITHDRAWN,
    Verdict.POSTPONE: MessageState.DUE,
    Verdict.EXPIRE: MessageState.EXPIRED,
}


def _set_aside(message: Due, decision: Decision, *, now: datetime) -> bool:
    values = {"due_at": decision.until} if decision.until else {}
    state, why = _STATE_OF[decision.verdict], decision.why or ""
    return move(message.id, state, attempt=message.attempt, now=now, reason=why, **values)


def _troubles_of(message: Due, decision: Decision, *, now: datetime) -> list[Trouble]:
    state, reason = _STATE_OF[decision.verdict], decision.why or ""
    return [trouble_of(message, state, reason, at=now)] if is_trouble(state, reason) else []


def _take(
    chosen: Sequence[Due], load: Mapping[UUID, tuple[Service, int]], *, now: datetime
) -> tuple[Claimed, ...]:
    """The one conditional UPDATE that makes them ours (SMS-06)."""
    if not chosen:
        return ()
    given = {"ids": [message.id for message in chosen], "at_this": now, "until": now + CLAIM}
    attempts = {row.id: row.attempt for row in run(_taking(), given)}
    note(list(attempts), MessageState.CLAIMED, now=now)
    return tuple(
        claimed_of(message, attempts[message.id], load[message.service_id][0])
        for message in chosen
        if message.id in attempts
    )


@cache
def _taking() -> sa.Update:
    return (
        sa.update(_OUTBOX)
        .where(_OUTBOX.c.id.in_(sa.bindparam("ids", expanding=True)))
        .where(_OUTBOX.c.state == MessageState.DUE)
        .where(_OUTBOX.c.useful_until > sa.bindparam("at_this", type_=UtcDateTime), still_suitable())
        .values(
            state=MessageState.CLAIMED,
            attempt=_OUTBOX.c.attempt + 1,
            claimed_until=sa.bindparam("until", type_=UtcDateTime),
        )
        .returning(_OUTBOX.c.id, _OUTBOX.c.attempt)
    )
