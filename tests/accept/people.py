"""Many made-up people with open packs and live sessions, in a real, committed database."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from flask import Flask
from flask_wtf.csrf import generate_csrf

from patientapp import clock
from patientapp.access.viewer import Role
from patientapp.assessments.models import Pack, Task
from patientapp.db import db, transaction
from patientapp.episodes.models import Episode
from patientapp.links.models import Link
from patientapp.links.rules import LinkPurpose
from patientapp.links.tokens import token_hash, token_of
from patientapp.messaging.models import OutboxMessage
from patientapp.patients.models import Patient
from patientapp.questionnaires.library import default_library
from patientapp.services.models import Service
from patientapp.signin import cookies
from patientapp.signin.actions import open_session
from patientapp.signin.cookies import Kind
from patientapp.signin.models import Session
from patientapp.signin.queries import secret_hash
from tests.factories import LINK_KEY, made_up_nhs_number, make_service, make_staff

SIX = ("bpi_sf", "eq5d5l", "pseq", "start_back", "collaborate", "start_msk")
BATCH = 2_000


@dataclass(frozen=True, kw_only=True)
class Ready:
    """One person at the moment of sending: signed in, with an open pack."""

    service_id: UUID
    patient_id: UUID
    episode_id: UUID
    pack_id: UUID
    session_id: UUID
    tasks: dict[str, UUID]
    token: str
    cookie: str
    csrf: str

    @property
    def headers(self) -> dict[str, str]:
        """What this person's phone sends with each change, but for the idempotency key."""
        return {"Cookie": self.cookie, "X-CSRFToken": self.csrf}


def make_ready(app: Flask, count: int, *, instruments: Sequence[str] = SIX) -> list[Ready]:
    """That many people of one new service, each with a session whose date of birth is confirmed."""
    with app.app_context():
        with transaction() as session:
            service_id = make_service(session, slug=f"load-{secrets.token_hex(4)}").id
        form_cookie, csrf = _csrf(app)
        made: list[Ready] = []
        for start in range(0, count, BATCH):
            batch = list(_people(app, min(BATCH, count - start), service_id, instruments))
            _insert([rows for _ready, rows in batch])
            made += [ready for ready, _rows in batch]
        db.session.remove()
    return [_with_form(ready, form_cookie, csrf) for ready in made]


def staff_headers(app: Flask, service_id: UUID) -> dict[str, str]:
    """What the desk of a clinician who is also an admin of this service sends with each change."""
    with app.app_context():
        with transaction() as session:
            service = session.get_one(Service, service_id)
            email = f"{secrets.token_hex(4)}@moorside.example"
            staff = make_staff(session, service, Role.CLINICIAN, Role.SERVICE_ADMIN, email=email)
            secret = open_session(
                service_id=service_id, staff_id=staff.id, now=clock.now(), life=timedelta(hours=10)
            )
        db.session.remove()
        form_cookie, csrf = _csrf(app)
    with app.test_request_context():
        signed = cookies._signer(Kind.STAFF, cookies.settings()).sign(secret).decode()
        cookie = f"{cookies.name(Kind.STAFF)}={signed}; form={form_cookie}"
    return {"Cookie": cookie, "X-CSRFToken": csrf}


def _with_form(ready: Ready, form_cookie: str, csrf: str) -> Ready:
    return Ready(**(vars(ready) | {"cookie": f"{ready.cookie}; form={form_cookie}", "csrf": csrf}))


def _csrf(app: Flask) -> tuple[str, str]:
    with app.test_request_context():
        from flask import session as form_session

        token = generate_csrf()
        serializer = app.session_interface.get_signing_serializer(app)
        assert serializer is not None
        return str(serializer.dumps(dict(form_session))), token


