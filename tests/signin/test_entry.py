"""The way in: what each page shows, changes and refuses (LINK-03, LINK-04, SEC-08, REL-03)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp import clock
from patientapp.assessments.models import Draft
from patientapp.db import Base
from patientapp.links.models import Link
from patientapp.links.rules import LinkEnd
from patientapp.messaging.models import OutboxMessage
from patientapp.patients.models import Patient
from patientapp.signin.rules import (
    LATE_SAVE,
    PATIENT_IDLE,
    PATIENT_LIFE,
    PatientSession,
    Standing,
    patient_standing,
)
from patientapp.worklist.models import WorkItem
from tests.factories import (
    NOW,
    form_of,
    make_pack,
    make_patient,
    make_service,
    make_token,
    sign_in_patient,
    tasks_of,
)


@pytest.fixture
def token(session: Session) -> str:
    pack = make_pack(session, make_patient(session, make_service(session)))
    _link, made = make_token(pack)
    session.commit()
    return made


def contents(session: Session) -> dict[str, int]:
    """How many rows each table holds."""
    tables = Base.registry.metadata.sorted_tables
    return {t.name: int(session.scalar(sa.select(sa.func.count()).select_from(t)) or 0) for t in tables}


def test_link_03_sec_08_opening_the_link_shows_nothing_personal_and_changes_nothing(
    client: FlaskClient, session: Session, token: str
) -> None:
    before = contents(session)
    response = client.get(f"/q/{token}")
    assert response.status_code == 200
    assert contents(session) == before
    person = session.query(Patient).one()
    for private in (person.given_name, person.family_name, person.nhs_number, "1975"):
        assert str(private) not in response.text
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert not re.search(r'(src|href)="(https?:)?//', response.text)


def test_link_03_starting_swaps_the_token_for_a_session_at_an_address_without_it(
    client: FlaskClient, token: str
) -> None:
    page = client.get(f"/q/{token}").text
    response = client.post(f"/q/{token}/begin", data=form_of(page))
    assert response.status_code == 303
    assert token not in response.headers["Location"]
    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert token not in cookie


def test_sec_09_a_change_without_its_csrf_token_is_refused(client: FlaskClient, token: str) -> None:
    assert client.post(f"/q/{token}/begin").status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_sec_09_a_change_from_another_site_is_refused(
    client: FlaskClient, token: str, headers: dict[str, str]
) -> None:
    page = client.get(f"/q/{token}").text
    response = client.post(f"/q/{token}/begin", data=form_of(page), headers=headers)
    assert response.status_code == 403


def test_link_04_before_the_birth_date_nothing_else_opens(client: FlaskClient, token: str) -> None:
    page = client.get(f"/q/{token}").text
    client.post(f"/q/{token}/begin", data=form_of(page))
    assert client.get("/date-of-birth").status_code == 200
    for address in ("/who", "/tasks", "/scores", "/before-you-begin"):
        assert client.get(address).headers.get("Location") == "/date-of-birth", address
    assert client.get("/api/v1/tasks").status_code == 401


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [("3", "3", "1975"), ("03", "mar", "1975"), ("3", "March", "1975"), ("٣", "٣", "١٩٧٥")],
)
def test_right_birth_dates_in_many_forms_open_the_record(
    client: FlaskClient, token: str, day: str, month: str, year: str
) -> None:
    page = client.get(f"/q/{token}").text
    client.post(f"/q/{token}/begin", data=form_of(page))
    page = client.get("/date-of-birth").text
    response = client.post("/date-of-birth", data=form_of(page, day=day, month=month, year=year))
    assert response.headers["Location"] == "/who"


def test_an_unreadable_birth_date_keeps_what_was_typed_and_costs_no_try(
    client: FlaskClient, session: Session, token: str
) -> None:
    page = client.get(f"/q/{token}").text
    client.post(f"/q/{token}/begin", data=form_of(page))
    page = client.get("/date-of-birth").text
    response = client.post("/date-of-birth", data=form_of(page, day="31", month="feb", year="1975"))
    assert response.status_code == 422
    assert "Enter your date of birth" in response.text
    assert 'value="feb"' in response.text
    assert contents(session)["birth_date_failures"] == 0


def test_sec_10_confirming_the_birth_date_changes_the_session_secret(
    client: FlaskClient, token: str
) -> None:
    page = client.get(f"/q/{token}").text
    client.post(f"/q/{token}/begin", data=form_of(page))
    before = client.get_cookie("patient")
    page = client.get("/date-of-birth").text
    client.post("/date-of-birth", data=form_of(page, day="3", month="3", year="1975"))
    after = client.get_cookie("patient")
    assert before is not None
    assert after is not None
    assert before.value.split(".")[0] != after.value.split(".")[0]
    client.set_cookie("patient", before.value, domain="localhost")
    assert client.get("/who").status_code == 401  # the first session is over: a stranger now


def test_link_04_not_for_me_kills_the_link_and_makes_a_task(
    client: FlaskClient, session: Session, token: str
) -> None:
    page = client.get(f"/q/{token}").text
    response = client.post(f"/q/{token}/not-me", data=form_of(page))
    assert "Thank you for telling us" in response.text
    assert session.query(Link).one().end_reason is LinkEnd.NOT_ME
    assert session.query(WorkItem).one().reason == "not_me"
    assert client.get(f"/q/{token}").status_code == 404


def test_a_new_link_goes_to_the_number_on_record_and_the_page_tells_nothing(
    client: FlaskClient, session: Session, token: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=8))
    page = client.get(f"/q/{token}").text
    known = client.post(f"/q/{token}/new-link", data=form_of(page))
    again = client.post(f"/q/{token}/new-link", data=form_of(page))
    unknown = client.post(f"/q/{'a' * 26}/new-link", data=form_of(page))
    assert known.text == unknown.text == again.text
    assert session.query(OutboxMessage).filter_by(template="new-link").count() == 1


def standing(**over: object) -> Standing:
    facts: dict[str, object] = {
        "created_at": NOW,
        "expires_at": NOW + PATIENT_LIFE,
        "ended_at": None,
        "last_used": NOW,
        "link_ended": False,
        "link_replaced": False,
    }
    at = over.pop("at", NOW)
    return patient_standing(PatientSession(**(facts | over)), now=at)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({}, Standing.LIVE),
        ({"at": NOW + PATIENT_IDLE - timedelta(seconds=1)}, Standing.LIVE),
        ({"at": NOW + PATIENT_IDLE}, Standing.IDLE),
        ({"at": NOW + PATIENT_LIFE, "last_used": NOW + PATIENT_LIFE}, Standing.IDLE),
        ({"at": NOW + LATE_SAVE}, Standing.OVER),
        ({"ended_at": NOW}, Standing.OVER),
        ({"link_ended": True}, Standing.OVER),
        ({"link_ended": True, "link_replaced": True}, Standing.IDLE),
    ],
    ids=["new", "29:59", "30 idle minutes", "2 hours", "72 hours", "signed out", "killed", "replaced"],
)
def test_link_03_rel_03_how_long_a_session_lasts(over: dict[str, object], expected: Standing) -> None:
    assert standing(**over) is expected


def test_rel_03_an_answer_posted_after_the_idle_lock_is_kept_and_nothing_is_shown(
    client: FlaskClient, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = make_pack(session, make_patient(session, make_service(session)))
    sign_in_patient(client, pack)
    address = f"/tasks/{tasks_of(session, pack)[0].id}/questions/1"
    page = client.get(address).text
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=45))
    response = client.post(address, data=form_of(page, q1="4", act="answer"))
    assert response.headers["Location"] == "/date-of-birth"
    assert session.query(Draft).one().value == 4
    assert client.get(address).headers.get("Location") == "/date-of-birth"
    assert "Your answers are saved" in client.get("/date-of-birth").text


def test_locking_the_phone_ends_the_session_on_the_server(client: FlaskClient, session: Session) -> None:
    pack = make_pack(session, make_patient(session, make_service(session)))
    sign_in_patient(client, pack)
    held = client.get_cookie("patient")
    assert held is not None
    client.post("/lock", data=form_of(client.get("/tasks").text))
    client.set_cookie("patient", held.value, domain="localhost")
    assert client.get("/tasks").status_code == 401


def test_link_05_a_replaced_link_leads_to_the_newest_text_and_not_in_a_circle(
    client: FlaskClient, session: Session
) -> None:
    pack = make_pack(session, make_patient(session, make_service(session)))
    sign_in_patient(client, pack)
    make_token(pack)
    session.commit()
    assert client.get("/tasks").headers.get("Location") == "/date-of-birth"
    page = client.get("/date-of-birth")
    assert page.status_code == 401
    assert "Open our newest text" in page.text
