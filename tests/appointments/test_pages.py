"""A patient's own visits in the browser without script: from the text to "You are coming"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp import clock
from patientapp.appointments import actions, free_actions, queries
from patientapp.appointments.rules import ServiceReason, Visit, VisitMode, VisitState
from patientapp.links.actions import make_link
from patientapp.links.rules import LinkPurpose
from patientapp.links.tokens import token_of
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.rules import MessageState
from patientapp.patients.models import Patient
from patientapp.services.models import Service
from patientapp.worklist.models import WorkItem
from tests.appointments.world import IN_TEN_DAYS, make_slot, make_visit, patient_of
from tests.desk import forget_form_token
from tests.factories import (
    LINK_KEY,
    NOW,
    form_of,
    make_pack,
    make_patient,
    make_service,
    sign_in_patient,
    staff_viewer,
)

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def person(session: Session) -> Patient:
    return make_patient(session, make_service(session))


@pytest.fixture
def phone(app: Flask, session: Session, client: FlaskClient, person: Patient) -> FlaskClient:
    sign_in_patient(client, make_pack(session, person))
    return client


def post(phone: FlaskClient, page: str, address: str, **values: object):  # type: ignore[no-untyped-def]
    """Post a form of a page, each time with a key of its own."""
    forget_form_token()
    form = form_of(phone.get(page).text, **values) | {"idempotency_key": f"key-{uuid4().hex}"}
    return phone.post(address, data=form)


def state_of(person: Patient, visit: Visit) -> VisitState:
    return queries.visit(patient_of(person), visit.id).state


def test_link_03_link_04_from_the_text_to_my_visits(
    app: Flask, client: FlaskClient, session: Session, person: Patient
) -> None:
    visit = make_visit(session, person)
    link = make_link(
        patient_id=person.id,
        service_id=person.service_id,
        pack_id=visit.id,
        key=LINK_KEY,
        now=NOW,
        purpose=LinkPurpose.VISIT,
    )
    session.commit()
    address = f"/q/{token_of(link.id, key=LINK_KEY)}"
    start = client.get(address).text
    assert "Friday 2 October" not in start
    assert "Moorside Hub" not in start
    begun = client.post(f"{address}/begin", data=form_of(start))
    assert begun.headers["Location"] == "/date-of-birth"
    assert client.get("/visits").headers["Location"] == "/date-of-birth"  # LINK-04: nothing yet
    form = form_of(client.get("/date-of-birth").text, day="3", month="3", year="1975")
    assert client.post("/date-of-birth", data=form).headers["Location"] == "/visits"
    page = client.get("/visits").text
    assert "Friday 2 October 2026 at 10:30am" in page
    assert "Moorside Hub" in page
    assert "45 minutes" in page


def test_link_05_a_new_link_for_a_visit_while_it_is_to_come(
    app: Flask, client: FlaskClient, session: Session, person: Patient
) -> None:
    visit = make_visit(session, person)
    old = make_link(
        patient_id=person.id,
        service_id=person.service_id,
        pack_id=visit.id,
        key=LINK_KEY,
        now=NOW - timedelta(days=8),
        purpose=LinkPurpose.VISIT,
    )
    session.commit()
    address = f"/q/{token_of(old.id, key=LINK_KEY)}"
    ended = client.get(address)
    assert ended.status_code == 404
    client.post(f"{address}/new-link", data=form_of(ended.text))
    text = session.query(OutboxMessage).filter_by(about=visit.id).one()
    assert text.template == "new-link"
    actions.cancel(patient_of(person), visit.id, now=NOW)
    session.expire_all()
    assert text.state is MessageState.WITHDRAWN


def test_b22_say_that_i_am_coming(phone: FlaskClient, session: Session, person: Patient) -> None:
    visit = make_visit(session, person)
    session.commit()
    answered = post(phone, "/visits", f"/visits/{visit.id}/confirm", seen="1")
    assert answered.status_code == 303
    page = phone.get("/visits").text
    assert "You are coming" in page
    assert "I am coming" not in page
    assert state_of(person, visit) is VisitState.CONFIRMED


def test_rel_02_tapped_twice_it_is_done_once(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    visit = make_visit(session, person)
    session.commit()
    form = form_of(phone.get(f"/visits/{visit.id}/cancel").text, seen="1")
    one = phone.post(f"/visits/{visit.id}/cancel", data=form)
    two = phone.post(f"/visits/{visit.id}/cancel", data=form)
    assert (one.status_code, two.status_code) == (303, 303)
    assert len(queries.history(patient_of(person), visit.id)) == 2
    assert session.query(WorkItem).filter_by(patient_id=person.id).count() == 1


def test_cancel_offers_a_new_time_and_a_call_first(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    visit = make_visit(session, person)
    session.commit()
    page = phone.get(f"/visits/{visit.id}/cancel").text
    places = [
        page.index(words) for words in ("Find another time", "Ask us to call you", "Cancel my visit")
    ]
    assert places == sorted(places)
    assert state_of(person, visit) is VisitState.BOOKED  # SEC-08: looking changes nothing


def test_rel_09_a_cancel_can_be_taken_back_for_two_hours(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    visit = make_visit(session, person)
    session.commit()
    post(phone, f"/visits/{visit.id}/cancel", f"/visits/{visit.id}/cancel", seen="1")
    page = phone.get("/visits").text
    assert "You cancelled this visit." in page
    assert "until 12:30pm" in page  # London time of 09:30 UTC and two hours
    assert post(phone, "/visits", f"/visits/{visit.id}/undo").status_code == 303
    assert state_of(person, visit) is VisitState.BOOKED


def test_rel_09_after_two_hours_the_page_says_how_it_stands(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    visit = make_visit(session, person)
    actions.cancel(patient_of(person), visit.id, now=NOW - timedelta(hours=2))
    session.commit()
    page = phone.get("/visits").text
    assert "Keep this visit" not in page
    assert "Want another time? Call us" in page
    late = post(phone, "/visits", f"/visits/{visit.id}/undo")
    assert late.status_code == 409
    assert "This is how it stands now" in late.text


def test_change_without_free_times_is_a_call(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    visit = make_visit(session, person)
    session.commit()
    page = f"/visits/{visit.id}/change"
    assert "We can call you" in phone.get(page).text
    for _ in range(2):
        assert post(phone, page, page, slot="call").headers["Location"].endswith("/asked")
    assert [item.reason for item in session.query(WorkItem)] == ["visit_change_wanted"]
    assert state_of(person, visit) is VisitState.BOOKED
    assert "your visit stays as it is" in phone.get(f"/visits/{visit.id}/asked").text


def test_rel_09_the_loser_is_told_at_once_and_offered_others(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    service = session.get_one(Service, person.service_id)
    gone = make_slot(session, service)
    left = make_slot(session, service, starts_at=NOW + timedelta(days=13))
    visit = make_visit(session, person)
    other = make_patient(session, service)
    theirs = make_visit(session, other)
    session.commit()
    page = f"/visits/{visit.id}/change"
    shown = phone.get(page).text
    assert str(gone.id) in shown
    assert str(left.id) in shown
    free_actions.move_to_slot(patient_of(other), theirs.id, gone.id, now=NOW)
    session.commit()
    lost = post(phone, page, page, slot=str(gone.id), seen="1")
    assert lost.status_code == 409
    assert "Somebody has just taken that time" in lost.text
    assert str(gone.id) not in lost.text
    assert str(left.id) in lost.text
    assert post(phone, page, page, slot=str(left.id), seen="1").status_code == 303
    moved = queries.visit(patient_of(person), visit.id)
    assert (moved.state, moved.starts_at) == (VisitState.MOVED, left.starts_at)


@pytest.mark.parametrize("slot", ["", "x", "call-me", "../../etc"])
def test_nothing_chosen_is_said_on_the_page(
    phone: FlaskClient, session: Session, person: Patient, slot: str
) -> None:
    visit = make_visit(session, person)
    make_slot(session, session.get_one(Service, person.service_id))
    session.commit()
    page = f"/visits/{visit.id}/change"
    answered = post(phone, page, page, slot=slot)
    assert answered.status_code == 422
    assert "Choose a time, or ask us to call" in answered.text


def test_clin_07_a_stale_page_changes_nothing(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    service = session.get_one(Service, person.service_id)
    visit = make_visit(session, person)
    session.commit()
    later = replace(visit.details, starts_at=IN_TEN_DAYS + timedelta(days=1), place="Annexe")
    actions.move(staff_viewer(service), visit.id, later, now=NOW)
    session.commit()
    for verb in ("confirm", "cancel"):
        answered = post(phone, "/visits", f"/visits/{visit.id}/{verb}", seen="1")
        assert answered.status_code == 409
        assert "Saturday 3 October 2026" in answered.text  # how it stands now
    assert state_of(person, visit) is VisitState.MOVED


def test_b51_we_say_why_and_offer_a_way_back(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    visit = make_visit(session, person)
    service = session.get_one(Service, person.service_id)
    actions.call_off(staff_viewer(service), visit.id, ServiceReason.WEATHER, now=NOW)
    session.commit()
    page = phone.get("/visits").text
    assert "Bad weather" in page
    assert "We will find a new time with you" in page
    assert "Keep this visit" not in page


def test_video_has_its_link_to_try_and_a_phone_to_fall_back_on(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    make_visit(session, person, mode=VisitMode.VIDEO, place="", video_link="https://video.example/r1")
    session.commit()
    page = phone.get("/visits").text
    assert 'href="https://video.example/r1" rel="noreferrer"' in page
    assert "If the video does not work, call us" in page


def test_nothing_booked_says_so_and_whom_to_call(phone: FlaskClient) -> None:
    page = phone.get("/visits").text
    assert "You have no visits booked with us now" in page
    assert "tel:01134960100" in page


def test_what_is_over_or_begun_offers_nothing(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    make_visit(session, person, starts_at=NOW - timedelta(minutes=5))
    session.commit()
    page = phone.get("/visits").text
    assert "Tuesday 22 September 2026 at 10:25am" in page
    assert "/cancel" not in page
    assert "I am coming" not in page


def test_never_blame_no_page_says_missed(phone: FlaskClient, session: Session, person: Patient) -> None:
    visit = make_visit(session, person, starts_at=NOW - timedelta(hours=1))
    actions.miss(staff_viewer(session.get_one(Service, person.service_id)), visit.id, now=NOW)
    session.commit()
    page = phone.get("/visits").text
    assert not re.search(r"missed|did not (come|attend)|failed", page, re.I)


PATHS = ["confirm", "cancel", "undo", "change"]


def test_sec_02_another_s_visit_is_the_same_404_as_none(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    same = make_patient(session, session.get_one(Service, person.service_id))
    ids = [
        make_visit(session, same, place="Unmistakable").id,
        make_visit(session, make_patient(session, make_service(session)), place="Unmistakable").id,
        uuid4(),
    ]
    session.commit()
    for path in PATHS:
        bodies = set()
        for one in ids:
            answered = post(phone, "/visits", f"/visits/{one}/{path}", slot="call", seen="1")
            assert answered.status_code == 404, path
            bodies.add(re.sub(r'(value|data-token)="[^"]*"', "", answered.text))
        assert len(bodies) == 1
    for path in ("cancel", "change", "asked"):
        assert {phone.get(f"/visits/{one}/{path}").status_code for one in ids} == {404}
    assert "Unmistakable" not in phone.get("/visits").text


def test_sec_01_nobody_signed_in_sees_no_visit(app: Flask, session: Session, person: Patient) -> None:
    visit = make_visit(session, person)
    session.commit()
    stranger = app.test_client()
    assert stranger.get("/visits").status_code == 401
    assert stranger.get(f"/visits/{visit.id}/cancel").status_code == 401
    assert stranger.post(f"/visits/{visit.id}/cancel").status_code in (400, 401)


def test_ops_01_a_look_is_recorded_and_changes_nothing_else(
    phone: FlaskClient, session: Session, person: Patient, now: datetime
) -> None:
    from patientapp.audit.models import AuditEntry

    make_visit(session, person)
    session.commit()
    before = session.query(AuditEntry).filter_by(action="looked at own visits").count()
    assert clock.now() == now
    phone.get("/visits")
    assert session.query(AuditEntry).filter_by(action="looked at own visits").count() == before + 1


def test_n33_n11_i_need_help_to_book_is_kept_and_one_call_a_day(
    session: Session, phone: FlaskClient, person: Patient
) -> None:
    assert phone.get("/visits/help").headers["Location"] == "/visits", "nobody was promised a call"
    form = re.search(r'<form[^>]*action="/visits/help".*?</form>', phone.get("/visits").text, re.S)
    assert form is not None, "also with no visit booked"
    given = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[0]))
    for _press in range(2):  # the second from a tab that was open before
        given["idempotency_key"] = f"key-{uuid4().hex}"
        answer = phone.post("/visits/help", data=given, follow_redirects=True)
        assert "We will call you" in answer.text
    after = phone.get("/visits").text
    assert "You asked us today for help to book" in after
    assert 'action="/visits/help"' not in after
    session.expire_all()
    assert person.booking_help
    asked = session.query(WorkItem).filter_by(patient_id=person.id, reason="booking_help_wanted")
    assert asked.count() == 1
