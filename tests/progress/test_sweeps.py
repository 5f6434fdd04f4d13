"""Each staff route about patients, with no, a foreign, a lesser credential (SEC-02, SEC-04)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from patientapp.access.viewer import Role
from patientapp.worklist.actions import raise_item
from patientapp.worklist.rules import ItemKind
from tests.desk import answer, api_headers, desk_of, forget_form_token
from tests.factories import (
    form_of,
    make_episode,
    make_pack,
    make_patient,
    make_service,
    sign_in_patient,
)

pytestmark = pytest.mark.usefixtures("now")
ROOMS = (
    "/staff/patients",
    "/staff/programmes",
    "/staff/documents",
    "/staff/alerts",
    "/staff/second-typing",
    "/api/v1/patients",
    "/api/v1/episodes",
)
NOBODYS = UUID(int=5)  # whatever else an address may name
BODIES: dict[str, dict[str, object]] = {
    "/api/v1/patients": {
        "given_name": "Robin",
        "family_name": "Sample",
        "birth_date": "1975-03-03",
    },
    "/api/v1/patients/<uuid:patient_id>/episodes": {
        "pain_site": "back",
        "received_on": "2026-09-14",
    },
    "/api/v1/patients/<uuid:patient_id>/merge": {"into": str(NOBODYS), "reason": "same card shown"},
    "/api/v1/episodes/<uuid:episode_id>/events": {"kind": "discharged", "on": "2026-09-20"},
}


@dataclass(frozen=True)
class Ids:
    """What an address may name."""

    patient_id: UUID
    episode_id: UUID
    item_id: UUID


def routes(app: Flask) -> Iterator[tuple[str, str]]:
    """(method, path) of every staff route about patients."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(ROOMS):
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield method, rule.rule


def ids_in(session: Session, app: Flask, now: datetime) -> tuple[Ids, Ids]:
    """The ids of one patient of ours and of one of another service."""
    made = []
    for service in (make_service(session), make_service(session)):
        person = make_patient(session, service, family_name="Unmistakable")
        episode = make_episode(session, person)
        answer(session, person, episode)
        item_id = raise_item(
            ItemKind.ALERT,
            service_id=service.id,
            patient_id=person.id,
            reason="ad_worst",
            source=f"{person.id}:ad",
            now=now,
        )
        made.append(Ids(person.id, episode.id, item_id))
    session.commit()
    return made[0], made[1]


def filled(path: str, ids: Ids) -> str:
    """The address of a route: these ids, and something that is there for all else."""
    path = re.sub(r"<uuid:(\w+)>", lambda found: str(getattr(ids, found[1], NOBODYS)), path)
    path = re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", path)
    return path.replace("<instrument>", "pseq").replace("<int:version>", "1")


def ask(client: FlaskClient, method: str, path: str, ids: Ids) -> TestResponse:
    """Call a route, with everything right but perhaps the ids."""
    address = filled(path, ids)
    forget_form_token()
    if method == "GET":
        return client.get(address)
    if path.startswith("/api/"):
        headers = api_headers(client, f"key-{uuid4().hex}")
        return client.post(address, json=BODIES[path], headers=headers)
    form = form_of(client.get("/staff/service").text, patient_id=str(ids.patient_id))
    return client.post(address, data=form)


def still(response: TestResponse) -> str:
    """The body without what differs from page to page whoever asks."""
    return re.sub(r'(name="(csrf_token|idempotency_key)" value|data-token)="[^"]*"', "", response.text)


def test_the_sweep_meets_every_route(app: Flask) -> None:
    found = set(routes(app))
    assert len(found) >= 18, sorted(found)
    assert {path for method, path in found if method == "POST" and "/api/" in path} == set(BODIES)


def test_sec_01_without_a_credential_nothing_opens(app: Flask, session: Session, now: datetime) -> None:
    own, _foreign = ids_in(session, app, now)
    client = app.test_client()
    for method, path in routes(app):
        address = filled(path, own)
        answered = client.get(address) if method == "GET" else client.post(address)
        assert "Unmistakable" not in answered.text, address
        if method == "POST":
            assert answered.status_code in (400, 401), address
        elif path.startswith("/api/"):
            assert answered.status_code == 401, address
        else:
            assert answered.headers["Location"] == "/staff/sign-in", address


