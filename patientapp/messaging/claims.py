"""Taking due texts for one dispatcher; those that must not be sent now are set aside.

Claims queue up one behind another, as all writing does on SQLite, so that two dispatchers cannot
each see room under the same ceiling; the calls that follow run side by side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import sqlalchemy as sa

from patientapp.db import db
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
from patientapp.patients.contact_rules import refused_kinds
from patientapp.patients.models import Patient
from patientapp.services.models import Service
from patientapp.workdays import london_day

CLAIM_LOCK = 0x7465_7874  # one number for all dispatchers of a PostgreSQL database: "text"
LET_GO = "SET LOCAL idle_in_transaction_session_timeout = '5s'"  # of one stopped in mid-claim


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
    load = system_services_load({row[0].service_id for row in rows}, now=now)
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
) -> list[tuple[OutboxMessage, Decision]]:
    """The rule's answer for each, one text a patient, each claim counted for its service."""
    decisions, patients, extra = [], set[UUID](), Counter[UUID]()
    for row in rows:
        message, patient, today, this_week = row
        if patient is not None and patient.id in patients:
            continue
        service, sent = load[message.service_id]
        candidate = Candidate(
            to_number=message.to_number,
            useful_until=message.useful_until,
            receiver=_receiver(patient, today, this_week, now=now) if patient else None,
            kind=kind_of(message.template),
            service_sent_today=sent + extra[service.id],
            service_ceiling=service.daily_text_ceiling,
        )
        decision = at_claim(candidate, now)
        decisions.append((message, decision))
        if patient is not None and decision.verdict is Verdict.CLAIM:
            patients.add(patient.id)
            extra[service.id] += 1
    return decisions


def _receiver(patient: Patient, today: int, this_week: int, *, now: datetime) -> Receiver:
    return Receiver(
        mobile=patient.mobile,
        texts_ok=patient.texts_ok,
        died=patient.died_on is not None,
        needs=tuple(patient.needs),
        refused=refused_kinds(patient.wishes, today=london_day(now)),
        sent_today=today,
        sent_this_week=this_week,
    )


_STATE_OF = {
    Verdict.WITHDRAW: MessageState.WITHDRAWN,
    Verdict.POSTPONE: MessageState.DUE,
    Verdict.EXPIRE: MessageState.EXPIRED,
}


def _set_aside(message: OutboxMessage, decision: Decision, *, now: datetime) -> bool:
    values = {"due_at": decision.until} if decision.until else {}
    state, why = _STATE_OF[decision.verdict], decision.why or ""
    return move(message.id, state, attempt=message.attempt, now=now, reason=why, **values)


def _troubles_of(message: OutboxMessage, decision: Decision, *, now: datetime) -> list[Trouble]:
    state, reason = _STATE_OF[decision.verdict], decision.why or ""
    return [trouble_of(message, state, reason, at=now)] if is_trouble(state, reason) else []


def _take(
    chosen: Sequence[OutboxMessage], load: Mapping[UUID, tuple[Service, int]], *, now: datetime
) -> tuple[Claimed, ...]:
    """The one conditional UPDATE that makes them ours (SMS-06)."""
    if not chosen:
        return ()
    taking = (
        sa.update(OutboxMessage)
        .where(OutboxMessage.id.in_([message.id for message in chosen]))
        .where(OutboxMessage.state == MessageState.DUE, OutboxMessage.useful_until > now)
        .where(still_suitable())
        .values(
            state=MessageState.CLAIMED,
            attempt=OutboxMessage.attempt + 1,
            claimed_until=now + CLAIM,
        )
        .returning(OutboxMessage.id, OutboxMessage.attempt)
        .execution_options(synchronize_session=False)
    )
    attempts = dict(db.session.execute(taking).all())
    note(list(attempts), MessageState.CLAIMED, now=now)
    return tuple(
        claimed_of(message, attempts[message.id], load[message.service_id][0])
        for message in chosen
        if message.id in attempts
    )
