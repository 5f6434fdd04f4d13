"""What the planner wants to know of many people at once, in a handful of reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.db import db
from patientapp.messaging.claim_rules import Receiver
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.rules import IN_FLIGHT, MessageState
from patientapp.patients.contact_rules import refused_kinds
from patientapp.patients.models import Patient
from patientapp.reminders.coming import visits_of
from patientapp.reminders.facts import Course, Person, Sent, Visit
from patientapp.reminders.packs import courses_of
from patientapp.reminders.rules import NO_TEXT_FOR_PACK, NO_TEXT_FOR_VISIT, ON_PAPER
from patientapp.reminders.visits import HELP_WITH_VISIT
from patientapp.services.models import Service
from patientapp.workdays import london_day
from patientapp.worklist.models import WorkItem

ON_ITS_WAY = IN_FLIGHT | {MessageState.DUE}
MADE_FOR = (NO_TEXT_FOR_PACK, ON_PAPER, NO_TEXT_FOR_VISIT, HELP_WITH_VISIT)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One person with everything that may call for a text."""

    patient_id: UUID
    service_id: UUID
    service_slug: str
    language: str
    person: Person
    courses: tuple[Course, ...]
    visits: tuple[Visit, ...]


def system_planned(patient_ids: Collection[UUID], *, now: datetime) -> dict[UUID, Planned]:
    """These people, by id, as they are now."""
    patients = _patients(patient_ids)
    shared = _shared_numbers({patient.mobile for patient, _slug in patients if patient.mobile})
    texts, told = _texts(patient_ids), _told(patient_ids)
    courses, visits = courses_of(patient_ids, now=now), visits_of(patient_ids, now=now)
    return {
        patient.id: Planned(
            patient_id=patient.id,
            service_id=patient.service_id,
            service_slug=slug,
            language=patient.language,
            person=_person(
                patient,
                texts=tuple(texts[patient.id]),
                told=frozenset(told[patient.id]),
                shares_phone=patient.mobile in shared,
                now=now,
            ),
            courses=tuple(courses[patient.id]),
            visits=tuple(visits[patient.id]),
        )
        for patient, slug in patients
    }


def _patients(patient_ids: Collection[UUID]) -> list[tuple[Patient, str]]:

    asked = (
        sa.select(Patient, Service.slug)
        .join(Service, Service.id == Patient.service_id)
        .where(Patient.id.in_(patient_ids))
        .execution_options(populate_existing=True)
    )
    return [(patient, slug) for patient, slug in db.session.execute(asked)]


def _person(
    patient: Patient,
    *,
    texts: tuple[Sent, ...],
    told: frozenset[str],
    shares_phone: bool,
    now: datetime,
) -> Person:
    return Person(
        receiver=receiver_of(patient, now=now),
        chosen_at=patient.chosen_time.wall,
        paused_until=patient.paused_until,
        shares_phone=shares_phone,
        booking_help=patient.booking_help,
        texts=texts,
        told=told,
    )


def receiver_of(patient: Patient, *, now: datetime) -> Receiver:
    """What the record says of texts to this person today."""
    return Receiver(
        mobile=patient.mobile,
        texts_ok=patient.texts_ok,
        died=patient.died_on is not None,
        needs=tuple(patient.needs),
        refused=refused_kinds(patient.wishes, today=london_day(now), needs=patient.needs),
    )


def _shared_numbers(numbers: Collection[str]) -> set[str]:
    """Which of these numbers more than one living person has, in whichever services."""
    shared = (
        sa.select(Patient.mobile)
        .where(Patient.mobile.in_(numbers), Patient.died_on.is_(None))
        .group_by(Patient.mobile)
        .having(sa.func.count() > 1)
    )
    return set(db.session.scalars(shared))


def _texts(patient_ids: Collection[UUID]) -> defaultdict[UUID | None, list[Sent]]:
    row = OutboxMessage
    asked = sa.select(
        row.patient_id, row.key, row.about, row.template, row.state, row.sent_at, row.due_at
    ).where(row.patient_id.in_(patient_ids), row.carer_id.is_(None))
    found: defaultdict[UUID | None, list[Sent]] = defaultdict(list)
    for patient_id, key, about, template, state, sent_at, due_at in db.session.execute(asked):
        is_open = state in ON_ITS_WAY
        text = Sent(
            key=key,
            about=about,
            template=template,
            at=sent_at or due_at,
            is_open=is_open,
            counts=is_open or sent_at is not None,
        )
        found[patient_id].append(text)
    return found


def _told(patient_ids: Collection[UUID]) -> defaultdict[UUID, list[str]]:
    asked = sa.select(WorkItem.patient_id, WorkItem.source).where(
        WorkItem.patient_id.in_(patient_ids), WorkItem.reason.in_(MADE_FOR)
    )
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    for patient_id, source in db.session.execute(asked):
        found[patient_id].append(source)
    return found
