"""The real app on a loopback port, with committed people and their phones."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from patientapp.assessments.models import Draft, Pack, Response
from patientapp.config import Environment, Settings
from patientapp.db import db
from patientapp.links.models import Link
from patientapp.signin import cookies
from patientapp.signin.actions import open_session
from patientapp.signin.cookies import Kind
from patientapp.signin.rules import PATIENT_LIFE
from tests.databases import Database
from tests.factories import LINK_KEY, NOW, make_pack, make_patient, make_service, make_token, tasks_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PHONE = {"width": 375, "height": 667}
PATIENCE = 30_000  # milliseconds for anything, also on a machine with much else to do


@dataclass
class Site:
    """A running app and the hands of its clock, which stand still until a test moves them."""

    url: str
    app: Flask
    at: datetime = NOW

    def now(self) -> datetime:
        """What the app's one clock says."""
        return self.at

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.at += timedelta(**span)

    @contextmanager
    def database(self) -> Iterator[Session]:
        """A session of this app's database; what is done in it is committed."""
        with self.app.app_context():
            yield db.session()
            db.session.commit()


@contextmanager
def served(database: Database, folder: Path) -> Iterator[Site]:
    """The real app, migrated, answering on a free port."""
    from patientapp.app import create_app
    from patientapp.cli import upgrade

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    door = make_server("127.0.0.1", 0, _nothing, threaded=True)
    url = f"http://127.0.0.1:{door.port}"
    app = create_app(_settings(database, folder, url))
    with app.app_context():
        upgrade()
    door.app = whole(app)
    thread = threading.Thread(target=door.serve_forever, daemon=True)
    thread.start()
    try:
        yield Site(url, app)
    finally:
        door.shutdown()
        thread.join()
        door.server_close()
        with app.app_context():
            db.engine.dispose()


def whole(app: WSGIApplication) -> WSGIApplication:
    """The same answers in one piece: the test server leaves a file open when a phone hangs up."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        pieces = app(environ, start_response)
        try:
            return [b"".join(pieces)]
        finally:
            if hasattr(pieces, "close"):
                pieces.close()

    return answer


def _nothing(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("503 Service Unavailable", [])
    return []


def _settings(database: Database, folder: Path, url: str) -> Settings:
    return Settings(
        env=Environment.TEST,
        database_url=database.url,
        data_dir=folder,
        public_url=url,
        secret_key="test-secret-key-of-enough-letters-1",
        link_key=LINK_KEY,
        data_key="test-data-key-of-enough-letters-333",
    )


@dataclass(frozen=True)
class Someone:
    """A patient with questions open, and the link of their text."""

    patient_id: UUID
    service_id: UUID
    pack_id: UUID
    tasks: tuple[UUID, ...]
    link: str

    def question(self, number: int, *, task: int = 0) -> str:
        """The address of one question."""
        return f"/tasks/{self.tasks[task]}/questions/{number}"


def someone(site: Site, *instruments: str, **over: Any) -> Someone:
    """A person who has just been texted a link to these questionnaires."""
    with site.database() as session:
        service = make_service(session)
        pack = make_pack(session, make_patient(session, service), instruments, **over)
        _link, token = make_token(pack, now=site.at)
        return Someone(
            patient_id=pack.patient_id,
            service_id=service.id,
            pack_id=pack.id,
            tasks=tuple(task.id for task in tasks_of(session, pack)),
            link=f"/q/{token}",
        )


def new_link(site: Site, person: Someone) -> str:
    """Another text: the older link ends."""
    with site.database() as session:
        _link, token = make_token(session.get_one(Pack, person.pack_id), now=site.at)
        return f"/q/{token}"


def phone(browser: Browser, site: Site, **over: Any) -> BrowserContext:
    """A new small phone that has never been here."""
    facts: dict[str, Any] = {"viewport": PHONE, "base_url": site.url, "has_touch": True}
    context = browser.new_context(**(facts | over))
    context.set_default_timeout(PATIENCE)
    return context


def remember(site: Site, context: BrowserContext, secret: str, kind: Kind) -> None:
    """Give this browser the cookie of a session."""
    with site.app.test_request_context():
        signed = cookies._signer(kind, cookies.settings()).sign(secret).decode()
        context.add_cookies([{"name": cookies.name(kind), "value": signed, "url": site.url}])


def stand_at(site: Site, page: Page, person: Someone, address: str) -> None:
    """Open a page as somebody who came in by the link, said when they were born and who answers."""
    with site.database() as session:
        link = session.scalars(sa.select(Link).filter_by(pack_id=person.pack_id)).one()
        secret = open_session(
            service_id=person.service_id,
            link_id=link.id,
            now=site.at,
            life=PATIENT_LIFE,
            birth_date_confirmed_at=site.at,
        )
    remember(site, page.context, secret, Kind.PATIENT)
    page.goto(address)


def drafts(site: Site, person: Someone) -> dict[str, int | None]:
    """What is kept of the first set before it is sent."""
    with site.database() as session:
        rows = session.scalars(sa.select(Draft).filter_by(task_id=person.tasks[0]))
        return {row.item: row.value for row in rows}


def responses(site: Site, person: Someone) -> list[Response]:
    """What this person has sent."""
    with site.database() as session:
        return list(session.scalars(sa.select(Response).filter_by(patient_id=person.patient_id)))


def begin(site: Site, page: Page, instrument: str = "pseq") -> Someone:
    """A person with one set of questions, who stands at the first."""
    person = someone(site, instrument)
    stand_at(site, page, person, person.question(1))
    return person
