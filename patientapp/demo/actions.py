"""Fills an empty database through the app's own actions, at times of its own choosing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from patientapp.access.viewer import AnsweredBy, Role, Viewer
from patientapp.assessments import answering, sending
from patientapp.assessments.actions import begin_episode, record_event
from patientapp.assessments.queries import own_tasks, packs_of_patient
from patientapp.assessments.rules import TimePoint
from patientapp.assessments.words import instrument_of
from patientapp.db import db, transaction
from patientapp.demo.people import Person, Stage, answers, people
from patientapp.demo.plans import Known, tell
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.patients.actions import add_patient
from patientapp.patients.models import Patient
from patientapp.patients.rules import NewPatient
from patientapp.services.actions import add_service, add_staff, give_role
from patientapp.services.models import Service
from patientapp.workdays import at_london, london_day

MORNING = time(10)
PASSWORD = "moorside-heather-42"  # noqa: S105 - of invented people, printed by the demo itself


@dataclass(frozen=True)
class Desk:
    """A member of staff of the demonstration."""

    email: str
    name: str
    role: Role


DESKS = (
    Desk("clinician@moorside.example", "Kestrel Clinician", Role.CLINICIAN),
    Desk("admin@moorside.example", "Linnet Administrator", Role.SERVICE_ADMIN),
    Desk("commissioner@moorside.example", "Merlin Commissioner", Role.COMMISSIONER),
)


def is_empty() -> bool:
    """Whether nobody is here yet."""
    return db.session.scalar(sa.select(Service.id).limit(1)) is None


def fill(*, seed: int, now: datetime) -> int:
    """Add the service, its staff and its people; how many people. One commit: all or nothing."""
    with transaction():
        service = add_service(
            slug="moorside",
            name="Moorside Pain Service",
            short_name="Moorside Clinic",
            phone="0113 496 0100",
            hours="Monday to Friday, 9am to 5pm",
            text_relay="18001 0113 496 0100",
            duty_phone="+447700900999",
            profile="south_cheshire",
        )
        clinician = _staff(service, now=now)
        everybody = list(people(seed, today=london_day(now)))
        known = [_live(clinician, person, seed=seed, now=now) for person in everybody]
        tell(clinician, known, now=now)
        return len(everybody)


def _staff(service: Service, *, now: datetime) -> Viewer:
    first: Viewer | None = None
    for desk in DESKS:
        person, _secret = add_staff(email=desk.email, name=desk.name, password=PASSWORD, now=now)
        give_role(person.id, service.id, desk.role, now=now)
        first = first or Viewer(
            roles=frozenset({desk.role}),
            service_id=service.id,
            session_id=uuid.uuid4(),
            staff_id=person.id,
            name=person.name,
        )
    assert first is not None
    return first


def _live(clinician: Viewer, person: Person, *, seed: int, now: datetime) -> Known:
    """One person's story up to now."""
    today = london_day(now)
    received = today - timedelta(days=person.course.received)
    began = _morning(received)
    patient = add_patient(clinician, _record(person), now=began)
    episode = begin_episode(
        clinician, patient_id=patient.id, pain_site=person.pain_site, received_on=received, now=began
    )
    for kind, day in _events(person, received=received, today=today):
        record_event(clinician, episode_id=episode.id, kind=kind, on=day, now=_morning(day))
    _answer_all(clinician, person, patient, seed=seed, now=now)
    if person.stage is Stage.HALF_WAY:
        _answer_half(clinician, patient, now=now - timedelta(hours=20))
    return Known(person, patient.id, episode.id)


def _record(person: Person) -> NewPatient:
    return NewPatient(
        given_name=person.given_name,
        family_name=person.family_name,
        birth_date=person.birth_date,
        nhs_number=person.nhs_number,
        sex=person.sex,
        mobile=person.mobile,
    )


def _events(person: Person, *, received: date, today: date) -> Iterator[tuple[EpisodeEventKind, date]]:
    """The first visit once it has happened, then the discharge."""
    first_visit = received + timedelta(days=25)
    if first_visit <= today and person.stage is not Stage.OVERDUE:
        yield EpisodeEventKind.FIRST_APPOINTMENT, first_visit
    if person.course.discharged is not None:
        yield EpisodeEventKind.DISCHARGED, today - timedelta(days=person.course.discharged)


def _answer_all(clinician: Viewer, person: Person, patient: Patient, *, seed: int, now: datetime) -> None:
    yesterday = london_day(now) - timedelta(days=1)
    for progress in packs_of_patient(clinician, patient.id):
        pack = progress.pack
        if pack.time_point not in person.course.burden:
            continue
        at = _morning(min(pack.opens_on + timedelta(days=7), yesterday))
        if person.stage is Stage.RISK:
            at = now - timedelta(hours=1)  # so that the alert is one of today
        asking = _as_patient(clinician, patient, pack.id, helped=person.number % 5 == 3)
        _answer_pack(asking, person, pack.time_point, seed=seed, now=at)


def _answer_pack(
    asking: Viewer, person: Person, time_point: TimePoint, *, seed: int, now: datetime
) -> None:
    given = {}
    for task in own_tasks(asking):
        given[task.id] = answers(
            instrument_of(task),
            person.course.burden[time_point],
            seed=seed + 1000 * person.number + 10 * task.position + list(TimePoint).index(time_point),
            worrying=person.stage is Stage.RISK,
        )
    sending.submit_many(asking, given, now=now)


def _answer_half(clinician: Viewer, patient: Patient, *, now: datetime) -> None:
    pack = packs_of_patient(clinician, patient.id)[0].pack
    asking = _as_patient(clinician, patient, pack.id, helped=False)
    task = own_tasks(asking)[0]
    for item in instrument_of(task).items[:3]:
        answering.save_answer(asking, task.id, item=item.code, value=2, version=1, now=now)


def _as_patient(clinician: Viewer, patient: Patient, pack_id: uuid.UUID, *, helped: bool) -> Viewer:
    return replace(
        clinician,
        roles=frozenset({Role.PATIENT}),
        staff_id=None,
        name="",
        patient_id=patient.id,
        pack_id=pack_id,
        birth_date_confirmed=True,
        answered_by=AnsweredBy.HELPED if helped else AnsweredBy.SELF,
    )


def _morning(day: date) -> datetime:
    return at_london(day, MORNING)
