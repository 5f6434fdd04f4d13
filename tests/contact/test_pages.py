"""Staff's pages of texts, in a browser without JavaScript."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.assessments.models import Pack
from patientapp.audit.models import AuditEntry
from patientapp.contact.models import BulkSend
from patientapp.messaging.moves import move
from patientapp.messaging.rules import MessageState
from patientapp.patients.models import Patient
from patientapp.reminders.actions import plan
from patientapp.services.models import Service
from tests.contact.world import overdue, texts
from tests.desk import desk_of, forget_form_token
from tests.factories import KEY, LINK_KEY, TOKEN, make_pack, make_patient, make_service

TEAM = [Role.CLINICIAN, Role.SERVICE_ADMIN]
OTHERS = [Role.COMMISSIONER, Role.SYSTEM_ADMIN]


@pytest.fixture
def service(session: Session) -> Service:
    return make_service(session)


@pytest.fixture
def pack(session: Session, service: Service) -> Pack:
    made = make_pack(session, make_patient(session, service))
    session.commit()
    return made


@pytest.fixture
def desk(app: Flask, session: Session, service: Service, client: FlaskClient) -> FlaskClient:
    return desk_of(app, session, service)


def form_at(page: str, action: str, **values: Any) -> dict[str, Any]:
    """What a browser would post of the form that goes to this address, filled in."""
    found = re.search(rf'<form action="{re.escape(action)}".*?</form>', page, re.S)
    assert found, f"no form goes to {action}"
    token, key = TOKEN.search(found[0]), KEY.search(found[0])
    assert token
    assert key
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found[0]))
    return hidden | {"csrf_token": token[1], "idempotency_key": key[1]} | values


def contact(pack: Pack) -> str:
    return f"/staff/patients/{pack.patient_id}/contact"


CHOICES = {
    "mobile": "07700 900777",
    "texts_ok": "yes",
    "kinds": ["visits", "feedback"],
    "chosen_time": "17:30",
    "language": "en",
    "needs": ["large_print"],
}


def test_the_log_says_what_when_and_why_not_and_never_the_words(
    desk: FlaskClient, session: Session, pack: Pack, now: datetime
) -> None:
    plan(now=now, link_key=LINK_KEY, public_url="")
    [text] = texts(session)
    for state in (MessageState.CLAIMED, MessageState.SENDING, MessageState.REFUSED):
        reason = "21610" if state is MessageState.REFUSED else ""
        move(text.id, state, attempt=0, now=now, reason=reason)
    session.commit()
    for address in (contact(pack), f"/staff/patients/{pack.patient_id}"):
        page = desk.get(address).text
        assert "Questions before the visit" in page
        assert "22 September 2026, 10:30" in page
        assert "Refused by the carrier" in page
        assert "carrier&#39;s code 21610" in page
        assert "/q/" not in page
        assert "minutes" not in page


@pytest.mark.parametrize("role", TEAM)
def test_a_new_link_at_a_press_once(
    app: Flask, session: Session, service: Service, pack: Pack, client: FlaskClient, role: Role
) -> None:
    desk = desk_of(app, session, service, role)
    page = desk.get(contact(pack)).text
    form = form_at(page, f"{contact(pack)}/new-link")
    for _each in range(2):  # a second press of the same button
        answer = desk.post(f"{contact(pack)}/new-link", data=form)
        assert answer.status_code == 303
    assert "A new link is on its way" in desk.get(answer.location).text
    assert [text.template for text in texts(session)] == ["new-link"]
    actions = session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.chain == f"patient:{pack.patient_id}")
    )
    assert "sent a new link" in set(actions)


def test_sms_07_the_page_says_why_no_link_was_sent(
    desk: FlaskClient, session: Session, pack: Pack
) -> None:
    for _each in range(2):
        page = desk.get(contact(pack)).text
        desk.post(f"{contact(pack)}/new-link", data=form_at(page, f"{contact(pack)}/new-link"))
    page = desk.get(contact(pack)).text
    answer = desk.post(f"{contact(pack)}/new-link", data=form_at(page, f"{contact(pack)}/new-link"))
    assert answer.status_code == 409
    assert "Call instead" in answer.text
    assert len(texts(session)) == 2


def test_clin_07_a_form_about_another_patient_is_refused(
    desk: FlaskClient, session: Session, service: Service, pack: Pack
) -> None:
    page = desk.get(contact(pack)).text
    form = form_at(page, f"{contact(pack)}/new-link", patient_id=str(uuid4()))
    assert desk.post(f"{contact(pack)}/new-link", data=form).status_code == 409
    page = desk.get(f"{contact(pack)}/choices").text
    form = form_at(page, f"{contact(pack)}/choices", **CHOICES, patient_id=str(uuid4()))
    assert desk.post(f"{contact(pack)}/choices", data=form).status_code == 409
    assert texts(session) == []


def test_choices_are_kept_and_shown(desk: FlaskClient, session: Session, pack: Pack) -> None:
    page = desk.get(f"{contact(pack)}/choices").text
    form = form_at(page, f"{contact(pack)}/choices", **CHOICES | {"booking_help": "yes"})
    answer = desk.post(f"{contact(pack)}/choices", data=form)
    assert answer.status_code == 303
    person = session.get_one(Patient, pack.patient_id)
    session.refresh(person)
    assert (person.mobile, person.needs) == ("+447700900777", ["large_print"])
    assert (person.visit_texts_ok, person.questionnaire_texts_ok) == (True, False)
    assert person.booking_help, "N33: a staff flag"
    shown = desk.get(answer.location).text
    assert "The choices are kept." in shown
    assert "In the evening, at 17:30" in shown
    again = desk.get(f"{contact(pack)}/choices").text
    assert re.search(r'value="feedback" checked', again)
    assert not re.search(r'value="questionnaires" checked', again)


WRONG = [
    ({"mobile": "0113 496 0100"}, "a text cannot reach this one"),
    ({"day": "1", "month": "10", "year": "2026"}, "Choose why texts are paused"),
    ({"pause_reason": "bereavement"}, "Check the day"),
    ({"pause_reason": "bereavement", "day": "31", "month": "2", "year": "2027"}, "Check the day"),
    ({"texts_ok": "perhaps"}, "Choose one from the list"),
    ({"chosen_time": "03:00"}, "Choose one from the list"),
    ({"kinds": ["visits", "money"]}, "Choose one from the list"),
]


@pytest.mark.parametrize(("over", "said"), WRONG, ids=[said for _over, said in WRONG])
def test_what_cannot_stand_is_said_and_what_was_typed_is_kept(
    desk: FlaskClient, session: Session, pack: Pack, over: dict[str, Any], said: str
) -> None:
    page = desk.get(f"{contact(pack)}/choices").text
    form = form_at(page, f"{contact(pack)}/choices", **(CHOICES | over))
    answer = desk.post(f"{contact(pack)}/choices", data=form)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{(CHOICES | over)["mobile"]}"' in answer.text
    person = session.get_one(Patient, pack.patient_id)
    session.refresh(person)
    assert person.mobile != "+447700900777"


def test_link_05_a_death_is_recorded(
    desk: FlaskClient, session: Session, pack: Pack, now: datetime
) -> None:
    plan(now=now, link_key=LINK_KEY, public_url="")
    page = desk.get(f"{contact(pack)}/death").text
    address = f"{contact(pack)}/death"
    wrong = desk.post(address, data=form_at(page, address, day="1", month="1", year="2030"))
    assert wrong.status_code == 422
    right = desk.post(address, data=form_at(wrong.text, address, day="20", month="9", year="2026"))
    assert right.status_code == 303
    assert [text.state for text in texts(session)] == [MessageState.WITHDRAWN]
    shown = desk.get(contact(pack)).text
    assert "Died on 20 September 2026" in shown
    assert "Send a new link" not in shown


def test_sms_08_a_bulk_send_from_the_list_to_the_recall(
    app: Flask, desk: FlaskClient, session: Session, service: Service, now: datetime
) -> None:
    overdue(session, service, 52)
    session.commit()
    page = desk.get("/staff/texts").text
    answer = desk.post(
        "/staff/texts", data=form_at(page, "/staff/texts", time_point="T0", which="overdue")
    )
    assert answer.status_code == 303
    shown = desk.get(answer.location).text
    assert "Ask a colleague" in shown
    assert "Approve: the texts" not in shown
    mine = {"csrf_token": TOKEN.search(shown)[1], "idempotency_key": "a-key-of-my-own"}  # type: ignore[index]
    assert desk.post(f"{answer.location}/approve", data=mine).status_code == 409
    forget_form_token()
    other = desk_of(app, session, service)
    theirs = other.get(answer.location).text
    approved = other.post(
        f"{answer.location}/approve", data=form_at(theirs, f"{answer.location}/approve")
    )
    assert approved.status_code == 303
    leaving = other.get(answer.location).text
    assert "22 September 2026, 10:35" in leaving
    recalled = other.post(f"{answer.location}/recall", data=form_at(leaving, f"{answer.location}/recall"))
    assert recalled.status_code == 303
    assert "Recalled, nothing sent" in other.get("/staff/texts").text
    [made] = session.scalars(sa.select(BulkSend))
    assert (made.people, made.sent_at) == (52, None)


@pytest.mark.parametrize(
    "typed", [{}, {"time_point": "T9", "which": "overdue"}, {"time_point": "T3", "which": "open"}]
)
def test_a_list_that_cannot_be_made_is_said(desk: FlaskClient, typed: dict[str, str]) -> None:
    page = desk.get("/staff/texts").text
    answer = desk.post("/staff/texts", data=form_at(page, "/staff/texts", **typed))
    assert answer.status_code == 422
    assert "There is a problem" in answer.text


ADDRESSES = [
    "/staff/patients/{patient}/contact",
    "/staff/patients/{patient}/contact/choices",
    "/staff/texts",
    "/staff/reminders",
]


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("address", ADDRESSES)
def test_sec_04_commissioners_and_system_admins_see_nobody_s_texts(
    app: Flask,
    session: Session,
    service: Service,
    pack: Pack,
    client: FlaskClient,
    role: Role,
    address: str,
) -> None:
    desk = desk_of(app, session, service, role)
    assert desk.get(address.format(patient=pack.patient_id)).status_code in {403, 404}


def test_sec_02_another_service_s_patient_is_not_found(
    app: Flask, session: Session, pack: Pack, client: FlaskClient
) -> None:
    desk = desk_of(app, session, make_service(session))
    for address in ADDRESSES[:2]:
        foreign = desk.get(address.format(patient=pack.patient_id))
        unknown = desk.get(address.format(patient=uuid4()))
        assert (foreign.status_code, unknown.status_code) == (404, 404)
    page = desk.get("/staff/texts").text
    form = form_at(page, "/staff/texts", patient_id=str(pack.patient_id), pack_id=str(pack.id))
    for verb in ("new-link", "choices", "death"):
        assert desk.post(f"{contact(pack)}/{verb}", data=form).status_code == 404
    assert texts(session) == []


def test_ops_01_looking_at_somebody_s_texts_is_in_their_audit(
    desk: FlaskClient, session: Session, pack: Pack
) -> None:
    desk.get(contact(pack))
    chain = f"patient:{pack.patient_id}"
    actions = set(session.scalars(sa.select(AuditEntry.action).where(AuditEntry.chain == chain)))
    assert "looked at contact" in actions


def test_sec_08_looking_changes_nothing(
    desk: FlaskClient, session: Session, pack: Pack, now: datetime
) -> None:
    plan(now=now + timedelta(0), link_key=LINK_KEY, public_url="")
    before = [(text.state, text.due_at) for text in texts(session)]
    for address in ADDRESSES:
        assert desk.get(address.format(patient=pack.patient_id)).status_code == 200
    assert [(text.state, text.due_at) for text in texts(session)] == before
    assert session.get_one(Pack, pack.id).closes_on == date(2026, 10, 20)


def test_sms_08_the_list_is_shown_by_name_with_what_comes_of_each(
    desk: FlaskClient, session: Session, service: Service, now: datetime
) -> None:
    """SMS-08: who approves a send to many people sees who they are, a page at a time."""
    people = overdue(session, service, 52)
    session.get_one(Patient, people[0].patient_id).texts_ok = False
    stranger = make_patient(session, make_service(session), family_name="Elsewhere")
    session.commit()
    page = desk.get("/staff/texts").text
    answer = desk.post(
        "/staff/texts", data=form_at(page, "/staff/texts", time_point="T0", which="overdue")
    )
    shown = desk.get(answer.location).text
    more = desk.get(f"{answer.location}?start=50").text
    assert "start=50" in shown
    assert "start=100" not in more
    assert (shown + more).count("gets the text") == 51
    assert stranger.family_name not in shown + more
    looked = session.scalars(
        sa.select(AuditEntry.object).where(AuditEntry.action == "looked at a bulk send")
    )
    assert any(str(people[1].patient_id) in ids for ids in looked)
    assert desk.get(f"{answer.location}?start=9e9").status_code == 200
