"""Reads for staff's texts, from behind the wall."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.assessments.models import Pack, Response, Task
from patientapp.assessments.queries import is_asked
from patientapp.assessments.rules import TimePoint
from patientapp.contact.models import BulkPerson, BulkSend
from patientapp.contact.rules import Bulk, Which, WhyNot, leaves_at, why_not_text
from patientapp.db import db
from patientapp.errors import NotFound
from patientapp.patients.queries import visible_ids
from patientapp.reminders.facts import Course
from patientapp.reminders.queries import Planned, system_planned
from patientapp.workdays import london_day

PAGE = 500
MOST_SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class OpenSet:
    """An unfinished set of questionnaires for which a new link can be sent."""

    pack_id: UUID
    time_point: TimePoint


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a bulk send would do now, or did."""

    would: int
    why_not: Mapping[str, int]


def open_sets(viewer: Viewer, patient_id: UUID, *, now: datetime) -> list[OpenSet]:
    """The sets of a patient that can be answered today and are not finished."""
    today = london_day(now)
    asked = (
        sa.select(Pack.id, Pack.time_point)
        .where(Pack.patient_id == patient_id, Pack.patient_id.in_(visible_ids(viewer)))
        .where(Pack.opens_on <= today, Pack.closes_on >= today, _is_unfinished(now))
        .order_by(Pack.opens_on, Pack.id)
    )
    return [OpenSet(pack_id=row.id, time_point=row.time_point) for row in db.session.execute(asked)]


def _is_unfinished(now: datetime) -> sa.ColumnElement[bool]:
    undone = ~sa.exists().where(Response.task_id == Task.id).correlate(Task)
    return sa.exists().where(Task.pack_id == Pack.id, undone, is_asked(today=london_day(now)))


def people_for(
    viewer: Viewer, time_point: TimePoint, which: Which, *, now: datetime, limit: int
) -> list[tuple[UUID, UUID]]:
    """(patient, pack) of my service's people with such an unfinished set, in a stable order."""
    today = london_day(now)
    asked = (
        sa.select(Pack.patient_id, Pack.id)
        .where(Pack.time_point == time_point, Pack.patient_id.in_(visible_ids(viewer)))
        .where(Pack.service_id == viewer.service_id)
        .where(Pack.opens_on <= today, Pack.closes_on >= today, _is_unfinished(now))
        .order_by(Pack.patient_id, Pack.id)
        .limit(limit)
    )
    if which is Which.OVERDUE:
        asked = asked.where(Pack.due_on < today)
    return [(row.patient_id, row.id) for row in db.session.execute(asked)]


def bulk_sends(viewer: Viewer) -> list[BulkSend]:
    """My service's bulk sends, newest first."""
    theirs = sa.select(BulkSend).where(BulkSend.service_id == viewer.service_id)
    newest_first = theirs.order_by(BulkSend.prepared_at.desc(), BulkSend.id)
    return list(db.session.scalars(newest_first.limit(MOST_SHOWN)))


def bulk_send(viewer: Viewer, bulk_id: UUID, *, lock: bool = False) -> BulkSend:
    """One bulk send of my service; NotFound for a foreign id as for an unknown one (SEC-02)."""
    asked = sa.select(BulkSend).where(BulkSend.id == bulk_id, BulkSend.service_id == viewer.service_id)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(asked)
    if found is None:
        raise NotFound
    return found


def standing(of: BulkSend) -> Bulk:
    """A bulk send, as far as its steps go."""
    return Bulk(
        people=of.people,
        prepared_by=of.prepared_by,
        approved_at=of.approved_at,
        recalled_at=of.recalled_at,
        sent_at=of.sent_at,
    )


def preview(bulk_id: UUID, *, now: datetime) -> Preview:
    """How many of a bulk send would get a text now, and why the others would not."""
    found = Counter[str]()
    for page in _pages(system_people(bulk_id)):
        planned = system_planned([patient_id for patient_id, _pack in page], now=now)
        for patient_id, pack_id in page:
            found[system_why_not(planned.get(patient_id), pack_id, now) or ""] += 1
    return Preview(would=found.pop("", 0), why_not=dict(found))


def system_why_not(found: Planned | None, pack_id: UUID, now: datetime) -> WhyNot | None:
    """Why this person would get no text about this set now; None where they would."""
    if found is None:
        return WhyNot.NOT_READ
    return why_not_text(found.person, course_of(found, pack_id), now)


def course_of(found: Planned, pack_id: UUID) -> Course | None:
    """The set of this id, where it is one of theirs and not closed."""
    return next((course for course in found.courses if course.pack_id == pack_id), None)


def outcomes(bulk_id: UUID) -> Preview:
    """What came of a bulk send: how many texts were queued, and why there were no others."""
    counted = (
        sa.select(BulkPerson.outcome, sa.func.count())
        .where(BulkPerson.bulk_id == bulk_id)
        .group_by(BulkPerson.outcome)
    )
    found: dict[str, int] = dict(db.session.execute(counted).all())
    found.pop("", None)
    return Preview(would=found.pop("queued", 0), why_not=found)


def first_to_close(bulk_id: UUID) -> date | None:
    """The earliest day on which a set of this list closes, for the words that are shown."""
    packs = sa.select(BulkPerson.pack_id).where(BulkPerson.bulk_id == bulk_id)
    return db.session.scalar(sa.select(sa.func.min(Pack.closes_on)).where(Pack.id.in_(packs)))


def system_people(bulk_id: UUID, *, waiting: bool = False) -> list[tuple[UUID, UUID]]:
    """(patient, pack) of a bulk send; only those not dealt with, if said."""
    asked = sa.select(BulkPerson.patient_id, BulkPerson.pack_id).where(BulkPerson.bulk_id == bulk_id)
    if waiting:
        asked = asked.where(BulkPerson.outcome == "")
    in_order = asked.order_by(BulkPerson.patient_id, BulkPerson.pack_id)
    return [(row.patient_id, row.pack_id) for row in db.session.execute(in_order)]


def _pages(rows: Sequence[tuple[UUID, UUID]]) -> Iterator[Sequence[tuple[UUID, UUID]]]:
    for start in range(0, len(rows), PAGE):
        yield rows[start : start + PAGE]


def system_leaving(now: datetime) -> list[UUID]:
    """Bulk sends that were approved five minutes ago or more, not recalled and not done."""
    asked = sa.select(BulkSend.id, BulkSend.approved_at).where(
        BulkSend.approved_at.is_not(None),
        BulkSend.recalled_at.is_(None),
        BulkSend.sent_at.is_(None),
    )
    rows = db.session.execute(asked.order_by(BulkSend.approved_at, BulkSend.id)).all()
    return [bulk_id for bulk_id, approved_at in rows if approved_at and leaves_at(approved_at) <= now]
