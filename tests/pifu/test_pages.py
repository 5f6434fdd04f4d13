"""Asking to come back in a browser without script, and staff's side of it."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role, Viewer
from patientapp.links.actions import make_link
from patientapp.links.rules import LinkPurpose
from patientapp.links.tokens import token_of
from patientapp.patients.models import Patient
from patientapp.pifu import queries, sending
from patientapp.pifu.models import PifuAgreement, PifuRequest
from patientapp.pifu.rules import Stage
from patientapp.services.models import Service
from patientapp.worklist.models import WorkItem
from tests.desk import desk_of, forget_form_token
from tests.factories import (
    LINK_KEY,
    NOW,
    form_of,
    make_episode,
    make_pack,
    make_patient,
    make_service,
    sign_in_patient,
)
from tests.pifu.world import FILLED, clinician_of, fill_in, make_agreement, patient_of

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def service(session: Session) -> Service:
    return make_service(session)


@pytest.fixture
def person(session: Session, service: Service) -> Patient:
    return make_patient(session, service)


@pytest.fixture
def clinician(session: Session, service: Service) -> Viewer:
    return clinician_of(session, service)


@pytest.fixture
def agreement(session: Session, person: Patient, clinician: Viewer) -> PifuAgreement:
    return make_agreement(session, person, clinician)


@pytest.fixture
def phone(session: Session, client: FlaskClient, person: Patient) -> FlaskClient:
    sign_in_patient(client, make_pack(session, person))
    return client


def post(phone: FlaskClient, page: str, **values: object):  # type: ignore[no-untyped-def]
    """Send the form of a page to where it goes."""
    forget_form_token()
    shown = phone.get(page).text
    address = re.search(r'<form action="([^"]+)" method="post"', shown)
    assert address
    return phone.post(address[1].replace("&amp;", "&"), data=form_of(shown, **values))


def put(desk: FlaskClient, page: str, **values: object):  # type: ignore[no-untyped-def]
    """Send a form of a staff page to the page's own address."""
    forget_form_token()
    return desk.post(page, data=form_of(desk.get(page).text, **values))


def walk(phone: FlaskClient) -> str:
    """Every page with its answer; where the last one leads."""
    at = "/come-back/signs"
    for given in FILLED.values():
        at = post(phone, at, **given).headers["Location"]
        if at == "/come-back/about":
            assert "Pain that keeps me from walking" in phone.get(at).text
            at = "/come-back/ask/who"
    return at


def test_d1_to_d11_a_request_without_script(
    session: Session, phone: FlaskClient, person: Patient, agreement: PifuAgreement
) -> None:
    """B14, B46, N13: advice first, one question a page, the day it is read, how far it is."""
    first = phone.get("/come-back").text
    assert first.index("Call 999") < first.index("Continue to my request")
    assert walk(phone) == "/come-back/check"
    check = phone.get("/come-back/check").text
    assert "I wake at 3 every night" in check
    assert post(phone, "/come-back/check").headers["Location"] == "/come-back/requests"
    page = phone.get("/come-back/requests").text
    assert "Friday 25 September 2026" in page
    assert "We have your request" in page
    assert session.query(PifuRequest).count() == 1


def test_clin_01_b55_the_first_page_needs_no_sign_in(client: FlaskClient) -> None:
    assert "Call 999 or go to A&amp;E now if" in client.get("/come-back").text


