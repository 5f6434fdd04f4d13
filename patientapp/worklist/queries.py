"""Reads of work items, from behind the wall."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.matrix import Permission, may
from patientapp.access.viewer import Viewer
from patientapp.db import db
from patientapp.errors import NotFound
from patientapp.patients.models import Patient
from patientapp.patients.queries import visible_ids
from patientapp.worklist.models import AlertAnswer, WorkItem, WorkItemEvent
from patientapp.worklist.rules import ItemKind, ItemStep, Said, Standing

MOST_TASKS_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class OpenItem:
    """One item that somebody must close, with its patient and where it is."""

    item: WorkItem
    patient: Patient
    standing: Standing
    overdue: bool


def open_items(
    viewer: Viewer,
    *,
    now: datetime,
    patient_id: UUID | None = None,
    limit: int = MOST_TASKS_SHOWN,
) -> list[OpenItem]:
    """What is not closed: every alert, then so many tasks; in each kind the soonest due first (P6)."""
    asked = _items(viewer).where(_newest.c.step != ItemStep.CLOSED)
    if patient_id is not None:
        asked = asked.where(WorkItem.patient_id == patient_id)
    ordered = asked.order_by(WorkItem.due_at, WorkItem.id)
    alerts = ordered.where(WorkItem.kind == ItemKind.ALERT)
    tasks = ordered.where(WorkItem.kind == ItemKind.TASK).limit(limit)
    return [_open(row, now=now) for kind in (alerts, tasks) for row in db.session.execute(kind)]


def item(viewer: Viewer, item_id: UUID, *, now: datetime) -> OpenItem:
    """One item of this viewer's patients, open or closed; else NotFound (SEC-02)."""
    row = db.session.execute(_items(viewer).where(WorkItem.id == item_id)).one_or_none()
    if row is None:
        raise NotFound
    return _open(row, now=now)


def history(viewer: Viewer, item_id: UUID) -> Sequence[WorkItemEvent]:
    """Every step of one item, oldest first."""
    steps = (
        sa.select(WorkItemEvent)
        .join(WorkItem, WorkItem.id == WorkItemEvent.item_id)
        .where(WorkItem.id == item_id, WorkItem.patient_id.in_(visible_ids(viewer)))
        .order_by(WorkItemEvent.seq)
    )
    return db.session.scalars(steps).all()


def said_behind(viewer: Viewer, item_ids: Collection[UUID]) -> dict[UUID, list[Said]]:
    """The answers behind these alerts, in the order given; one query for a whole list."""
    found: dict[UUID, list[Said]] = {}
    asked = (
        sa.select(AlertAnswer)
        .join(WorkItem, WorkItem.id == AlertAnswer.item_id)
        .where(WorkItem.id.in_(item_ids), WorkItem.patient_id.in_(visible_ids(viewer)))
        .order_by(AlertAnswer.given_at, AlertAnswer.value)
    )
    for row in db.session.scalars(asked) if item_ids else ():
        said = Said(question=row.question, value=row.value, given_at=row.given_at, kept=row.kept)
        found.setdefault(row.item_id, []).append(said)
    return found


def standings(viewer: Viewer, sources: Collection[str]) -> dict[str, OpenItem]:
    """The items that these sources have raised, open or closed; one query for a whole list."""
    asked = _items(viewer).where(WorkItem.source.in_(sources))
    rows = db.session.execute(asked) if sources else ()
    return {row[0].source: _open(row, now=row[0].due_at) for row in rows}


def newest_step(item_id: UUID) -> WorkItemEvent | None:
    """Where one item is now, for the machine itself."""
    steps = sa.select(WorkItemEvent).where(WorkItemEvent.item_id == item_id)
    return db.session.scalar(steps.order_by(WorkItemEvent.seq.desc()).limit(1))


def system_overdue_alerts(*, now: datetime) -> int:
    """How many alerts of all services are past their limit and not closed (OPS-04)."""
    closed = sa.exists().where(
        WorkItemEvent.item_id == WorkItem.id, WorkItemEvent.step == ItemStep.CLOSED
    )
    late = sa.select(sa.func.count()).where(
        WorkItem.kind == ItemKind.ALERT, WorkItem.due_at < now, ~closed
    )
    return int(db.session.scalar(late) or 0)


def system_has_item(source: str) -> bool:
    """Whether this source has raised an item before, open or closed."""
    found = sa.select(WorkItem.id).where(WorkItem.source == source)
    return db.session.execute(found).first() is not None


_last = sa.select(sa.func.max(WorkItemEvent.seq)).where(WorkItemEvent.item_id == WorkItem.id)
_newest = WorkItemEvent.__table__.alias("newest")
_Row = tuple[WorkItem, Patient, int, ItemStep, UUID | None]


def _items(viewer: Viewer) -> sa.Select[*_Row]:
    return (
        sa.select(WorkItem, Patient, _newest.c.seq, _newest.c.step, _newest.c.staff_id)
        .join(Patient, Patient.id == WorkItem.patient_id)
        .join(
            _newest,
            sa.and_(
                _newest.c.item_id == WorkItem.id,
                _newest.c.seq == _last.correlate(WorkItem).scalar_subquery(),
            ),
        )
        .where(
            WorkItem.service_id == viewer.service_id,
            WorkItem.patient_id.in_(visible_ids(viewer)),
            _may_handle(viewer),
        )
    )


def _may_handle(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Alerts are for clinicians alone (CLIN-04); tasks for whoever cares for the service's patients."""
    if may(viewer, Permission.HANDLE_ALERTS):
        return sa.true()
    return WorkItem.kind == ItemKind.TASK if may(viewer, Permission.HANDLE_TASKS) else sa.false()


def _open(row: sa.Row[*_Row], *, now: datetime) -> OpenItem:
    found, patient, seq, step, owner = row
    return OpenItem(
        item=found,
        patient=patient,
        standing=Standing(seq=seq, step=step, owner=owner),
        overdue=step is not ItemStep.CLOSED and now > found.due_at,
    )
