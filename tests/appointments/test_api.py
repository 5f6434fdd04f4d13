"""The API of visits: idempotent, strict, for the care team of one service only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from patientapp.access.viewer import Role
from patientapp.appointments.models import Appointment
from tests.appointments.world import IN_TEN_DAYS, make_visit
from tests.desk import api_headers, desk_of, forget_form_token
from tests.factories import NOW, make_episode, make_pack, make_patient, make_service, sign_in_patient

pytestmark = pytest.mark.usefixtures("now")
ADDRESS = "/api/v1/appointments"


def send(
    client: FlaskClient, method: str, address: str, body: Any, key: str | None = None
) -> TestResponse:
    forget_form_token()
    headers = api_headers(client, key or f"key-{uuid4().hex}")
    return client.open(address, method=method, json=body, headers=headers)


def body(episode_id: object, **over: Any) -> dict[str, Any]:
    return {
        "episode_id": str(episode_id),
        "kind": "follow_up",
        "starts_at": "2026-10-02T10:30:00+01:00",
        "minutes": 45,
        "mode": "face_to_face",
        "place": "Moorside Hub",
    } | over


def test_b22_book_read_move_and_tell_what_became_of_it(app: Flask, session: Session) -> None:
    service = make_service(session)
    episode = make_episode(session, make_patient(session, service))
    desk = desk_of(app, session, service, Role.SERVICE_ADMIN)
    made = send(desk, "POST", ADDRESS, body(episode.id, key="PAS-9"))
    assert made.status_code == 201, made.text
    visit = made.get_json()
    assert visit["starts_at"] == "2026-10-02T09:30:00+00:00"
    assert (visit["status"], visit["version"], visit["key"]) == ("booked", 1, "PAS-9")
    address = f"{ADDRESS}/{visit['id']}"
    assert desk.get(address).get_json() == visit
    moved = send(desk, "PATCH", address, {"starts_at": "2026-10-03T09:00:00Z", "version": 1})
    assert (moved.status_code, moved.get_json()["status"]) == (200, "moved")
    assert moved.get_json()["place"] == "Moorside Hub"
    stale = send(desk, "PATCH", address, {"status": "confirmed", "version": 1})
    assert stale.status_code == 409
    off = send(desk, "PATCH", address, {"status": "cancelled_by_service", "reason": "weather"})
    assert (off.status_code, off.get_json()["reason"]) == (200, "weather")


def test_rel_02_a_post_again_books_one_visit(app: Flask, session: Session) -> None:
    service = make_service(session)
    episode = make_episode(session, make_patient(session, service))
    desk = desk_of(app, session, service)
    before = session.query(Appointment).count()
    one = send(desk, "POST", ADDRESS, body(episode.id), "the-same-key")
    two = send(desk, "POST", ADDRESS, body(episode.id), "the-same-key")
    assert one.get_json() == two.get_json()
    three = send(desk, "POST", ADDRESS, body(episode.id, key="K1"))
    four = send(desk, "POST", ADDRESS, body(episode.id, key="K1"))
    assert three.get_json()["id"] == four.get_json()["id"]
    assert send(desk, "POST", ADDRESS, body(episode.id, key="K1", minutes=5)).status_code == 409
    assert session.query(Appointment).count() == before + 2


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("unknown field", {"patient_id": str(uuid4())}),
    ("status from outside", {"status": "attended"}),
    ("no offset", {"starts_at": "2026-10-02T10:30:00"}),
    ("past", {"starts_at": "2026-09-01T10:30:00Z"}),
    ("year 1", {"starts_at": "0001-01-01T00:00:00+14:00"}),
    ("year 9999", {"starts_at": "9999-12-31T23:59:59-14:00"}),
    ("not a time", {"starts_at": 17}),
    ("no such kind", {"kind": "party"}),
    ("no such mode", {"mode": "fax"}),
    ("minutes true", {"minutes": True}),
    ("minutes as text", {"minutes": "45"}),
    ("minutes too many", {"minutes": 100000}),
    ("place not text", {"place": 3}),
    ("place too long", {"place": "x" * 101}),
    ("empty key", {"key": ""}),
    ("link for a visit in person", {"video_link": "https://video.example/1"}),
    ("a link that is a script", {"mode": "video", "video_link": "javascript:alert(1)"}),
]


@pytest.mark.parametrize("over", [w[1] for w in WRONG], ids=[w[0] for w in WRONG])
def test_sec_06_p5_what_is_not_a_visit_is_a_422(
    app: Flask, session: Session, over: dict[str, Any]
) -> None:
    service = make_service(session)
    episode = make_episode(session, make_patient(session, service))
    desk = desk_of(app, session, service)
    answered = send(desk, "POST", ADDRESS, body(episode.id, **over))
    assert answered.status_code == 422, answered.text
    assert answered.mimetype == "application/problem+json"


CHANGES: list[tuple[str, dict[str, Any], int]] = [
    ("nothing", {}, 422),
    ("both", {"place": "x", "status": "confirmed"}, 422),
    ("ours without a reason", {"status": "cancelled_by_service"}, 422),
    ("a reason that is free text", {"status": "cancelled_by_service", "reason": "ill"}, 422),
    ("a reason for theirs", {"status": "cancelled_by_patient", "reason": "other"}, 422),
    ("moved is no status", {"status": "moved"}, 422),
    ("came before the day", {"status": "attended"}, 409),
    ("put back what is not cancelled", {"status": "booked"}, 200),
    ("confirmed", {"status": "confirmed"}, 200),
    ("version 0", {"status": "confirmed", "version": 0}, 422),
]


@pytest.mark.parametrize(("change", "status"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_b22_a_change_is_a_time_or_a_status(
    app: Flask, session: Session, change: dict[str, Any], status: int
) -> None:
    service = make_service(session)
    visit = make_visit(session, make_patient(session, service))
    desk = desk_of(app, session, service)
    assert send(desk, "PATCH", f"{ADDRESS}/{visit.id}", change).status_code == status


def test_the_list_goes_on_by_cursor_and_by_london_days(app: Flask, session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    episode = make_episode(session, person)
    for day in range(5):
        starts = IN_TEN_DAYS + timedelta(days=day)
        make_visit(session, person, episode=episode, starts_at=starts, now=NOW + timedelta(minutes=day))
    desk = desk_of(app, session, service)
    first = desk.get(f"{ADDRESS}?limit=2").get_json()
    assert len(first["appointments"]) == 2
    rest = desk.get(f"{ADDRESS}?limit=200&cursor={first['next_cursor']}").get_json()
    assert (len(rest["appointments"]), rest["next_cursor"]) == (3, None)
    days = desk.get(f"{ADDRESS}?first=2026-10-03&last=2026-10-04").get_json()
    assert [one["starts_at"][:10] for one in days["appointments"]] == ["2026-10-03", "2026-10-04"]
    assert desk.get(f"{ADDRESS}?cursor={uuid4()}").status_code == 404
    for bad in ("limit=0", "first=3.10.2026", "cursor=x", "sort=place"):
        assert desk.get(f"{ADDRESS}?{bad}").status_code == 422, bad


def test_sec_02_foreign_and_unknown_are_the_same_404(app: Flask, session: Session) -> None:
    visit = make_visit(session, make_patient(session, make_service(session)))
    stranger = desk_of(app, session, make_service(session), Role.CLINICIAN, Role.SERVICE_ADMIN)
    for ask in (
        lambda one: stranger.get(f"{ADDRESS}/{one}"),
        lambda one: send(stranger, "PATCH", f"{ADDRESS}/{one}", {"status": "confirmed"}),
    ):
        answers = [ask(one) for one in (visit.id, uuid4())]
        assert {one.status_code for one in answers} == {404}
        assert answers[0].text == answers[1].text
    foreign = send(stranger, "POST", ADDRESS, body(visit.episode_id))
    assert foreign.status_code == 404
    assert stranger.get(ADDRESS).get_json()["appointments"] == []
    assert stranger.get(f"{ADDRESS}?cursor={visit.id}").status_code == 404


def test_sec_04_others_than_the_care_team_are_refused(app: Flask, session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    visit = make_visit(session, person)
    clients = [desk_of(app, session, service, role) for role in (Role.COMMISSIONER, Role.SYSTEM_ADMIN)]
    patient = app.test_client()
    sign_in_patient(patient, make_pack(session, person))
    for client in [*clients, patient]:
        assert client.get(ADDRESS).status_code == 403
        assert client.get(f"{ADDRESS}/{visit.id}").status_code == 403
        assert send(client, "POST", ADDRESS, body(visit.episode_id)).status_code == 403
        assert send(client, "PATCH", f"{ADDRESS}/{visit.id}", {"status": "confirmed"}).status_code == 403
    assert app.test_client().get(ADDRESS).status_code == 401