def test_clin_02_signs_are_heard_before_the_date_of_birth(
    session: Session, client: FlaskClient, person: Patient, agreement: PifuAgreement
) -> None:
    """From a text's link: start, cards, signs, advice; only then the date of birth (D1 to D4)."""
    link = make_link(
        patient_id=person.id,
        service_id=person.service_id,
        pack_id=agreement.id,
        key=LINK_KEY,
        now=NOW,
        purpose=LinkPurpose.COME_BACK,
    )
    session.commit()
    begun = post(client, f"/q/{token_of(link.id, key=LINK_KEY)}")
    assert begun.headers["Location"] == "/come-back"
    said = post(client, "/come-back/signs", signs="yes")
    assert said.headers["Location"] == "/come-back/advice/yes"
    advice = client.get("/come-back/advice/yes").text
    assert advice.index("Call 999") < advice.index("You can still send your request")
    assert [item.reason for item in session.scalars(sa.select(WorkItem))] == ["pifu_signs"]
    assert client.get("/come-back/about").headers["Location"] == "/date-of-birth"
    asked = post(client, "/date-of-birth", day="3", month="3", year="1975")
    assert asked.headers["Location"] == "/come-back/about"


def test_link_04_before_the_date_of_birth_no_earlier_answer_is_shown(
    session: Session, client: FlaskClient, person: Patient, agreement: PifuAgreement
) -> None:
    fill_in(patient_of(person))
    link = make_link(
        patient_id=person.id,
        service_id=person.service_id,
        pack_id=agreement.id,
        key=LINK_KEY,
        now=NOW,
        purpose=LinkPurpose.COME_BACK,
    )
    session.commit()
    post(client, f"/q/{token_of(link.id, key=LINK_KEY)}")
    assert "checked" not in client.get("/come-back/signs").text
    for page in ("ask/changed", "check", "requests"):
        assert client.get(f"/come-back/{page}").headers["Location"] == "/date-of-birth"


def test_clin_02_not_sure_is_told_111_first(phone: FlaskClient, agreement: PifuAgreement) -> None:
    assert post(phone, "/come-back/signs", signs="not_sure").headers["Location"].endswith("not_sure")
    page = phone.get("/come-back/advice/not_sure").text
    assert page.index("Please call 111 now") < page.index("Call 999")
    assert phone.get("/come-back/advice/perhaps").status_code == 404


def test_b2_a_page_without_its_answer_says_so_and_keeps_the_words(
    phone: FlaskClient, agreement: PifuAgreement
) -> None:
    refused = post(phone, "/come-back/ask/changed", words="It is my back")
    assert refused.status_code == 422
    assert "Choose an answer" in refused.text
    assert "It is my back" in refused.text


def test_io_06_words_of_4001_characters_are_refused_and_heard(
    session: Session, phone: FlaskClient, agreement: PifuAgreement
) -> None:
    """CLIN-03: a cry for help in words that we cannot keep makes its alert all the same."""
    words = "I want to kill myself. " + "x" * 4001
    refused = post(phone, "/come-back/ask/changed", changed="mood", words=words)
    assert refused.status_code == 422
    assert [item.reason for item in session.scalars(sa.select(WorkItem))] == ["risk_in_lost_words"]


@pytest.mark.parametrize(
    ("starts", "ends", "words"),
    [
        (date(2025, 9, 1), date(2026, 9, 1), "ended on Tuesday 1 September 2026"),
        (date(2026, 10, 1), date(2027, 9, 1), "begins on Thursday 1 October 2026"),
    ],
)
def test_c26_outside_the_window_says_why_and_what_to_do(
    session: Session,
    phone: FlaskClient,
    person: Patient,
    clinician: Viewer,
    starts: date,
    ends: date,
    words: str,
) -> None:
    make_agreement(session, person, clinician, starts_on=starts, ends_on=ends)
    post(phone, "/come-back/signs", signs="no")
    page = phone.get("/come-back/about").text
    assert words in page
    assert ("Ask your GP to refer you again" in page) is (starts < NOW.date())
    assert "We tell you what fits best" in page


def test_c26_whoever_is_in_care_now_is_not_sent_for_a_new_referral(
    session: Session, phone: FlaskClient, person: Patient
) -> None:
    """C26: a GP's letter would put a person who waits for us at the end of the queue again."""
    make_episode(session, person)
    session.commit()
    post(phone, "/come-back/signs", signs="no")
    page = phone.get("/come-back/about").text
    assert "You cannot ask to come back here now" in page
    assert "We tell you what fits best" in page
    assert "Ask your GP to refer you again" not in page


