"""Staff's pages of visits: booked, moved, called off, told what became of them; and the sweeps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from patientapp.access.viewer import Role
from patientapp.appointments import actions, queries
from patientapp.appointments.models import Slot
from patientapp.appointments.rules import VisitState
from patientapp.appointments.slots import free_slots
from patientapp.patients.models import Patient
from patientapp.services.models import Service
from tests.appointments.world import make_slot, make_visit, patient_of
from tests.desk import desk_of, forget_form_token
from tests.factories import (
    NOW,
    form_of,
    make_episode,
    make_pack,
    make_patient,
    make_service,
    sign_in_patient,
    staff_viewer,
)

pytestmark = pytest.mark.usefixtures("now")
WHEN = {
    "day": "2",
    "month": "October",
    "year": "2026",
    "clock": "2:15pm",
    "minutes": "40",
    "mode": "face_to_face",
    "place": "Moorside Hub",
    "video_link": "",
}


@pytest.fixture
def service(session: Session) -> Service:
    return make_service(session)


@pytest.fixture
def person(session: Session, service: Service) -> Patient:
    return make_patient(session, service, family_name="Unmistakable")


@pytest.fixture
def desk(app: Flask, session: Session, service: Service) -> FlaskClient:
    return desk_of(app, session, service, Role.SERVICE_ADMIN)


def send(desk: FlaskClient, address: str, **values: Any) -> TestResponse:
    forget_form_token()
    form = form_of(desk.get("/staff/free-times").text, **values)
    return desk.post(address, data=form | {"idempotency_key": f"key-{uuid4().hex}"})


def test_b22_book_a_visit_at_the_desk(
    desk: FlaskClient, session: Session, service: Service, person: Patient
) -> None:
    episode = make_episode(session, person)
    session.commit()
    page = f"/staff/patients/{person.id}/visits"
    assert "No visits yet" in desk.get(page).text
    form = WHEN | {"kind": "first", "episode": str(episode.id), "interpreter": "y"}
    made = send(desk, f"{page}/new", patient_id=str(person.id), **form)
    assert made.status_code == 303, made.text
    visit = queries.visits_of(staff_viewer(service), person.id)[0]
    assert made.headers["Location"] == f"/staff/visits/{visit.id}"
    assert visit.starts_at.isoformat() == "2026-10-02T13:15:00+00:00"
    assert (visit.details.minutes, visit.details.interpreter) == (40, True)
    assert "2:15pm" in desk.get("/staff/visits?day=2026-10-02").text
    assert "Unmistakable" in desk.get("/staff/visits?day=2026-10-02").text
    assert "No visits on this day" in desk.get("/staff/visits?day=2026-10-03").text


WRONG = [
    ({"day": "31", "month": "2"}, "Check the date"),
    ({"clock": "half ten"}, "Enter a time"),
    ({"minutes": "long"}, "whole minutes"),
    ({"minutes": "1000"}, "length from 1"),
    ({"mode": "fax"}, "Choose how you meet"),
    ({"kind": ""}, "Choose what the visit is for"),
    ({"year": "2025"}, "still to come"),
    ({"place": "x" * 101}, "100 characters"),
    ({"video_link": "https://video.example/1"}, "Only a video visit"),
    ({"episode": str(UUID(int=5))}, "Choose the episode"),
]


@pytest.mark.parametrize(("over", "said"), WRONG, ids=[case[1] for case in WRONG])
def test_what_is_wrong_stands_by_its_box_and_nothing_typed_is_lost(
    desk: FlaskClient,
    session: Session,
    service: Service,
    person: Patient,
    over: dict[str, str],
    said: str,
) -> None:
    episode = make_episode(session, person)
    session.commit()
    form = WHEN | {"kind": "first", "episode": str(episode.id), "place": "Room kept"} | over
    address = f"/staff/patients/{person.id}/visits/new"
    answered = send(desk, address, patient_id=str(person.id), **form)
    assert answered.status_code == 422
    assert said in answered.text
    assert form["place"] in answered.text
    assert queries.visits_of(staff_viewer(service), person.id) == []


def test_k14_a_first_visit_before_the_referral_says_so_by_the_day(
    desk: FlaskClient, session: Session, person: Patient
) -> None:
    from datetime import date

    episode = make_episode(session, person, received=date(2026, 12, 1))
    session.commit()
    form = WHEN | {"kind": "first", "episode": str(episode.id)}
    address = f"/staff/patients/{person.id}/visits/new"
    answered = send(desk, address, patient_id=str(person.id), **form)
    assert answered.status_code == 422
    assert "before the referral was received" in answered.text


VERBS = [
    ("confirm", {}, VisitState.CONFIRMED),
    ("patient-cancelled", {}, VisitState.CANCELLED_BY_PATIENT),
    ("call-off", {"why": "staff_away"}, VisitState.CANCELLED_BY_SERVICE),
    ("move", WHEN, VisitState.MOVED),
]


@pytest.mark.parametrize(("verb", "values", "state"), VERBS, ids=[verb[0] for verb in VERBS])
def test_b22_b51_each_verb_of_the_desk(
    desk: FlaskClient,
    session: Session,
    service: Service,
    person: Patient,
    verb: str,
    values: dict[str, str],
    state: VisitState,
) -> None:
    visit = make_visit(session, person)
    session.commit()
    address = f"/staff/visits/{visit.id}/{verb}"
    answered = send(desk, address, patient_id=str(person.id), seen="1", **values)
    assert answered.status_code == 303, answered.text
    assert queries.visit(staff_viewer(service), visit.id).state is state
    again = send(desk, address, patient_id=str(person.id), seen="1", **values)
    assert again.status_code in (303, 409)  # a stale page, or the same thing said twice
    assert len(queries.history(staff_viewer(service), visit.id)) == 2


@pytest.mark.parametrize(
    ("verb", "state"), [("attended", VisitState.ATTENDED), ("missed", VisitState.MISSED)]
)
def test_k16_what_became_of_it_and_a_slip_put_right(
    desk: FlaskClient,
    session: Session,
    service: Service,
    person: Patient,
    verb: str,
    state: VisitState,
) -> None:
    """B19."""
    visit = make_visit(session, person, starts_at=NOW - timedelta(hours=1))
    session.commit()
    send(desk, f"/staff/visits/{visit.id}/{verb}", patient_id=str(person.id), seen="1")
    assert queries.visit(staff_viewer(service), visit.id).state is state
    other = {"attended": "missed", "missed": "attended"}[verb]
    send(desk, f"/staff/visits/{visit.id}/{other}", patient_id=str(person.id), seen="2")
    assert queries.visit(staff_viewer(service), visit.id).seq == 3


def test_b51_we_do_not_cancel_without_saying_why(
    desk: FlaskClient, session: Session, service: Service, person: Patient
) -> None:
    visit = make_visit(session, person)
    session.commit()
    for why in ("", "ill", "free text"):
        address = f"/staff/visits/{visit.id}/call-off"
        answered = send(desk, address, patient_id=str(person.id), seen="1", why=why)
        assert answered.status_code == 422
        assert "Choose why" in answered.text
    assert queries.visit(staff_viewer(service), visit.id).is_open


def test_clin_07_a_form_about_another_patient_is_a_409(
    desk: FlaskClient, session: Session, service: Service, person: Patient
) -> None:
    visit = make_visit(session, person)
    other = make_patient(session, service)
    session.commit()
    for verb in ("confirm", "patient-cancelled", "call-off", "move", "attended"):
        address = f"/staff/visits/{visit.id}/{verb}"
        assert send(desk, address, patient_id=str(other.id), seen="1", **WHEN).status_code == 409
    page = desk.get(f"/staff/visits/{visit.id}").text
    for identifier in (
        "Unmistakable",
        "3 March 1975",
        person.nhs_number[:3] if person.nhs_number else "",
    ):
        assert identifier in page


def test_rel_09_free_times_are_offered_and_withdrawn(
    desk: FlaskClient, session: Session, service: Service, person: Patient
) -> None:
    assert send(desk, "/staff/free-times", **WHEN).status_code == 303
    slot = session.query(Slot).one()
    assert "2:15pm" in desk.get("/staff/free-times").text
    assert send(desk, "/staff/free-times", **(WHEN | {"clock": "x"})).status_code == 422
    assert send(desk, f"/staff/free-times/{slot.id}/withdraw").status_code == 303
    assert free_slots(patient_of(person), now=NOW) == []


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "0001-01-01", "9999-12-31"])
def test_p5_no_day_makes_a_500(desk: FlaskClient, day: str) -> None:
    assert desk.get(f"/staff/visits?day={day}").status_code == 422


def test_the_history_names_who_by_kind_and_no_ids(
    desk: FlaskClient, session: Session, service: Service, person: Patient
) -> None:
    visit = make_visit(session, person, by="import:abc")
    actions.confirm(patient_of(person), visit.id, now=NOW)
    session.commit()
    page = desk.get(f"/staff/visits/{visit.id}").text
    assert "the booking system" in page
    assert "the patient, on the web" in page
    assert f"patient:{person.id}" not in page


def routes(app: Flask) -> Iterator[tuple[str, str]]:
    """(method, path) of every staff route about visits."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(("visits_staff.", "free_times.")):
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield method, rule.rule


