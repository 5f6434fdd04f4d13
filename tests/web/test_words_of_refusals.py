"""A refusal speaks to who meets it: staff at a desk, or a patient on a phone (section 11, IO-07)."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.assurance import texts as assurance_texts
from patientapp.assurance.missing import Missing
from patientapp.errors import Problem
from patientapp.lists.rules import in_force as lists_policy
from patientapp.services.profiles import profiles
from patientapp.web.pages import _problems
from tests.desk import answer, desk_of
from tests.factories import (
    NOW,
    form_of,
    make_pack,
    make_patient,
    make_service,
    make_token,
    sign_in_patient,
)

pytestmark = pytest.mark.usefixtures("now")


def test_staff_are_told_staff_s_words_and_patients_theirs(app: Flask, session: Session) -> None:
    desk = desk_of(app, session, make_service(session))
    at_desk, on_phone = desk.get("/staff/nothing").text, app.test_client().get("/nothing").text
    assert "another service" in at_desk
    assert "newest text" not in at_desk
    assert "newest text" in on_phone


OUR_OWN_ID = re.compile(r"\b([A-Z]{2,5}-\d\d|[A-Z]\d\d|K\d+|X\d+)\b")


def test_nothing_that_people_read_names_an_id_of_ours(app: Flask) -> None:
    """Every problem's words, and the words of rules and gaps that staff pages show."""
    read = [f"{one.title} {one.__doc__}" for one in _problems(Problem).values()]
    read += [assurance_texts.missing(gap) for gap in Missing]
    read += lists_policy().sources.values()
    read += [clock.note for contract in profiles().values() for clock in contract.clocks]
    assert [words for words in read if OUR_OWN_ID.search(words)] == []


@pytest.mark.parametrize("path", ["/staff/sign-in", "/feedback/{slug}"])
def test_sec_09_a_form_without_its_token_says_what_to_do(
    client: FlaskClient, session: Session, path: str
) -> None:
    slug = make_service(session).slug
    session.commit()
    refused = client.post(path.format(slug=slug), data={"email": "x"})
    assert refused.status_code == 400
    assert "load the page again" in refused.text
    assert "CSRF" not in refused.text


def test_sec_10_a_locked_name_is_told_fifteen_minutes(client: FlaskClient, session: Session) -> None:
    for _try in range(6):
        form = form_of(client.get("/staff/sign-in").text, email="a@b.example", password="wrong words")
        answered = client.post("/staff/sign-in", data=form)
    assert answered.status_code == 429
    assert "15 minutes" in answered.text
    assert "few minutes" not in answered.text


def test_link_04_each_wrong_birth_date_says_how_many_tries_are_left(
    client: FlaskClient, session: Session
) -> None:
    pack = make_pack(session, make_patient(session, make_service(session)))
    _link, token = make_token(pack)
    session.commit()
    start = client.get(f"/q/{token}").text
    client.post(f"/q/{token}/begin", data=form_of(start))
    said = []
    for _try in range(5):
        form = form_of(client.get("/date-of-birth").text, day="1", month="1", year="1980")
        said.append(client.post("/date-of-birth", data=form).text)
    lefts = ("4 more times", "3 more times", "2 more times", "1 more time.")
    for text, left in zip(said, lefts, strict=False):
        assert f"You can try {left}" in text
    assert "locked" in said[4]


def test_the_start_page_says_the_questionnaires_own_minutes(
    client: FlaskClient, session: Session
) -> None:
    """PSEQ alone is not 10 to 15 minutes; what is done already is not counted."""
    pack = make_pack(session, make_patient(session, make_service(session)), ["pseq", "eq5d5l"])
    _link, token = make_token(pack)
    session.commit()
    from patientapp.assessments.left import system_minutes
    from patientapp.questionnaires.library import default_library

    both = sum(default_library().get(name).minutes for name in ("pseq", "eq5d5l"))
    assert system_minutes(pack.id, today=NOW.date()) == both
    assert f"It takes about {both} minutes" in client.get(f"/q/{token}").text


def test_sec_02_a_browser_with_both_sessions_answers_as_the_patient(
    app: Flask, session: Session, now: datetime
) -> None:
    service = make_service(session)
    client = desk_of(app, session, service)
    pack = make_pack(session, make_patient(session, service))
    assert client.get("/api/v1/tasks").status_code == 403
    sign_in_patient(client, pack, now=now)
    assert client.get("/api/v1/tasks").status_code == 200
    assert client.get("/api/v1/patients").status_code == 200


def test_clin_11_the_record_shows_how_a_person_is_reached(app: Flask, session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service, language="pl", needs=["large_print"], mobile="+447700900123")
    answer(session, person)
    page = desk_of(app, session, service).get(f"/staff/patients/{person.id}").text
    for said in ("+447700900123", "Polish", "Large print"):
        assert said in page


def test_a_referral_of_a_day_to_come_is_refused(app: Flask, session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    desk = desk_of(app, session, service)
    address = f"/staff/patients/{person.id}/episodes/new"
    form = form_of(desk.get(address).text, patient_id=str(person.id), pain_site="back", month="9")
    late = desk.post(address, data=form | {"day": "23", "year": "2026"})
    assert (late.status_code, "still to come" in late.text) == (422, True)