def test_sec_11_for_somebody_else_we_call(
    session: Session, phone: FlaskClient, agreement: PifuAgreement
) -> None:
    said = post(phone, "/come-back/ask/who", who="proxy")
    assert said.headers["Location"] == "/come-back/for-someone-else"
    assert "We will call" in phone.get("/come-back/for-someone-else").text
    assert [item.reason for item in session.scalars(sa.select(WorkItem))] == ["proxy_wanted"]


def test_rel_02_the_same_press_twice_is_one_press(
    session: Session, phone: FlaskClient, person: Patient, agreement: PifuAgreement
) -> None:
    fill_in(patient_of(person))
    session.commit()
    forget_form_token()
    form = form_of(phone.get("/come-back/check").text)
    for _again in range(3):
        assert phone.post("/come-back/send", data=form).status_code == 303
    (request,) = queries.own_requests(patient_of(person))
    assert len(queries.presses_of(request.request.id)) == 1


def test_a_request_is_taken_back_after_being_asked(
    session: Session, phone: FlaskClient, person: Patient, agreement: PifuAgreement
) -> None:
    viewer = patient_of(person)
    fill_in(viewer)
    sent = sending.send(viewer, now=NOW)
    session.commit()
    taken = post(phone, f"/come-back/requests/{sent.request.id}/take-back")
    assert taken.headers["Location"] == "/come-back/requests"
    assert queries.own_requests(viewer)[0].stage is Stage.WITHDRAWN


def test_staff_agree_read_and_end(
    app: Flask, session: Session, service: Service, person: Patient
) -> None:
    """B46, CLIN-07: agree with the patient, see what they asked, end with a reason."""
    desk = desk_of(app, session, service)
    page = f"/staff/patients/{person.id}/come-back"
    refused = put(desk, page, patient_id=str(person.id), ends_on="yesterday", triggers="")
    assert refused.status_code == 422
    assert "Write what was agreed" in refused.text
    given = {
        "patient_id": str(person.id),
        "starts_on": "22 9 2026",
        "ends_on": "22 September 2027",
        "triggers": "More pain for 7 days",
        "check_in_months": "6",
    }
    assert put(desk, page, **given).status_code == 303
    assert "More pain for 7 days" in desk.get(page).text
    stale = given | {"patient_id": str(make_patient(session, service).id)}
    assert put(desk, page, **stale).status_code == 409
    viewer = patient_of(person)
    fill_in(viewer)
    sending.send(viewer, now=NOW)
    session.commit()
    inbox = desk.get("/staff/come-back").text
    assert "My pain, My sleep" in inbox
    assert inbox.count('aria-current="page"') == 1
    assert "22 September 2027" in desk.get("/staff/come-back/register").text
    assert "I wake at 3 every night" in desk.get(page).text


def test_sec_04_only_clinicians_reach_requests(app: Flask, session: Session, service: Service) -> None:
    for role in (Role.COMMISSIONER, Role.SERVICE_ADMIN):
        assert desk_of(app, session, service, role).get("/staff/come-back").status_code == 403


def test_empty_lists_say_what_there_is(app: Flask, session: Session, service: Service) -> None:
    desk = desk_of(app, session, service)
    assert "No requests waiting. Last checked" in desk.get("/staff/come-back?stage=nonsense").text
    assert "Nobody may come back" in desk.get("/staff/come-back/register").text


def test_clin_02_advice_promises_no_request_that_would_be_refused(phone: FlaskClient) -> None:
    """The alert is made all the same; without an agreement the next step is to call (D3)."""
    post(phone, "/come-back/signs", signs="yes")
    page = phone.get("/come-back/advice/yes").text
    assert "You can still send your request" not in page
    assert "For everything else, call us" in page
