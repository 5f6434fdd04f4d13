"""Verbs of raising: one open work item for each source, and what is added to it (P6)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa

from patientapp.audit.actions import record_system
from patientapp.db import changed, db, insert, run
from patientapp.messaging.actions import enqueue
from patientapp.services.queries import system_service
from patientapp.worklist.models import AlertAnswer, WorkItem, WorkItemEvent
from patientapp.worklist.queries import newest_step
from patientapp.worklist.rules import (
    DUTY_TEXT_USEFUL,
    MORE,
    ItemKind,
    ItemStep,
    Said,
    due_at,
)

HOUSEBOUND = "housebound"


def raise_item(
    kind: ItemKind,
    *,
    service_id: UUID,
    patient_id: UUID,
    reason: str,
    source: str,
    now: datetime,
    due: datetime | None = None,
) -> UUID:
    """One open item for each source, however often raised; an alert texts the duty contact (P6).

    due: where a contract or a promise to the patient says by when; else the kind's own limit.

    Once it is closed, the same source raises a new one: what was dealt with may come again.
    """
    closed = _closed_of(source, patient_id)
    if kind is ItemKind.ALERT and closed:
        source = f"{source}:{closed + 1}"
    item_id = uuid4()
    added = add_once(
        WorkItem,
        id=item_id,
        service_id=service_id,
        patient_id=patient_id,
        kind=kind,
        reason=reason,
        source=source,
        raised_at=now,
        due_at=due or due_at(kind, now),
    )
    if not added:
        return _item_of(source)
    add_once(WorkItemEvent, item_id=item_id, seq=1, step=ItemStep.RAISED, action="", at=now)
    record_system(f"raised {kind.value}", chain=f"patient:{patient_id}", now=now)
    if kind is ItemKind.ALERT:
        number = system_service(service_id).duty_phone
        if number:
            tell(item_id, "duty", number, "duty-alert", service_id=service_id, now=now)
    return item_id


def ask_to_arrange(service_id: UUID, patient_id: UUID, *, now: datetime) -> None:
    """Somebody is known to be at home for good: a task, once, to arrange how they are met (B54)."""
    raise_item(
        ItemKind.TASK,
        service_id=service_id,
        patient_id=patient_id,
        reason=HOUSEBOUND,
        source=f"{patient_id}:{HOUSEBOUND}",
        now=now,
    )


def note_said(item_id: UUID, said: Said) -> None:
    """Keep the answer behind an alert; the same answer told again is kept once (P6)."""
    add_once(AlertAnswer, id=uuid4(), item_id=item_id, **vars(said))


def note_change(source: str, said: Said, *, patient_id: UUID) -> None:
    """A later answer to the question of an alert: noted beside it, and it lowers nothing (CLIN-03)."""
    theirs = run(_ALERTS_OF, {"patient": patient_id})
    item_id = next((row.id for row in theirs if f"{row.source}:".startswith(f"{source}:")), None)
    if item_id is not None:
        note_said(item_id, said)


# Built once, and by the patient: each submission asks this.
_ALERTS_OF = (
    sa.select(WorkItem.id, WorkItem.source)
    .where(WorkItem.patient_id == sa.bindparam("patient"), WorkItem.kind == ItemKind.ALERT)
    .order_by(WorkItem.raised_at.desc())
)


def add_to(item_id: UUID, *, now: datetime) -> bool:
    """Say that there is more to an open item; False when it has been closed.

    The next step's number decides between this and somebody's closing it at the same time, so what
    came in late is never shut away unseen (CLIN-08).
    """
    while True:
        last = newest_step(item_id)
        if last is None or last.step is ItemStep.CLOSED:
            return False
        again = {"step": last.step, "staff_id": last.staff_id, "action": MORE, "at": now}
        if add_once(WorkItemEvent, item_id=item_id, seq=last.seq + 1, **again):
            return True


def tell(item_id: UUID, who: str, number: str, template: str, *, service_id: UUID, now: datetime) -> None:
    """A text without any name to staff, once, in the transaction of its cause (P6, LINK-07)."""
    enqueue(
        key=f"{item_id}:{who}",
        service_id=service_id,
        patient_id=None,
        about=item_id,
        template=template,
        words={},
        to_number=number,
        due_at=now,
        useful_until=now + DUTY_TEXT_USEFUL,
        now=now,
    )


def add_once(table: type[WorkItem | WorkItemEvent | AlertAnswer], **values: object) -> bool:
    """Whether the row was added; False when its unique key was there first."""
    once = insert(table).values(**values).on_conflict_do_nothing()
    # psycopg tells the rows of an INSERT only when asked to keep them
    return bool(changed(db.session.execute(once)))


def _closed_of(source: str, patient_id: UUID) -> int:
    """How many items of this source, and of its returns, are closed."""
    own = sa.or_(WorkItem.source == source, WorkItem.source.startswith(f"{source}:", autoescape=True))
    ended = (
        sa.select(sa.func.count())
        .select_from(WorkItemEvent)
        .join(WorkItem, WorkItem.id == WorkItemEvent.item_id)
        .where(WorkItem.patient_id == patient_id, own, WorkItemEvent.step == ItemStep.CLOSED)
    )
    return int(db.session.scalar(ended) or 0)


def _item_of(source: str) -> UUID:
    return db.session.execute(sa.select(WorkItem.id).where(WorkItem.source == source)).scalar_one()
