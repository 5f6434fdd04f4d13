"""Dispatchers as processes of their own, on a clock that can be moved, and texts for them to send."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import requests
import sqlalchemy as sa
from flask import Flask

from patientapp import clock
from patientapp.config import Settings
from patientapp.db import db, transaction
from patientapp.links.models import Link
from patientapp.links.rules import LinkPurpose
from patientapp.links.tokens import token_hash, token_of
from patientapp.messaging.models import MessageEvent, OutboxMessage
from patientapp.messaging.rules import MessageState
from patientapp.patients.models import Patient
from tests.accept.live import database_of, free_port, settings_of
from tests.carrier.server import ACCOUNT, SENDER, TOKEN
from tests.factories import LINK_KEY, NOW, made_up_nhs_number, make_service

READ = 0.5  # seconds that these dispatchers wait for an answer, so that hanging costs no minutes


@dataclass(frozen=True)
class MovedClock:
    """The real clock, moved by what a file says: every process that reads it sees each jump."""

    file: Path

    @classmethod
    def at(cls, moment: datetime, folder: Path) -> MovedClock:
        """A clock that shows this moment now, and goes on."""
        made = cls(folder / "moved-clock")
        made.file.write_text(str(moment.timestamp() - time.time()))
        return made

    @property
    def _moved(self) -> float:
        return float(self.file.read_text() or 0.0)

    def now(self) -> datetime:
        """The wall time."""
        return datetime.fromtimestamp(time.time() + self._moved, UTC)

    def monotonic(self) -> float:
        """Seconds that only grow, by the jumps as well."""
        return time.monotonic() + self._moved

    def jump(self, **units: float) -> None:
        """Let time pass for all."""
        moved = self._moved + timedelta(**units).total_seconds()
        beside = self.file.with_suffix(".new")
        beside.write_text(str(moved))
        beside.replace(self.file)


@dataclass(frozen=True, kw_only=True)
class Post:
    """An installation whose texts go to a loopback carrier."""

    app: Flask
    settings: Settings
    clock: MovedClock
    folder: Path


@contextmanager
def post_office(kind: str, folder: Path, *, carrier_url: str, **over: Any) -> Iterator[Post]:
    """A migrated database of this kind and settings that send to this carrier, at NOW."""
    from patientapp.app import create_app
    from patientapp.cli import upgrade

    moved = MovedClock.at(NOW, folder)
    with database_of(kind, folder) as database:
        settings = replace(
            settings_of(database, folder, free_port()),
            gateway="twilio",
            twilio_account_sid=ACCOUNT,
            twilio_auth_token=TOKEN,
            twilio_from=SENDER,
            twilio_base_url=carrier_url,
            texts_per_second=10_000,
            **over,
        )
        app = create_app(settings)
        with app.app_context():
            upgrade()
        try:
            yield Post(app=app, settings=settings, clock=moved, folder=folder)
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


def fill(app: Flask, count: int, *, due_at: Callable[[int], datetime], **over: Any) -> UUID:
    """So many texts with links, each to somebody of their own; the service they are of."""
    with app.app_context():
        with transaction() as session:
            service_id = make_service(session, daily_text_ceiling=10_000_000).id
        for start in range(0, count, 1_000):
            numbers = range(start, min(start + 1_000, count))
            rows = [_one(service_id, due_at(number), over) for number in numbers]
            with transaction() as session:
                for model in (Patient, Link, OutboxMessage, MessageEvent):
                    session.execute(sa.insert(model), [row[model] for row in rows])
        db.session.remove()
    return service_id


def _one(service_id: UUID, due_at: datetime, over: dict[str, Any]) -> dict[type, dict[str, Any]]:
    patient, link, message = uuid4(), uuid4(), uuid4()
    mobile = f"+447700900{patient.int % 900:03d}"
    token = token_of(link, key=LINK_KEY)
    return {
        Patient: {
            "id": patient,
            "service_id": service_id,
            "nhs_number": made_up_nhs_number(),
            "given_name": "Sam",
            "family_name": "Sample",
            "birth_date": date(1975, 3, 3),
            "mobile": mobile,
            "created_at": due_at,
        },
        Link: {
            "id": link,
            "patient_id": patient,
            "service_id": service_id,
            "purpose": LinkPurpose.QUESTIONNAIRES,
            "pack_id": uuid4(),
            "token_hash": token_hash(token),
            "created_at": due_at,
            "expires_at": due_at + timedelta(days=7),
        },
        OutboxMessage: {
            "id": message,
            "key": f"{message}:invite",
            "service_id": service_id,
            "patient_id": patient,
            "about": uuid4(),
            "template": "q-invite",
            "words": {"mins": "6"},
            "link_id": link,
            "to_number": mobile,
            "due_at": due_at,
            "useful_until": due_at + timedelta(days=2),
            "created_at": due_at,
        }
        | over,
        MessageEvent: {
            "message_id": message,
            "seq": 1,
            "attempt": 0,
            "state": MessageState.DUE,
            "at": due_at,
        },
    }


def states(app: Flask) -> dict[str, int]:
    """How many texts are in each state."""
    with app.app_context():
        counted = sa.select(OutboxMessage.state, sa.func.count()).group_by(OutboxMessage.state)
        found = {state.value: count for state, count in db.session.execute(counted)}
        db.session.remove()
    return found


_spawn = multiprocessing.get_context("forkserver")
_spawn.set_forkserver_preload(["tests.accept.texting", "patientapp.app", "patientapp.messaging.twilio"])


def start_dispatcher(post: Post, *, batch: int = 10, pause: float = 0.05) -> Any:
    """One dispatcher and settler as a process of its own, at work until it is killed."""
    process = _spawn.Process(
        target=_dispatch_for_ever, args=(post.settings, post.clock, batch, pause), daemon=True
    )
    process.start()
    return process


def _dispatch_for_ever(settings: Settings, moved: MovedClock, batch: int, pause: float) -> None:
    from patientapp.app import create_app
    from patientapp.errors import Problem
    from patientapp.messaging import carrier_http
    from patientapp.outgoing.wiring import dispatcher_of, settle_once

    clock.now = moved.now  # type: ignore[assignment]
    carrier_http.time = SimpleNamespace(monotonic=moved.monotonic)  # type: ignore[assignment]
    carrier_http.READ = READ
    app = create_app(settings)
    with app.app_context():
        sending = replace(dispatcher_of(app), monotonic=moved.monotonic)
    while True:
        try:
            with app.app_context():
                sending.run(batch=batch)
            settle_once(app)
        except Problem:  # the database was held by one that is stopped: look again
            time.sleep(pause)
        time.sleep(pause)


def start_instant(post: Post, *, batch: int = 100, lanes: int = 32, takes: float = 0.0) -> Any:
    """One dispatcher whose carrier is in its own memory, and answers at once or after so long."""
    given = (post.settings, post.clock, batch, lanes, takes)
    process = _spawn.Process(target=_dispatch_instantly, args=given, daemon=True)
    process.start()
    return process


def _dispatch_instantly(
    settings: Settings, moved: MovedClock, batch: int, lanes: int, takes: float
) -> None:
    from patientapp.app import create_app
    from patientapp.outgoing.wiring import dispatcher_of
    from tests.messaging.fakes import FakeGateway

    clock.now = moved.now  # type: ignore[assignment]
    app = create_app(settings)
    with app.app_context():
        carrier = FakeGateway(after=lambda _key: time.sleep(takes))
        sending = replace(dispatcher_of(app), gateway=carrier, per_second=None, lanes=lanes)
        while True:
            sending.run(batch=batch)
            time.sleep(0.01)


def stop_all(processes: Sequence[Any]) -> None:
    """Kill what runs still."""
    for process in processes:
        process.kill()
        process.join(10)


def wait_until(done: Callable[[], bool], *, seconds: float) -> bool:
    """Look again and again; whether it came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if done():
            return True
        time.sleep(0.05)
    return done()


def answer_all(post: Post, people: int) -> list[float]:
    """Seconds that each took to send one questionnaire; each is asserted to have been taken."""
    from tests.accept.people import make_ready, perfect_answers

    times = []
    for one in make_ready(post.app, people, instruments=("pseq",)):
        body = {"responses": {"pseq": perfect_answers("pseq")}}
        began = time.monotonic()
        answer = requests.post(
            f"{post.settings.public_url}/api/v1/packs/{one.pack_id}/responses",
            json=body,
            headers=one.headers | {"Idempotency-Key": uuid4().hex},
            timeout=30,
        )
        times.append(time.monotonic() - began)
        assert answer.ok, answer.text
    return times
