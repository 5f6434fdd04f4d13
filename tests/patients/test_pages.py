"""Listing and adding patients, by page and by API."""

from __future__ import annotations

from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.audit.models import AuditEntry
from patientapp.patients.models import Patient
from tests.desk import api_headers, desk_of
from tests.factories import form_of, make_patient, make_service

pytestmark = pytest.mark.usefixtures("now")
TYPED = {
    "given_name": "Robin",
    "family_name": "Sample",
    "day": "3",
    "month": "mar",
    "year": "1975",
    "nhs_number": "999 000 0018",
    "sex": "female",
    "mobile": "07700 900123",
    "email": "",
    "language": "ur",
    "needs": ["large_print", "interpreter"],
}
BODY = {"given_name": "Robin", "family_name": "Sample", "birth_date": "1975-03-03"}


def test_a_patient_is_added_by_the_form(app: Flask, session: Session) -> None:
    service = make_service(session)
    desk = desk_of(app, session, service)
    form = form_of(desk.get("/staff/patients/new").text, **TYPED)
    answer = desk.post("/staff/patients/new", data=form)
    added = session.scalars(sa.select(Patient)).one()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/staff/patients/{added.id}")
    assert (added.service_id, added.nhs_number, added.language) == (service.id, "9990000018", "ur")
    assert added.needs == ["large_print", "interpreter"]
    assert added.texts_ok
    assert "Robin Sample" in desk.get(answer.headers["Location"]).text
    again = desk.post("/staff/patients/new", data=form)  # the same form sent twice is one patient
    assert again.headers["Location"] == answer.headers["Location"]
    assert session.query(Patient).count() == 1


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"given_name": ""}, "Give a given name"),
        ({"family_name": " "}, "Give a name"),
        ({"family_name": ""}, "Give a family name"),
        ({"year": "75"}, "a year of 4 digits"),
        ({"day": "31", "month": "2"}, "a year of 4 digits"),
        ({"nhs_number": "999 000 0019"}, "Check the NHS number"),
        ({"mobile": "0113 496 0001"}, "Check the mobile number"),
        ({"sex": "x"}, "Choose one from the list"),
        ({"needs": ["everything"]}, "Choose one from the list"),
        ({"year": "2030"}, "not in the past"),
    ],
)
def test_a_mistake_keeps_what_was_typed(
    app: Flask, session: Session, over: dict[str, object], words: str
) -> None:
    desk = desk_of(app, session, make_service(session))
    form = form_of(desk.get("/staff/patients/new").text, **TYPED | over)
    answer = desk.post("/staff/patients/new", data=form)
    assert answer.status_code == 422
    assert answer.text.count(words) >= 2  # in the summary and beside the field
    assert "<title>Error: " in answer.text
    assert 'value="07700 900123"' in answer.text or "mobile" in over
    assert session.query(Patient).count() == 0


def test_clin_11_no_texts_is_kept_as_a_need_and_as_no_consent(app: Flask, session: Session) -> None:
    desk = desk_of(app, session, make_service(session))
    form = form_of(desk.get("/staff/patients/new").text, **TYPED | {"needs": ["no_texts"]})
    desk.post("/staff/patients/new", data=form)
    added = session.scalars(sa.select(Patient)).one()
    assert (added.texts_ok, added.needs) == (False, ["no_texts"])


def test_sec_06_an_unknown_field_of_the_form_is_refused(app: Flask, session: Session) -> None:
    desk = desk_of(app, session, make_service(session))
    page = desk.get("/staff/patients/new").text
    other = make_service(session)
    session.commit()
    form = form_of(page, **TYPED, service_id=str(other.id))
    assert desk.post("/staff/patients/new", data=form).status_code == 422
    assert session.query(Patient).count() == 0


def test_a_number_that_is_there_is_a_409(app: Flask, session: Session) -> None:
    service = make_service(session)
    make_patient(session, service, nhs_number="9990000018")
    desk = desk_of(app, session, service)
    form = form_of(desk.get("/staff/patients/new").text, **TYPED)
    answer = desk.post("/staff/patients/new", data=form)
    assert answer.status_code == 409
    assert "already" in answer.text
    assert 'value="Robin"' in answer.text


