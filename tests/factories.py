"""Plain makers of rows and viewers; every person here is made up (999 numbers, drama telephones)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from sqlalchemy.orm import Session as DbSession

from patientapp.access.viewer import AnsweredBy, Role, Viewer
from patientapp.assessments.actions import add_tasks
from patientapp.assessments.models import Pack, Task
from patientapp.assessments.rules import TimePoint
from patientapp.db import db
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.episodes.rules import EpisodeEventKind, PainSite
from patientapp.links.actions import make_link
from patientapp.links.models import Link
from patientapp.links.tokens import token_of
from patientapp.patients.looks import look_by
from patientapp.patients.models import Patient
from patientapp.questionnaires.library import default_library
from patientapp.services.models import Membership, Service, Staff
from patientapp.signin import cookies
from patientapp.signin.actions import open_session
from patientapp.signin.cookies import Kind
from patientapp.workdays import at_london

NOW = datetime(2026, 9, 22, 9, 30, tzinfo=UTC)
_count = itertools.count(1)


def make_service(session: DbSession, **over: Any) -> Service:
    """A pain service."""
    n = next(_count)
    facts = {
        "slug": f"service-{n}",
        "name": f"Moorside Pain Service {n}",
        "short_name": "Moorside Pain",
        "phone": "0113 496 0100",
        "hours": "Monday to Friday, 9am to 5pm",
        "text_relay": "18001 0113 496 0100",
        "duty_phone": "+447700900999",
        "schedule": "standard",
        "daily_text_ceiling": 2000,
    }
    service = Service(**(facts | over))
    session.add(service)
    session.flush()
    return service


def make_staff(session: DbSession, service: Service, *roles: Role, **over: Any) -> Staff:
    """A member of staff with roles in one service."""
    n = next(_count)
    facts = {
        "email": f"staff{n}@moorside.example",
        "name": f"Robin Staff {n}",
        "password_hash": "not a hash",
        "totp_secret": b"none",
        "totp_last_step": 0,
    }
    person = Staff(**(facts | over))
    session.add(person)
    session.flush()
    for role in roles or (Role.CLINICIAN,):
        session.add(Membership(staff_id=person.id, service_id=service.id, role=role))
    session.flush()
    return person


def made_up_nhs_number() -> str:
    """A number of the 999 range that passes the check digit."""
    while True:
        first = f"999{next(_count):06d}"
        check = 11 - sum(int(d) * w for d, w in zip(first, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return first + str(check % 11)


def make_patient(session: DbSession, service: Service, **over: Any) -> Patient:
    """A person in a service's care."""
    n = next(_count)
    facts = {
        "service_id": service.id,
        "nhs_number": made_up_nhs_number(),
        "given_name": f"Sam{n}",
        "family_name": f"Sample{n}",
        "birth_date": date(1975, 3, 3),
        "mobile": f"+447700900{n % 900:03d}",
        "created_at": NOW - timedelta(days=10),
    }
    patient = Patient(**(facts | over))
    session.add(patient)
    session.flush()
    return patient


def make_episode(session: DbSession, patient: Patient, **over: Any) -> Episode:
    """An episode; `received` is the day of the referral."""
    received = over.pop("received", date(2026, 9, 1))
    facts = {
        "patient_id": patient.id,
        "service_id": patient.service_id,
        "pain_site": PainSite.BACK,
        "received_at": at_london(received, time(9, 0)),
        "received_on": received,
        "created_at": NOW,
    }
    episode = Episode(**(facts | over))
    session.add(episode)
    session.flush()
    session.add(
        EpisodeEvent(
            service_id=episode.service_id,
            episode_id=episode.id,
            kind=EpisodeEventKind.RECEIVED,
            at=at_london(received, time(9, 0)),
            on=received,
            recorded_at=NOW,
            recorded_by="staff:test",
        )
    )
    session.flush()
    return episode


def make_pack(
    session: DbSession,
    patient: Patient,
    instruments: Sequence[str] = ("pseq",),
    *,
    episode: Episode | None = None,
    **over: Any,
) -> Pack:
    """A pack that is open on NOW."""
    facts = {
        "episode_id": (episode or make_episode(session, patient)).id,
        "patient_id": patient.id,
        "service_id": patient.service_id,
        "time_point": TimePoint.T0,
        "opens_on": date(2026, 9, 1),
        "due_on": date(2026, 9, 29),
        "closes_on": date(2026, 10, 20),
        "assigned_at": NOW,
    }
    pack = Pack(**(facts | over))
    session.add(pack)
    session.flush()
    versions = {instrument.id: instrument.version for instrument in default_library()}
    add_tasks(pack, tuple(instruments), versions=versions)
    look_by(patient.id, NOW - timedelta(days=400))
    return pack


def tasks_of(session: DbSession, pack: Pack) -> list[Task]:
    """The tasks of a pack, in order."""
    return list(session.query(Task).filter_by(pack_id=pack.id).order_by(Task.position))


LINK_KEY = "test-link-key-of-enough-letters-22"


def make_token(pack: Pack, *, now: datetime = NOW) -> tuple[Link, str]:
    """A link for a pack and the token of its text."""
    link = make_link(
        patient_id=pack.patient_id,
        service_id=pack.service_id,
        pack_id=pack.id,
        key=LINK_KEY,
        now=now,
    )
    return link, token_of(link.id, key=LINK_KEY)


def patient_viewer(pack: Pack, **over: Any) -> Viewer:
    """The patient of a pack, date of birth confirmed."""
    facts: dict[str, Any] = {
        "roles": frozenset({Role.PATIENT}),
        "service_id": pack.service_id,
        "session_id": uuid4(),
        "patient_id": pack.patient_id,
        "pack_id": pack.id,
        "birth_date_confirmed": True,
        "answered_by": AnsweredBy.SELF,
    }
    return Viewer(**(facts | over))


def staff_viewer(service: Service, *roles: Role, staff_id: UUID | None = None) -> Viewer:
    """Staff of a service."""
    return Viewer(
        roles=frozenset(roles or (Role.CLINICIAN,)),
        service_id=service.id,
        session_id=uuid4(),
        staff_id=staff_id or uuid4(),
        name="Robin Staff",
    )


def sign_in_patient(client: FlaskClient, pack: Pack, *, now: datetime = NOW) -> None:
    """Give the client a patient's session, date of birth confirmed."""
    link, _token = make_token(pack, now=now)
    secret = open_session(
        service_id=pack.service_id,
        link_id=link.id,
        now=now,
        life=timedelta(hours=2),
        birth_date_confirmed_at=now,
    )
    _give(client, secret, Kind.PATIENT)


def sign_in_staff(client: FlaskClient, service: Service, staff: Staff, *, now: datetime = NOW) -> None:
    """Give the client a staff session in a service."""
    secret = open_session(service_id=service.id, staff_id=staff.id, now=now, life=timedelta(hours=10))
    _give(client, secret, Kind.STAFF)


def _give(client: FlaskClient, secret: str, kind: Kind) -> None:
    db.session.commit()
    with client.application.test_request_context():
        signed = cookies._signer(kind, cookies.settings()).sign(secret).decode()
        client.set_cookie(cookies.name(kind), signed, domain="localhost")


TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
KEY = re.compile(r'name="idempotency_key" value="([^"]+)"')


def form_of(page: str, **values: Any) -> dict[str, Any]:
    """What a browser would post of the first form of a page, filled in."""
    token, key = TOKEN.search(page), KEY.search(page)
    assert token, "the page has no form"
    assert key, "the form has no idempotency key"
    return {"csrf_token": token[1], "idempotency_key": key[1]} | values