def address_of(path: str, ids: dict[str, object]) -> str:
    path = re.sub(r"<any\('(\w+)'[^>]*>", r"\1", path)
    return re.sub(r"<uuid:(\w+)>", lambda found: str(ids[found[1]]), path)


def test_sec_02_foreign_and_unknown_are_the_same_404_on_every_route(
    app: Flask, session: Session, service: Service, person: Patient
) -> None:
    visit, slot = make_visit(session, person), make_slot(session, service)
    stranger = desk_of(app, session, make_service(session), Role.CLINICIAN, Role.SERVICE_ADMIN)
    theirs = {"patient_id": person.id, "visit_id": visit.id, "slot_id": slot.id}
    nobody = {name: uuid4() for name in theirs}
    met = 0
    for method, path in routes(app):
        if "<uuid:" not in path:
            continue
        met += 1
        answers = []
        for ids in (theirs, nobody):
            address = address_of(path, ids)
            values = WHEN | {"patient_id": str(ids["patient_id"]), "why": "other"}
            answers.append(
                stranger.get(address) if method == "GET" else send(stranger, address, **values)
            )
        assert {one.status_code for one in answers} == {404}, (method, path)
        bodies = {re.sub(r'(value|data-token)="[^"]*"', "", one.text) for one in answers}
        assert len(bodies) == 1, (method, path)
        assert "Unmistakable" not in answers[0].text
    assert met >= 8


def test_sec_03_lists_hold_nobody_of_another_service(
    app: Flask, session: Session, person: Patient
) -> None:
    make_visit(session, person)
    make_slot(session, session.get_one(Service, person.service_id), place="Unmistakable")
    stranger = desk_of(app, session, make_service(session))
    for address in ("/staff/visits?day=2026-10-02", "/staff/free-times"):
        assert "Unmistakable" not in stranger.get(address).text


def test_sec_01_sec_04_other_roles_and_nobody_are_kept_out(
    app: Flask, session: Session, service: Service, person: Patient
) -> None:
    visit, slot = make_visit(session, person), make_slot(session, service)
    ids = {"patient_id": person.id, "visit_id": visit.id, "slot_id": slot.id}
    commissioner = desk_of(app, session, service, Role.COMMISSIONER)
    patient = app.test_client()
    sign_in_patient(patient, make_pack(session, person))
    for method, path in routes(app):
        address = address_of(path, ids)
        if method == "GET":
            assert commissioner.get(address).status_code == 403
            for client in (patient, app.test_client()):
                assert client.get(address).headers["Location"] == "/staff/sign-in"
        else:
            assert app.test_client().post(address).status_code in (400, 401)
