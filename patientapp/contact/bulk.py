"""Verbs of texts to many people: prepared, approved, recalled, and let go after five minutes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
import structlog

from patientapp.access.viewer import Viewer
from patientapp.assessments.rules import TimePoint
from patientapp.audit.actions import record, record_system
from patientapp.contact.models import BulkPerson, BulkSend
from patientapp.contact.queries import (
    bulk_send,
    course_of,
    people_for,
    standing,
    system_leaving,
    system_people,
)
from patientapp.contact.rules import (
    BulkState,
    Refusal,
    Which,
    WhyNot,
    bulk_text,
    why_not_approve,
    why_not_recall,
    why_not_text,
)
from patientapp.db import changed, db, transaction
from patientapp.errors import Conflict, Forbidden, Invalid
from patientapp.messaging.rules import may_call_now
from patientapp.patients.looks import look_by
from patientapp.reminders.actions import Keys, Overtaken, record_text
from patientapp.reminders.packs import system_still_to_do
from patientapp.reminders.queries import system_planned
from patientapp.workdays import london_day

log = structlog.get_logger(__name__)
MOST_PEOPLE = 5_000
QUEUED = "queued"


class SecondPersonNeeded(Conflict):
    """Texts to more than 50 people are approved by somebody else than who prepared them."""

    title = "A second person must approve this"


class TooLateToRecall(Conflict):
    """The five minutes are over and the texts are leaving. Nothing was recalled."""

    title = "It is too late to recall this"


class NotPossibleNow(Conflict):
    """Somebody has approved, recalled or sent this meanwhile. Look at it again."""

    title = "That cannot be done now"


_PROBLEMS: dict[Refusal, type[Conflict]] = {
    Refusal.SECOND_PERSON: SecondPersonNeeded,
    Refusal.TOO_LATE: TooLateToRecall,
    Refusal.NOT_NOW: NotPossibleNow,
}


def prepare(viewer: Viewer, time_point: TimePoint, which: Which, *, now: datetime) -> BulkSend:
    """Fix the list of people; nothing is sent yet. Invalid where nobody is on it, or too many."""
    people = people_for(viewer, time_point, which, now=now, limit=MOST_PEOPLE + 1)
    if not people:
        raise Invalid("Nobody is on this list.", fields={"time_point": ["Nobody is on this list."]})
    if len(people) > MOST_PEOPLE:
        said = f"More than {MOST_PEOPLE} people are on this list."
        raise Invalid(said, fields={"time_point": [said]})
    made = BulkSend(
        id=uuid4(),
        service_id=viewer.service_id,
        time_point=time_point,
        which=which,
        people=len(people),
        prepared_by=_staff(viewer),
        prepared_at=now,
    )
    db.session.add(made)
    db.session.flush()
    rows = [{"bulk_id": made.id, "patient_id": one, "pack_id": pack} for one, pack in people]
    db.session.execute(sa.insert(BulkPerson), rows)
    _note(viewer, made, "prepared a bulk send", now=now)
    return made


def approve(viewer: Viewer, bulk_id: UUID, *, now: datetime) -> BulkSend:
    """Let it leave in five minutes; above 50 people only by a second person (SMS-08)."""
    found = bulk_send(viewer, bulk_id, lock=True)
    _refuse(why_not_approve(standing(found), by=_staff(viewer)))
    found.approved_by, found.approved_at = _staff(viewer), now
    _note(viewer, found, "approved a bulk send", now=now)
    return found


def recall(viewer: Viewer, bulk_id: UUID, *, now: datetime) -> BulkSend:
    """Nobody gets it; possible until it leaves (SMS-08)."""
    found = bulk_send(viewer, bulk_id, lock=True)
    _refuse(why_not_recall(standing(found), now=now))
    found.recalled_by, found.recalled_at = _staff(viewer), now
    _note(viewer, found, "recalled a bulk send", now=now)
    return found


def _note(viewer: Viewer, of: BulkSend, action: str, *, now: datetime) -> None:
    record(viewer, action, now=now, object=of.id)


def _refuse(refusal: Refusal | None) -> None:
    if refusal is not None:
        problem = _PROBLEMS[refusal]
        raise problem(problem.__doc__ or "")


def _staff(viewer: Viewer) -> UUID:
    if viewer.staff_id is None:
        raise Forbidden
    return viewer.staff_id


def release(*, now: datetime, link_key: str, public_url: str) -> int:
    """Queue the texts of what was approved five minutes ago; each person is looked at once more.

    By night nothing is queued: a new link would have ended the older one hours before its text.
    """
    if not may_call_now(now):
        return 0
    keys = Keys(link_key=link_key, public_url=public_url)
    return sum(_release(bulk_id, now=now, keys=keys) for bulk_id in system_leaving(now))


def _release(bulk_id: UUID, *, now: datetime, keys: Keys) -> int:
    queued = 0
    for patient_id, pack_id in system_people(bulk_id, waiting=True):
        try:
            with transaction():
                queued += _text_one(bulk_id, patient_id, pack_id, now=now, keys=keys)
        except Overtaken:
            with transaction():
                _settle(bulk_id, patient_id, pack_id, WhyNot.ON_ITS_WAY)
        except Exception:
            log.exception("a person of a bulk send could not be texted", patient=str(patient_id))
            with transaction():
                _settle(bulk_id, patient_id, pack_id, WhyNot.NOT_READ)
    with transaction():
        _finish(bulk_id, now=now)
    return queued


def _text_one(bulk_id: UUID, patient_id: UUID, pack_id: UUID, *, now: datetime, keys: Keys) -> int:
    undone = system_still_to_do(pack_id, today=london_day(now))
    look_by(patient_id, now)  # the planner takes this text into account
    approved_by = _leaving(bulk_id)
    if approved_by is None:
        return 0
    found = system_planned([patient_id], now=now)[patient_id]
    course = course_of(found, pack_id)
    why = why_not_text(found.person, course, now) if undone else WhyNot.FINISHED
    if not _settle(bulk_id, patient_id, pack_id, why or QUEUED) or why is not None:
        return 0
    assert course is not None
    record_system("bulk text", chain=f"patient:{patient_id}", now=now, actor=f"staff:{approved_by}")
    record_text(found, bulk_text(bulk_id, course, found.person, now), now=now, keys=keys)
    return 1


def _leaving(bulk_id: UUID) -> UUID | None:
    """Who approved it, if nobody has recalled it; nobody can until this transaction ends (SMS-08)."""
    asked = sa.select(BulkSend).where(BulkSend.id == bulk_id).with_for_update()
    found = db.session.scalars(asked.execution_options(populate_existing=True)).one()
    return found.approved_by if standing(found).state is BulkState.LEAVING else None


def _settle(bulk_id: UUID, patient_id: UUID, pack_id: UUID, outcome: str) -> bool:
    """Keep what came of one person, once: of two schedulers only one goes on."""
    kept = (
        sa.update(BulkPerson)
        .where(BulkPerson.bulk_id == bulk_id, BulkPerson.patient_id == patient_id)
        .where(BulkPerson.pack_id == pack_id, BulkPerson.outcome == "")
        .values(outcome=outcome)
        .execution_options(preserve_rowcount=True, synchronize_session=False)
    )
    return bool(changed(db.session.execute(kept)))


def _finish(bulk_id: UUID, *, now: datetime) -> None:
    if not system_people(bulk_id, waiting=True) and _leaving(bulk_id):
        done = sa.update(BulkSend).where(BulkSend.id == bulk_id).values(sent_at=now)
        db.session.execute(done.execution_options(synchronize_session=False))
        record_system("bulk send left", chain=f"bulk:{bulk_id}", now=now)