def _people(
    app: Flask, count: int, service_id: UUID, instruments: Sequence[str]
) -> Iterator[tuple[Ready, dict[type, list[dict[str, Any]]]]]:
    now = clock.now()
    today = now.date()
    versions = {name: default_library().get(name).version for name in instruments}
    with app.test_request_context():
        signer, name = cookies._signer(Kind.PATIENT, cookies.settings()), cookies.name(Kind.PATIENT)
    for _ in range(count):
        patient, episode, pack, link, session = (uuid4() for _ in range(5))
        tasks = {instrument: uuid4() for instrument in instruments}
        token, secret = token_of(link, key=LINK_KEY), secrets.token_urlsafe(32)
        theirs = {"patient_id": patient, "service_id": service_id}
        days = _days(today)
        rows: dict[type, list[dict[str, Any]]] = {
            Patient: [
                {
                    "id": patient,
                    "service_id": service_id,
                    "nhs_number": made_up_nhs_number(),
                    "given_name": f"Sam{patient.hex[:6]}",
                    "family_name": f"Sample{patient.hex[6:12]}",
                    "birth_date": date(1975, 3, 3),
                    "mobile": f"+447700900{patient.int % 900:03d}",
                    "created_at": now,
                }
            ],
            Episode: [
                {"id": episode, "pain_site": "back", "created_at": now}
                | {"received_at": now, "received_on": days["opens_on"]}
                | theirs
            ],
            Pack: [
                {"id": pack, "episode_id": episode, "time_point": "T0", "assigned_at": now}
                | theirs
                | days
            ],
            Task: [
                {
                    "id": task,
                    "pack_id": pack,
                    "patient_id": patient,
                    "instrument": instrument,
                    "instrument_version": versions[instrument],
                    "position": position,
                }
                for position, (instrument, task) in enumerate(tasks.items(), 1)
            ],
            Link: [
                {
                    "id": link,
                    "purpose": LinkPurpose.QUESTIONNAIRES,
                    "pack_id": pack,
                    "token_hash": token_hash(token),
                    "created_at": now,
                    "expires_at": now + timedelta(days=7),
                }
                | theirs
            ],
            Session: [
                {
                    "id": session,
                    "secret_hash": secret_hash(secret),
                    "service_id": service_id,
                    "link_id": link,
                    "birth_date_confirmed_at": now,
                    "answered_by": "self",
                    "created_at": now,
                    "expires_at": now + timedelta(hours=2),
                }
            ],
            OutboxMessage: [_waiting_reminder(pack, now) | theirs],
        }
        ready = Ready(
            service_id=service_id,
            patient_id=patient,
            episode_id=episode,
            pack_id=pack,
            session_id=session,
            tasks=tasks,
            token=token,
            cookie=f"{name}={signer.sign(secret).decode()}",
            csrf="",
        )
        yield ready, rows


def _days(today: date) -> dict[str, date]:
    return {
        "opens_on": today - timedelta(days=5),
        "due_on": today + timedelta(days=9),
        "closes_on": today + timedelta(days=30),
    }


def _waiting_reminder(pack: UUID, now: Any) -> dict[str, Any]:
    """A text that waits for this pack, so that finishing it has something to withdraw (SMS-06)."""
    return {
        "id": uuid4(),
        "key": f"{pack}:nudge",
        "about": pack,
        "template": "nudge",
        "words": {},
        "to_number": "+447700900001",
        "due_at": now + timedelta(days=3),
        "useful_until": now + timedelta(days=4),
        "created_at": now,
    }


def _insert(batch: Sequence[dict[type, list[dict[str, Any]]]]) -> None:
    with transaction() as session:
        for model in batch[0]:
            rows = [row for rows in batch for row in rows[model]]
            session.execute(sa.insert(model), rows)


def perfect_answers(instrument: str, *, pick: Any = None) -> dict[str, int]:
    """An answer to every item; the lowest, or one that `pick(low, high)` chooses."""
    items = default_library().get(instrument).items
    return {item.code: pick(item.minimum, item.maximum) if pick else item.minimum for item in items}
