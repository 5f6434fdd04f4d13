"""What the findings and the patients' own answers of a period come to, for the team itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.assessments.models import Response
from patientapp.assessments.queries import is_current_response
from patientapp.audit.models import AuditEntry
from patientapp.db import db
from patientapp.findings.models import Finding
from patientapp.findings.queries import stands
from patientapp.findings.report_rules import WorkChange, WorkPair, work_change
from patientapp.findings.rules import FieldKind, Form, forms
from patientapp.patients.models import Patient
from patientapp.patients.queries import visible_ids
from patientapp.workdays import at_london
from patientapp.worklist.models import WorkItem, WorkItemEvent
from patientapp.worklist.rules import ItemStep

QUERY, WAITING = "query", "query_waiting"


@dataclass(frozen=True)
class Counted:
    """One form over a period: how often, of how many people, and each choice of each field."""

    form: Form
    findings: int
    people: int
    choices: Sequence[tuple[str, str, int]]  # field's words, option's words, how often


def _of_period(viewer: Viewer, first: date, last: date) -> sa.Select[Finding]:
    return sa.select(Finding).where(
        Finding.service_id == viewer.service_id,
        Finding.patient_id.in_(visible_ids(viewer)),
        Finding.found_on.between(first, last),
        stands(),
    )


def counted(viewer: Viewer, *, first: date, last: date) -> list[Counted]:
    """What was found in the viewer's service from a day to a day, both inclusive (B06, B28, N03)."""
    rows = list(db.session.scalars(_of_period(viewer, first, last)))
    return [_counted(form, [row for row in rows if row.form == form.id]) for form in forms().values()]


def _counted(form: Form, rows: Sequence[Finding]) -> Counted:
    found = Counter((code, value) for row in rows for code, value in row.answers.items())
    choices = [
        (field.label, words, found[field.code, code])
        for field in form.fields
        if field.kind is FieldKind.CHOICE
        for code, words in field.options.items()
    ]
    return Counted(form, len(rows), len({row.patient_id for row in rows}), choices)


@dataclass(frozen=True)
class Query:
    """A question put to the service, and when it was answered (B16)."""

    finding: Finding
    patient: Patient
    item_id: UUID
    due_at: datetime
    answered_at: datetime | None

    def is_late(self, now: datetime) -> bool:
        """Whether it was answered late, or waits past its day."""
        return (self.answered_at or now) > self.due_at


def queries_of(viewer: Viewer, *, first: date, last: date) -> list[Query]:
    """The questions received from a day to a day: what waits first, the oldest first (B16, N15)."""
    kept = {
        f"finding:{one.id}:{WAITING}": one
        for one in db.session.scalars(_of_period(viewer, first, last).where(Finding.form == QUERY))
    }
    ended = sa.func.max(WorkItemEvent.at, type_=WorkItemEvent.at.type)
    closed = sa.and_(WorkItemEvent.item_id == WorkItem.id, WorkItemEvent.step == ItemStep.CLOSED)
    asked = (
        sa.select(WorkItem, Patient, ended)
        .join(Patient, Patient.id == WorkItem.patient_id)
        .outerjoin(WorkItemEvent, closed)
        .where(WorkItem.service_id == viewer.service_id, WorkItem.source.in_(list(kept)))
        .group_by(WorkItem.id, Patient.id)
    )
    found = [
        Query(kept[item.source], person, item.id, item.due_at, at)
        for item, person, at in db.session.execute(asked)
    ]
    return sorted(found, key=lambda one: (one.answered_at is not None, one.finding.recorded_at))


def work_changes(viewer: Viewer, *, first: date, last: date) -> WorkChange:
    """Days lost from paid work, entry beside the newest later answer given in a period (B03)."""
    return work_change(_work_pairs(viewer, first=first, last=last))


def _work_pairs(viewer: Viewer, *, first: date, last: date) -> list[WorkPair]:
    entry: dict[UUID, Mapping[str, Any]] = {}
    later: dict[UUID, Mapping[str, Any]] = {}
    asked = _answers(viewer, "work").with_only_columns(
        Response.episode_id, Response.time_point, Response.answered_on, Response.scores
    )
    for episode_id, point, day, scores in db.session.execute(asked):
        if point == "T0":
            entry.setdefault(episode_id, scores)
        elif first <= day <= last:
            later[episode_id] = scores
    return [WorkPair(entry[one], scores) for one, scores in later.items() if one in entry]


PLAN_OPENED = "used the flare-up plan"  # as the audit says it


def plans_opened(viewer: Viewer, *, first: date, last: date) -> tuple[int, int]:
    """How often patients opened their flare-up plan in a period, and how many did (B02)."""
    asked = sa.select(sa.func.count(), sa.func.count(sa.distinct(AuditEntry.actor))).where(
        AuditEntry.service_id == viewer.service_id,
        AuditEntry.action == PLAN_OPENED,
        AuditEntry.at >= at_london(first, time(0)),
        AuditEntry.at < at_london(last + timedelta(days=1), time(0)),
    )
    row = db.session.execute(asked).one()
    return row[0], row[1]


def medicine_answers(viewer: Viewer, *, first: date, last: date) -> tuple[int, int]:
    """Who said in a period that they take less, or that it works better; and all who answered (B06)."""
    asked = _answers(viewer, "medicine_use").where(Response.answered_on.between(first, last))
    newest = {row.patient_id: row.scores.get("less_or_better") for row in db.session.scalars(asked)}
    known = [value for value in newest.values() if value in {"yes", "no"}]
    return known.count("yes"), len(known)


def _answers(viewer: Viewer, instrument: str) -> sa.Select[Response]:
    return (
        sa.select(Response)
        .where(
            Response.service_id == viewer.service_id,
            Response.patient_id.in_(visible_ids(viewer)),
            Response.instrument == instrument,
            is_current_response(),
        )
        .order_by(Response.answered_at, Response.id)
    )
