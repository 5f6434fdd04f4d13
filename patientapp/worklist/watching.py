"""What the clock does for alerts: one that nobody takes goes to the next person (CLIN-04)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
import structlog

from patientapp.audit.actions import record_system
from patientapp.db import db, transaction
from patientapp.services.models import Service
from patientapp.services.queries import system_service
from patientapp.worklist.actions import add_once, tell
from patientapp.worklist.limits import PASSED_ON, Contact, in_force, passed_on, to_pass_on
from patientapp.worklist.models import WorkItem, WorkItemEvent
from patientapp.worklist.queries import newest_step
from patientapp.worklist.rules import ItemKind, ItemStep

log = structlog.get_logger(__name__)
AT_A_TIME = 200  # the soonest raised first; the next tick takes the rest


class _Overtaken(Exception):
    """Somebody took it, or another scheduler was first: the next tick looks again."""


def escalate(*, now: datetime) -> int:
    """Pass on every alert that has been without an owner for too long; steps made.

    Each alert in a transaction of its own: its step, its text and its audit entry, or none of them.
    """
    done = 0
    for item_id in _unowned(now):
        with suppress(_Overtaken), transaction():
            done += _pass_on(item_id, now=now)
    return done


def _unowned(now: datetime) -> list[UUID]:
    """Alerts that nobody has ever taken and that somebody has still to be told of."""
    event = WorkItemEvent
    taken = sa.exists().where(event.item_id == WorkItem.id, event.step != ItemStep.RAISED)
    not_told = [
        sa.and_(
            WorkItem.raised_at <= now - after,
            ~sa.exists().where(event.item_id == WorkItem.id, event.action.in_(_codes(contact))),
        )
        for contact, after in in_force().unowned.items()
    ]
    asked = (
        sa.select(WorkItem.id)
        .where(WorkItem.kind == ItemKind.ALERT, sa.or_(*not_told), ~taken)
        .order_by(WorkItem.raised_at, WorkItem.id)
        .limit(AT_A_TIME)
    )
    return list(db.session.scalars(asked))


def _codes(contact: Contact) -> list[str]:
    return [code for code, to in PASSED_ON.items() if to is contact]


def _pass_on(item_id: UUID, *, now: datetime) -> int:
    alert = db.session.get_one(WorkItem, item_id)
    last, numbers = newest_step(item_id), _numbers(system_service(alert.service_id))
    if last is None or last.step is not ItemStep.RAISED:
        return 0
    reachable = {contact for contact, number in numbers.items() if number}
    due = to_pass_on(now - alert.raised_at, already=_already(item_id), reachable=reachable)
    for place, contact in enumerate(due, start=last.seq + 1):
        _step(alert, contact, seq=place, number=numbers[contact], now=now)
    if due and Contact.LEAD in due and not reachable:
        log.error("alarm: an alert has no owner and nobody can be told", item=str(item_id))
    return len(due)


def _already(item_id: UUID) -> set[Contact]:
    kept = sa.select(WorkItemEvent.action).where(
        WorkItemEvent.item_id == item_id, WorkItemEvent.action.in_(list(PASSED_ON))
    )
    return {PASSED_ON[action] for action in db.session.scalars(kept)}


def _numbers(service: Service) -> Mapping[Contact, str]:
    return {Contact.NEXT: service.next_phone, Contact.LEAD: service.lead_phone}


def _step(alert: WorkItem, contact: Contact, *, seq: int, number: str, now: datetime) -> None:
    """One step: audit first, as everywhere; its number lets only one of two schedulers make it."""
    said = f"passed alert on to {contact} (limits {in_force().version})"
    record_system(said, chain=f"patient:{alert.patient_id}", now=now)
    code = passed_on(contact, told=bool(number))
    event = {"seq": seq, "step": ItemStep.RAISED, "action": code, "at": now}
    if not add_once(WorkItemEvent, item_id=alert.id, **event):
        raise _Overtaken
    if number:
        tell(alert.id, contact, number, "alert-unowned", service_id=alert.service_id, now=now)
