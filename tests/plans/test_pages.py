"""A patient's flare-up plan on pages, without script: use, build, share, keep (section 3.4)."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.patients.models import Patient
from patientapp.plans import actions, keeping
from patientapp.plans.models import FlareEvent, FlarePlanSection, PlanCopy
from patientapp.plans.queries import flares_of, plans_of
from patientapp.plans.rules import Content, PlanState, Section
from patientapp.worklist.models import WorkItem
from tests.appointments.world import patient_of
from tests.desk import api_headers, forget_form_token
from tests.factories import NOW, form_of, make_pack, make_patient, make_service, sign_in_patient
from tests.plans.world import make_agreed, make_plan

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def person(session: Session) -> Patient:
    return make_patient(session, make_service(session))


@pytest.fixture
def phone(app: Flask, session: Session, person: Patient) -> FlaskClient:
    client = app.test_client()
    sign_in_patient(client, make_pack(session, person))
    return client


def post(phone: FlaskClient, page: str, address: str, **values: object):  # type: ignore[no-untyped-def]
    forget_form_token()
    form = form_of(phone.get(page).text, **values) | {"idempotency_key": f"key-{uuid4().hex}"}
    return phone.post(address, data=form)


def test_b14_in_a_flare_up_emergency_comes_first_then_steps_people_and_contact(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    make_plan(session, person)
    session.commit()
    page = phone.get("/flare-up").text
    order = ["Call 999 or go to A&amp;E now", "Sit by the window", "Contact us", "0113 496 0100"]
    places = [page.index(words) for words in order]
    assert places == sorted(places)
    assert "Not agreed with your clinician yet" in page


def test_clin_01_without_a_plan_the_page_still_says_what_to_do_now(phone: FlaskClient) -> None:
    page = phone.get("/flare-up").text
    assert "Call 999 or go to A&amp;E now" in page
    assert "Make my plan" in page
    assert "not watched round the clock" in page


def test_d20_a_patient_builds_a_plan_part_by_part(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    assert post(phone, "/flare-up/plan", "/flare-up/plan/begin").status_code == 303
    address = "/flare-up/plan/first_day"
    assert (
        post(phone, address, address, picked="stop_and_breathe", words="Ring Jo", seen="0").status_code
        == 303
    )
    plan = plans_of(patient_of(person), person.id)[0]
    assert plan.content(Section.FIRST_DAY).lines == ["Stop. Take 5 slow breaths.", "Ring Jo"]
    page = phone.get("/flare-up/plan").text
    assert page.count("Done</strong>") == 1
    assert "it needs: When I contact the team" in page


def test_people_who_help_are_kept_in_rows(phone: FlaskClient, session: Session, person: Patient) -> None:
    make_plan(session, person)
    address = "/flare-up/plan/people"
    wrong = post(phone, address, address, name_1="Jo", number_2="07700 900001", seen="0")
    assert wrong.status_code == 422
    assert 'value="07700 900001"' in wrong.text  # nothing typed is lost
    assert "Give a name" in wrong.text
    kept = post(
        phone, address, address, name_1="Jo", number_1="07700 900001", ask_1="Walk the dog", seen="0"
    )
    assert kept.status_code == 303
    page = phone.get("/flare-up").text
    assert page.index("Sit by the window") < page.index("Walk the dog") < page.index("Contact us")
    assert 'href="tel:07700900001"' in page


@pytest.mark.parametrize("section", ["urgent", "how_to_contact", "nothing"])
def test_clin_01_the_urgent_part_is_edited_by_nobody(
    phone: FlaskClient, session: Session, person: Patient, section: str
) -> None:
    make_plan(session, person)
    session.commit()
    assert phone.get(f"/flare-up/plan/{section}").status_code == 404
    posted = post(
        phone, "/flare-up/plan/signs", f"/flare-up/plan/{section}", words="Wait at home", seen="0"
    )
    assert posted.status_code == 404
    headers = api_headers(phone)
    sent = phone.put(f"/api/v1/me/flare-up-plan/{section}", json={"words": "Wait"}, headers=headers)
    assert sent.status_code in {403, 404}
    assert "Wait at home" not in phone.get("/flare-up").text


def test_words_of_2001_letters_come_back_with_what_to_do(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    make_plan(session, person)
    typed = "x" * 2001
    answered = post(phone, "/flare-up/plan/signs", "/flare-up/plan/signs", words=typed, seen="0")
    assert answered.status_code == 422
    assert typed in answered.text
    assert "Use 2000 characters or fewer" in answered.text


def test_rel_04_a_part_that_was_changed_since_is_not_overwritten(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    plan = make_plan(session, person)
    seen = plan.seq_of(Section.FIRST_DAY)
    actions.save_section(
        patient_of(person), plan.id, Section.FIRST_DAY, Content(words="Newer"), seen=seen, now=NOW
    )
    session.commit()
    address = "/flare-up/plan/first_day"
    answered = post(phone, address, address, words="Mine", seen=str(seen))
    assert answered.status_code == 409
    assert "Mine" in answered.text
    assert "Newer" in answered.text
    assert plans_of(patient_of(person), person.id)[0].content(Section.FIRST_DAY).words == "Newer"


def test_clin_03_p6_risk_words_in_a_plan_raise_an_alert_once_and_say_nothing(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    make_plan(session, person)
    address = "/flare-up/plan/kind_words"
    words = "I want to end my life"
    answered = post(phone, address, address, words=words, seen="0")
    assert answered.status_code == 303
    assert [item.reason for item in session.query(WorkItem)] == ["risk_in_words"]
    seen = plans_of(patient_of(person), person.id)[0].seq_of(Section.KIND_WORDS)
    post(phone, address, address, words=words, seen=str(seen))
    assert session.query(WorkItem).count() == 1


def test_clin_03_p6_risk_words_that_are_refused_are_heard_all_the_same(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    make_plan(session, person)
    address = "/flare-up/plan/kind_words"
    refused = post(phone, address, address, words="I want to end my life " + "x" * 2000, seen="0")
    assert refused.status_code == 422
    assert [item.reason for item in session.query(WorkItem)] == ["risk_in_lost_words"]
    assert session.query(FlarePlanSection).filter_by(section=Section.KIND_WORDS).count() == 0


def test_sharing_makes_one_task_however_often(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    make_plan(session, person)
    for _ in range(2):
        forget_form_token()
        form = form_of(phone.get("/flare-up/plan").text, idempotency_key=f"key-{uuid4().hex}")
        assert phone.post("/flare-up/plan/share", data=form).status_code == 303
    assert [item.reason for item in session.query(WorkItem)] == ["flare_plan_shared"]
    assert plans_of(patient_of(person), person.id)[0].state is PlanState.SHARED
    assert "You can still change it" in phone.get("/flare-up/plan").text


def test_an_empty_plan_is_not_shared(phone: FlaskClient, session: Session, person: Patient) -> None:
    actions.begin(patient_of(person), person.id, now=NOW)
    answered = post(phone, "/flare-up/plan", "/flare-up/plan/share")
    assert answered.status_code == 422
    assert session.query(WorkItem).count() == 0


def test_rel_02_a_flare_up_that_started_today_is_noted_once(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    forget_form_token()
    page = phone.get("/flare-up").text
    for _ in range(3):
        form = form_of(page) | {"idempotency_key": f"key-{uuid4().hex}"}
        assert phone.post("/flare-up/started", data=form).status_code == 303
    assert session.query(FlareEvent).count() == 1
    assert "We have noted" in phone.get("/flare-up").text
    assert session.query(WorkItem).count() == 0  # no score, no alert: a fact for the timeline


def test_paper_and_large_print(phone: FlaskClient, session: Session, person: Patient) -> None:
    make_plan(session, person)
    session.commit()
    usual, large = phone.get("/flare-up/print").text, phone.get("/flare-up/print?size=large").text
    assert "app-large" in large
    assert "app-large" not in usual
    assert "Sit by the window" in usual
    assert "Call 999 or go to A&amp;E now" in usual


def test_clin_10_a_copy_is_off_by_default_dated_and_gone_when_withdrawn(
    app: Flask, phone: FlaskClient, session: Session, person: Patient
) -> None:
    plan = make_agreed(session, person)
    session.commit()
    assert session.query(PlanCopy).count() == 0
    assert "Other people who use this phone may see it." in phone.get("/flare-up/keep").text
    kept = post(phone, "/flare-up/keep", "/flare-up/keep")
    page = phone.get(kept.headers["Location"]).text
    assert "This is a copy from 22 September 2026." in page
    assert "csrf_token" not in page  # what the phone keeps opens nothing
    copy_id = session.query(PlanCopy).one().id
    stranger = app.test_client()
    state = f"/flare-up/copies/{copy_id}"
    assert stranger.get(state).get_json() == {"state": "current"}
    actions.withdraw(patient_of(person), plan.id, note="Wrong", now=NOW)
    session.commit()
    gone = stranger.get(state)
    assert (gone.status_code, gone.get_json()) == (410, {"state": "ended"})
    unknown = stranger.get(f"/flare-up/copies/{uuid4()}")
    assert (unknown.status_code, unknown.data) == (gone.status_code, gone.data)


def test_clin_10_a_patient_takes_the_plan_off_every_phone(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    make_agreed(session, person)
    copy_id = keeping.keep_copy(patient_of(person), person.id, now=NOW)
    session.commit()
    assert keeping.end_copies(patient_of(person), person.id, now=NOW + timedelta(minutes=1)) == 1
    session.commit()
    session.expire_all()
    assert phone.get(f"/flare-up/copies/{copy_id}").status_code == 410


def test_sec_02_another_patients_copy_and_plan_are_not_found(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    other = make_patient(session, make_service(session))
    make_agreed(session, other)
    make_agreed(session, person)
    copy_id = keeping.keep_copy(patient_of(other), other.id, now=NOW)
    session.commit()
    assert phone.get(f"/flare-up/copies/{copy_id}/page").status_code == 404
    assert flares_of(patient_of(person), other.id) == []
    assert plans_of(patient_of(person), other.id) == []


def test_link_04_before_the_date_of_birth_no_plan_is_shown(client: FlaskClient) -> None:
    for address in ("/flare-up", "/flare-up/plan", "/flare-up/print", "/flare-up/keep"):
        assert client.get(address).status_code in {303, 401}
    assert "No plan on this phone" in client.get("/flare-up/kept").text
    assert client.get("/flare-up/worker.js").mimetype == "text/javascript"


def test_the_api_writes_a_section_and_notes_a_flare_up(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    body = {"picked": ["after_3_days"], "words": "Or before"}
    wrote = phone.put(
        "/api/v1/me/flare-up-plan/when_to_contact", json=body, headers=api_headers(phone, "key-one-1")
    )
    assert wrote.status_code == 200
    assert wrote.get_json()["sections"][0]["words"] == "Or before"
    stale = phone.put(
        "/api/v1/me/flare-up-plan/when_to_contact",
        json=body | {"words": "Later"},
        headers=api_headers(phone, "key-two-2"),
    )
    assert stale.status_code == 409
    unknown = {"picked": ["no_such_idea"], "version": 1}
    refused = phone.put(
        "/api/v1/me/flare-up-plan/when_to_contact", json=unknown, headers=api_headers(phone, "key-3333")
    )
    assert refused.status_code == 422
    noted = phone.post(
        "/api/v1/me/flare-ups", json={"started_on": "2026-09-20"}, headers=api_headers(phone, "key-4444")
    )
    assert noted.get_json()["started_on"] == "2026-09-20"
    future = phone.post(
        "/api/v1/me/flare-ups", json={"started_on": "2026-09-23"}, headers=api_headers(phone, "key-5555")
    )
    assert future.status_code == 422


def test_a_plan_speaks_its_own_language_on_each_page(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    make_plan(session, person)
    session.commit()
    assert re.search(r'<ol class="app-steps" lang="en">', phone.get("/flare-up").text)


@pytest.mark.parametrize(
    "body",
    [
        {"words": "I want to end my life", "version": 7},  # somebody else's version
        {"words": "I want to end my life", "colour": "red"},
        {"picked": ["no_such_idea"], "words": "I want to end my life"},
    ],
)
def test_clin_03_p6_risk_words_that_the_api_refuses_are_heard_all_the_same(
    phone: FlaskClient, session: Session, body: dict[str, object]
) -> None:
    address = "/api/v1/me/flare-up-plan/kind_words"
    refused = phone.put(address, json=body, headers=api_headers(phone))
    assert refused.status_code in {409, 422}
    assert [item.reason for item in session.query(WorkItem)] == ["risk_in_lost_words"]
