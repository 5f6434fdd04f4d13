"""Verbs on carers: named, told, ended; and what a carer says of themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record
from patientapp.carers import rules
from patientapp.carers.rules import CarerSaid
from patientapp.db import db
from patientapp.errors import Conflict, Forbidden, Invalid
from patientapp.links.actions import end_links_about, make_link
from patientapp.links.rules import LinkEnd, LinkPurpose
from patientapp.messaging.actions import enqueue, withdraw_of_carer
from patientapp.messaging.rules import next_sending_time
from patientapp.patients.carer_models import Carer, CarerAnswer
from patientapp.patients.carer_queries import carer, carers_of, is_trusted
from patientapp.patients.carer_rules import NewCarer, carer_mistakes
from patientapp.patients.queries import patient
from patientapp.patients.rules import parse_mobile
from patientapp.questionnaires.library import default_library
from patientapp.workdays import london_day
from patientapp.worklist.actions import raise_item
from patientapp.worklist.hearing import hear_words
from patientapp.worklist.rules import ItemKind

MOST_CARERS = 5  # at once: a list that the patient can look over
LINK_USEFUL = timedelta(hours=48)


class TooManyCarers(Conflict):
    """There are 5 carers or trusted people already. End one of them, then add another."""

    title = "No more carers can be added"


def name_carer(viewer: Viewer, patient_id: UUID, new: NewCarer, *, link_key: str, now: datetime) -> Carer:
    """A carer with listed acts; their own link goes to their own number, in the same commit."""
    person, today = patient(viewer, patient_id), london_day(now)
    record(viewer, "named a carer", now=now, patient_id=person.id)  # first: two phones wait in line
    standing = [one for one in carers_of(viewer, person.id) if is_trusted(one, today=today)]
    wrong = carer_mistakes(
        new,
        today=today,
        by_staff=viewer.staff_id is not None,
        own_mobile=person.mobile,
        taken=[one.mobile for one in standing],
    )
    if wrong or new.ends_on is None:
        raise Invalid("The carer cannot be added.", fields={name: [code] for name, code in wrong.items()})
    if len(standing) >= MOST_CARERS:
        raise TooManyCarers(TooManyCarers.__doc__ or "")
    made = Carer(
        service_id=person.service_id,
        patient_id=person.id,
        name=new.name.strip(),
        mobile=parse_mobile(new.mobile) or "",
        acts=sorted(set(new.acts)),
        ends_on=new.ends_on,
        consent=new.consent.strip(),
        invited_by=viewer.key,
        invited_at=now,
    )
    db.session.add(made)
    db.session.flush()
    if viewer.is_patient:
        hear_words(  # a place for words like any other: people write where they can (CLIN-03)
            made.name,
            service_id=person.service_id,
            patient_id=person.id,
            source=f"{made.id}:name",
            now=now,
        )
    _send_link(made, language=person.language, link_key=link_key, now=now)
    return made


def _send_link(to: Carer, *, language: str, link_key: str, now: datetime) -> None:
    link = make_link(
        patient_id=to.patient_id,
        service_id=to.service_id,
        pack_id=to.id,
        key=link_key,
        now=now,
        purpose=LinkPurpose.CARER,
    )
    leaves_at = next_sending_time(now)
    enqueue(
        key=f"{link.id}:carer-link",
        service_id=to.service_id,
        patient_id=to.patient_id,
        carer_id=to.id,
        about=to.id,
        template="carer-link",
        words={},
        to_number=to.mobile,
        link_id=link.id,
        language=language,
        due_at=leaves_at,
        useful_until=leaves_at + LINK_USEFUL,
        now=now,
    )


def end_carer(viewer: Viewer, patient_id: UUID, carer_id: UUID, *, now: datetime) -> None:
    """Nothing more for this carer, from the next request on (SEC-11); ended twice it is ended once."""
    found = carer(viewer, patient_id, carer_id)
    if viewer.carer_id not in {None, found.id}:
        raise Forbidden
    if found.ended_at is not None:
        return
    found.ended_at, found.ended_by = now, viewer.key
    end_links_about(found.id, reason=LinkEnd.WITHDRAWN, now=now)
    withdraw_of_carer(found.id, now=now)
    record(viewer, "ended a carer", now=now, patient_id=patient_id, object=found.id)


def answer_about_self(viewer: Viewer, said: CarerSaid, *, now: datetime) -> None:
    """A carer's own answers, and a task for staff where one of them asks for an act (B08)."""
    if viewer.carer_id is None or viewer.patient_id is None:
        raise Forbidden
    record(viewer, "answered a carer's questions", now=now, patient_id=viewer.patient_id)
    db.session.add(
        CarerAnswer(
            carer_id=viewer.carer_id,
            patient_id=viewer.patient_id,
            instrument=rules.INSTRUMENT,
            instrument_version=default_library().get(rules.INSTRUMENT).version,
            answers={"ratings": dict(said.ratings), "yes": sorted(said.yes)},
            at=now,
        )
    )
    for reason in rules.follow_up(said):
        raise_item(
            ItemKind.TASK,
            service_id=viewer.service_id,
            patient_id=viewer.patient_id,
            reason=reason,
            source=f"{viewer.carer_id}:{reason}:{london_day(now).isoformat()}",
            now=now,
        )
    db.session.flush()
