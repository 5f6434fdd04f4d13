"""Give out or erase all that is held of one person; delete leftovers (OPS-06)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.audit.actions import add, record_system
from patientapp.audit.models import AuditEntry
from patientapp.audit.rules import Entry
from patientapp.db import Base, changed, db, run, table
from patientapp.errors import Conflict
from patientapp.imports.models import ImportRun
from patientapp.imports.storing import forget_rows_left_behind, is_storing
from patientapp.keeping.belongings import Rows, belongings
from patientapp.links.models import BirthDateFailure
from patientapp.messaging.models import InboundText, LocalPhoneText, StrayReport
from patientapp.patients.models import Patient
from patientapp.signin.models import Session, SignInFailure
from patientapp.worklist.models import WorkItem, WorkItemEvent
from patientapp.worklist.rules import ItemKind, ItemStep

PART = 500
# How long what only serves running is of use. Clinical records are not touched by time: the NHS keeps
# them for years, and a person decides about each (`patient erase`).
USEFUL = timedelta(days=90)
BY_AGE = (
    (table(Session), "expires_at"),
    (table(SignInFailure), "at"),
    (table(BirthDateFailure), "at"),
    (table(LocalPhoneText), "at"),
    (table(StrayReport), "at"),
)


class AlertStillOpen(Conflict):
    """An alert of this person is open. A clinician closes it first; then the record can be erased."""

    title = "An alert is open"


class ImportUnderWay(Conflict):
    """A file of this service is being stored and may hold this person. Erase them once it is stored."""

    title = "An import is under way"


def export_patient(patient_id: UUID, *, by: str, now: datetime) -> dict[str, list[dict[str, Any]]]:
    """All that is held of this person, and who did what to it; no secret and no hash of one."""
    found = belongings(patient_id)
    held = {one.name: [_plain(row) for row in rows] for one, rows in found.items()}
    entries = sa.select(AuditEntry).where(AuditEntry.chain == f"patient:{patient_id}")
    held["audit"] = [
        _plain({name: getattr(entry, name) for name in ("at", "actor", "action", "object", "result")})
        for entry in db.session.scalars(entries.order_by(AuditEntry.seq))
    ]
    record_system("exported a patient", chain=f"patient:{patient_id}", now=now, actor=by)
    return held


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _told(value) for name, value in row.items() if not isinstance(value, bytes)}


def _told(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def erase_patient(patient_id: UUID, *, by: str, now: datetime) -> dict[str, int]:
    """Delete every row of this person, texts and links too; rows by table. The audit stays (OPS-06)."""
    found = belongings(patient_id)
    if _open_alerts(patient_id):
        raise AlertStillOpen(AlertStillOpen.__doc__ or "")
    if is_storing(found[table(Patient)][0]["service_id"]):
        raise ImportUnderWay(ImportUnderWay.__doc__ or "")
    counts = {one.name: len(rows) for one, rows in found.items()}
    for one in reversed(Base.registry.metadata.sorted_tables):
        if one in found:
            _delete(one, found)
    record_each = Entry(
        at=now, actor=by, action="erased a patient", object=f"{sum(counts.values())} rows"
    )
    add(f"patient:{patient_id}", record_each)
    return counts


def _open_alerts(patient_id: UUID) -> bool:
    closed = sa.exists().where(
        WorkItemEvent.item_id == WorkItem.id, WorkItemEvent.step == ItemStep.CLOSED
    )
    asked = sa.select(WorkItem.id).where(
        WorkItem.patient_id == patient_id, WorkItem.kind == ItemKind.ALERT, ~closed
    )
    return db.session.scalar(asked.limit(1)) is not None


def _delete(one: sa.Table, found: Rows) -> None:
    """Rows that name rows of their own table go in one statement with them."""
    keys = [column.name for column in one.primary_key.columns]
    own = {key.parent.name for key in one.foreign_keys if key.column.table is one} - set(keys)
    rows = found[one]
    if own and len(rows) > PART:  # a long chain of corrections: let go of each other first
        for row in rows:
            run(sa.update(one).where(*(one.c[k] == row[k] for k in keys)).values(dict.fromkeys(own)))
    for start in range(0, len(rows), PART):
        part = rows[start : start + PART]
        if len(keys) == 1:
            run(sa.delete(one).where(one.c[keys[0]].in_([row[keys[0]] for row in part])))
        else:
            each = (sa.and_(*(one.c[key] == row[key] for key in keys)) for row in part)
            run(sa.delete(one).where(sa.or_(*each)))


def delete_leftovers(*, now: datetime) -> dict[str, int]:
    """Delete what only served running and is past its use; rows by table (OPS-06)."""
    before = now - USEFUL
    counts = {}
    for one, column in BY_AGE:
        counts[one.name] = changed(db.session.execute(sa.delete(one).where(one.c[column] < before)))
    heard = sa.delete(InboundText).where(
        InboundText.acted_at.is_not(None), InboundText.received_at < before
    )
    counts[InboundText.__tablename__] = changed(db.session.execute(heard))
    counts[ImportRun.__tablename__] = forget_rows_left_behind(now=now)
    record_system("ran retention", chain="retention", now=now)
    return counts