def test_the_list_shows_three_identifiers_and_pages(app: Flask, session: Session) -> None:
    service = make_service(session)
    for number in range(30):
        make_patient(session, service, family_name=f"Sample{number:02d}")
    desk = desk_of(app, session, service)
    first = desk.get("/staff/patients").text
    assert first.count('scope="row"') == 25
    assert "3 March 1975" in first
    assert "999 " in first
    cursor = first.split("cursor=")[1].split('"')[0].replace("&amp;", "&")
    second = desk.get(f"/staff/patients?cursor={cursor}").text
    assert second.count('scope="row"') == 5
    assert "Sample29" in second
    assert "Sample29" not in first


@pytest.mark.parametrize("query", ["sort=service_id", "cursor=x", "limit=0", "owner=1", "limit=101"])
def test_io_01_a_list_is_asked_for_by_known_words_only(app: Flask, session: Session, query: str) -> None:
    desk = desk_of(app, session, make_service(session))
    assert desk.get(f"/staff/patients?{query}").status_code == 422
    assert desk.get(f"/api/v1/patients?{query}").status_code == 422


def test_an_empty_list_says_what_to_do(app: Flask, session: Session) -> None:
    desk = desk_of(app, session, make_service(session))
    assert "No patients yet" in desk.get("/staff/patients").text
    assert "Nobody in this service" in desk.get("/staff/patients?search=zzz").text


def test_names_are_escaped(app: Flask, session: Session) -> None:
    service = make_service(session)
    make_patient(session, service, family_name="<script>alert(1)</script>")
    page = desk_of(app, session, service).get("/staff/patients").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_api_adds_lists_and_shows(app: Flask, session: Session) -> None:
    service = make_service(session)
    desk = desk_of(app, session, service)
    headers = api_headers(desk)
    added = desk.post("/api/v1/patients", json=BODY, headers=headers)
    assert added.status_code == 201
    assert added.get_json()["nhs_number"] is None
    again = desk.post("/api/v1/patients", json=BODY, headers=headers)
    assert again.get_json() == added.get_json()
    listed = desk.get("/api/v1/patients?search=rob").get_json()
    assert [one["id"] for one in listed["patients"]] == [added.get_json()["id"]]
    assert listed["next_cursor"] is None
    shown = desk.get(f"/api/v1/patients/{added.get_json()['id']}")
    assert shown.get_json() == added.get_json()
    assert "service_id" not in shown.get_json()  # SEC-07


@pytest.mark.parametrize(
    "over",
    [
        {"birth_date": "3 March 1975"},
        {"birth_date": "19750303"},
        {"birth_date": "2999-01-01"},
        {"given_name": ""},
        {"given_name": 5},
        {"texts_ok": "yes"},
        {"texts_ok": 1},
        {"needs": ["x"]},
        {"needs": "large_print"},
        {"service_id": "1"},
        {"id": "1"},
        {"nhs_number": "9990000019"},
    ],
)
def test_sec_06_the_api_takes_only_what_it_knows(
    app: Flask, session: Session, over: dict[str, object]
) -> None:
    desk = desk_of(app, session, make_service(session))
    answer = desk.post("/api/v1/patients", json=BODY | over, headers=api_headers(desk))
    assert answer.status_code == 422, answer.text
    assert answer.mimetype == "application/problem+json"
    assert next(iter(over)) in answer.text
    assert session.query(Patient).count() == 0


def test_rel_02_the_api_wants_an_idempotency_key(app: Flask, session: Session) -> None:
    desk = desk_of(app, session, make_service(session))
    headers = api_headers(desk)
    del headers["Idempotency-Key"]
    assert desk.post("/api/v1/patients", json=BODY, headers=headers).status_code == 400


def test_ops_01_each_look_is_in_the_audit(app: Flask, session: Session, now: datetime) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    desk = desk_of(app, session, service, Role.SERVICE_ADMIN)
    desk.get("/staff/patients")
    desk.get("/api/v1/patients")
    desk.get(f"/api/v1/patients/{person.id}")
    entries = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.chain)).all()
    assert sorted((one.action, one.chain.split(":")[0]) for one in entries) == [
        ("looked at a patient", "patient"),
        ("looked at the list", "staff"),
        ("looked at the list", "staff"),
    ]
    assert all(str(person.id) in one.object + one.chain for one in entries)
    assert all(one.at == now for one in entries)
