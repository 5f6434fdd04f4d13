"""Visits of the booking system, many at a time: a handful of statements for hundreds of rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from patientapp.access.viewer import Role, Viewer
from patientapp.appointments.bulk_rules import Change, Known, Plan, Row, plan
from patientapp.appointments.models import Appointment, AppointmentEvent, SenderRow, SlotHolder
from patientapp.appointments.notices import say_cancelled, tell_staff
from patientapp.appointments.queries import system_by_keys, system_visit
from patientapp.appointments.rules import CANCELLED, ServiceReason, VisitState
from patientapp.appointments.steps import follow_first_visit, let_go
from patientapp.db import db, run, table
from patientapp.messaging.actions import withdraw
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.rules import MessageState, sources
from patientapp.patients.looks import look_at_all

_SENT, _OF = table(SenderRow), table(Appointment)
MACHINE = UUID(int=0)  # nobody's desk: what the booking system sets going


def known(service_id: UUID, keys: Sequence[str]) -> dict[str, Known]:
    """The visits under these keys with the newest row sent of each."""
    visits = system_by_keys(service_id, keys)
    ids = [visit.id for visit in visits.values()]
    asked = sa.select(SenderRow.appointment_id, SenderRow.digest).where(SenderRow.appointment_id.in_(ids))
    digests: dict[UUID, bytes] = dict(db.session.execute(asked).all())
    return {key: Known(visit=visit, digest=digests.get(visit.id)) for key, visit in visits.items()}


def digests(service_id: UUID, keys: Collection[str]) -> dict[str, bytes]:
    """The newest row sent of each of these keys."""
    asked = (
        sa.select(_OF.c.key, _SENT.c.digest)
        .join(_SENT, _SENT.c.appointment_id == _OF.c.id)
        .where(_OF.c.service_id == service_id, _OF.c.key.in_(keys))
    )
    return {row.key: row.digest for row in run(asked)}


def foresee(service_id: UUID, rows: Mapping[str, Row]) -> Plan:
    """What storing these rows would do."""
    return plan(rows, known(service_id, list(rows)))


def store(service_id: UUID, rows: Mapping[str, Row], *, by: str, now: datetime) -> Plan:
    """Store rows, each of its own key: new visits, next steps, nothing for what was said before."""
    todo = foresee(service_id, rows)
    sent = list(todo.heard) + [(one.visit.id, one.row.digest) for one in todo.changed]
    people = {one.patient_id for one in todo.added if one.said.details.starts_at > now}
    look_at_all(people | {one.visit.patient_id for one in todo.changed}, now)
    sent += _add(service_id, todo.added, by=by, now=now)
    _step(todo.changed, by=by, now=now)
    _hear(sent, now=now)
    return todo


def _add(service_id: UUID, rows: Sequence[Row], *, by: str, now: datetime) -> list[tuple[UUID, bytes]]:
    visits, steps, sent = [], [], []
    for row in rows:
        visit_id = uuid4()
        visits.append(
            {
                "id": visit_id,
                "service_id": service_id,
                "patient_id": row.patient_id,
                "episode_id": row.episode_id,
                "key": row.key,
                "reminder_arm": row.reminder_arm,
                "created_at": now,
            }
        )
        steps.append(
            _event(
                visit_id,
                1,
                row.said.state,
                service_id=service_id,
                occurrence=1,
                kind=row.said.kind,
                booked_at=row.said.booked_at,
                by=by,
                at=now,
                **vars(row.said.details),
            )
        )
        sent.append((visit_id, row.digest))
    if visits:
        run(_VISITS, visits)
        run(_STEPS, steps)
    return sent


def _event(visit_id: UUID, seq: int, state: VisitState, **facts: Any) -> dict[str, Any]:
    is_ours = state is VisitState.CANCELLED_BY_SERVICE
    reason = ServiceReason.OTHER.value if is_ours else ""
    row = {"appointment_id": visit_id, "seq": seq, "state": state, "reason": reason}
    return row | facts


def _step(changes: Sequence[Change], *, by: str, now: datetime) -> None:
    if not changes:
        return
    run(_STEPS, [_next(change, by=by, now=now) for change in changes])
    ids = [change.visit.id for change in changes]
    unsent, holding = _with_unsent(ids), _with_slot(ids)
    for change in changes:
        if change.visit.id in unsent and change.ends_texts:
            withdraw(about=change.visit.id, now=now)
        if change.visit.id in holding:
            let_go(change.visit, keeping=change.details)
        _tell_if_called_off(change, now=now)


def _next(change: Change, *, by: str, now: datetime) -> dict[str, Any]:
    visit, said = change.visit, change.row.said
    seq = visit.seq + 1
    return _event(
        visit.id,
        seq,
        change.state,
        service_id=visit.service_id,
        occurrence=seq if change.sets_time else visit.occurrence,
        kind=said.kind,
        booked_at=said.booked_at or visit.booked_at,
        by=by,
        at=now,
        **vars(change.details),
    )


def _with_unsent(ids: Sequence[UUID]) -> set[UUID]:
    waiting = sa.select(OutboxMessage.about).where(
        OutboxMessage.about.in_(ids), OutboxMessage.state.in_(sources(MessageState.WITHDRAWN))
    )
    return set(db.session.scalars(waiting))


def _with_slot(ids: Sequence[UUID]) -> set[UUID]:
    held = sa.select(SlotHolder.appointment_id).where(SlotHolder.appointment_id.in_(ids))
    return set(db.session.scalars(held))


def _tell_if_called_off(change: Change, *, now: datetime) -> None:
    """A visit to come that the service has cancelled elsewhere: the patient is told (B51)."""
    is_new = change.state is VisitState.CANCELLED_BY_SERVICE and change.visit.state not in CANCELLED
    if not is_new or change.visit.starts_at <= now:
        return
    ended = system_visit(change.visit.id)
    if ended is not None and not say_cancelled(ended, ServiceReason.OTHER, now=now):
        tell_staff(ended, "visit_call_needed", now=now)


def _hear(sent: Sequence[tuple[UUID, bytes]], *, now: datetime) -> None:
    """Keep the newest row of each, to know it again."""
    if not sent:
        return
    ids = [visit_id for visit_id, _digest in sent]
    run(sa.delete(_SENT).where(_SENT.c.appointment_id.in_(ids)))
    rows = [{"appointment_id": one, "digest": digest, "at": now} for one, digest in sent]
    run(sa.insert(_SENT), rows)


_VISITS = sa.insert(table(Appointment))
_STEPS = sa.insert(table(AppointmentEvent))


def follow(service_id: UUID, episode_id: UUID, *, now: datetime) -> bool:
    """Let an episode's days follow its first visit, as nobody's desk."""
    machine = Viewer(
        roles=frozenset({Role.SERVICE_ADMIN}),
        service_id=service_id,
        session_id=MACHINE,
        staff_id=MACHINE,
    )
    return follow_first_visit(machine, episode_id, now=now)