def test_sec_02_foreign_and_unknown_are_the_same_404(app: Flask, session: Session, now: datetime) -> None:
    own, foreign = ids_in(session, app, now)
    service = make_service(session)
    stranger = desk_of(app, session, service, Role.CLINICIAN, Role.SERVICE_ADMIN)
    unknown = Ids(uuid4(), uuid4(), uuid4())
    for method, path in routes(app):
        if "<uuid:" not in path:
            continue
        answers = [ask(stranger, method, path, ids) for ids in (own, foreign, unknown)]
        assert {one.status_code for one in answers} == {404}, (method, path)
        assert len({still(one) for one in answers}) == 1, (method, path)
        assert "Unmistakable" not in answers[0].text


def test_sec_03_lists_hold_nobody_of_another_service(app: Flask, session: Session, now: datetime) -> None:
    ids_in(session, app, now)
    stranger = desk_of(app, session, make_service(session))
    for address in ("/staff", "/staff?show=due", "/staff/patients", "/api/v1/patients"):
        answered = stranger.get(address)
        assert answered.status_code == 200
        assert "Unmistakable" not in answered.text


@pytest.mark.parametrize("role", [Role.COMMISSIONER, Role.SYSTEM_ADMIN])
def test_sec_04_commissioners_and_system_admins_reach_no_patient(
    app: Flask, session: Session, now: datetime, role: Role
) -> None:
    service = make_service(session)
    person = make_patient(session, service, family_name="Unmistakable")
    desk = desk_of(app, session, service, role)
    ids = Ids(person.id, uuid4(), uuid4())
    for method, path in routes(app):
        answered = ask(desk, method, path, ids)
        assert answered.status_code == 403, (method, path)
        assert "Unmistakable" not in answered.text


def test_sec_04_a_patient_reaches_no_staff_route(app: Flask, session: Session, now: datetime) -> None:
    service = make_service(session)
    person = make_patient(session, service, family_name="Unmistakable")
    client = app.test_client()
    sign_in_patient(client, make_pack(session, person))
    session.commit()
    ids = Ids(person.id, uuid4(), uuid4())
    for method, path in routes(app):
        if path.startswith("/api/"):
            assert ask(client, method, path, ids).status_code == 403, (method, path)
        elif method == "GET":
            answered = ask(client, method, path, ids)
            assert answered.headers["Location"] == "/staff/sign-in", path


def test_sec_04_a_service_admin_sees_no_scores_and_no_alerts(
    app: Flask, session: Session, now: datetime
) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    desk = desk_of(app, session, service, Role.SERVICE_ADMIN)
    for address in (
        f"/staff/patients/{person.id}",
        f"/api/v1/patients/{person.id}/scores",
        f"/api/v1/patients/{person.id}/changes",
    ):
        assert desk.get(address).status_code == 403, address
    alert, task = (
        raise_item(
            kind,
            service_id=service.id,
            patient_id=person.id,
            reason=reason,
            source=f"{person.id}:{reason}",
            now=now,
        )
        for kind, reason in ((ItemKind.ALERT, "ad_worst"), (ItemKind.TASK, "not_me"))
    )
    assert desk.get(f"/staff/alerts/{alert}").status_code == 404
    home = desk.get("/staff").text
    assert "not for them" in home
    assert str(alert) not in home
    page = desk.get(f"/staff/alerts/{task}")
    assert page.status_code == 200
    assert f'/staff/patients/{person.id}"' not in page.text  # scores are not theirs to see
    form = form_of(page.text, patient_id=str(person.id))
    assert desk.post(f"/staff/alerts/{task}/take", data=form).status_code == 303
    assert desk.post(f"/staff/alerts/{alert}/take", data=form).status_code == 404


def test_sec_08_looking_changes_nothing_but_the_audit(
    app: Flask, session: Session, now: datetime
) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    answer(session, person)
    desk = desk_of(app, session, service)
    before = _counts(session)
    for address in ("/staff", "/staff/patients", f"/staff/patients/{person.id}"):
        desk.get(address)
    after = _counts(session)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"audit_entries", "audit_chains"}


def _counts(session: Session) -> dict[str, int]:
    from patientapp.db import Base

    return {
        name: session.connection().exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()  # noqa: S608
        for name in Base.metadata.tables
    }
