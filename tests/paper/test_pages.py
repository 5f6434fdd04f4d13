"""Section 3.8: answers on paper, by phone or read out reach the same record as those of a phone."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from patientapp.access.viewer import AnsweredBy, Role
from patientapp.assessments.models import Pack, Response, ResponseNote
from patientapp.assessments.rules import AnswerMode, TimePoint
from patientapp.audit.models import AuditEntry
from patientapp.messaging.actions import enqueue
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.rules import MessageState
from patientapp.paper import actions as paper
from patientapp.paper.models import TypingCheck
from patientapp.paper.rules import CheckStep
from patientapp.patients.models import Patient
from patientapp.questionnaires.library import default_library
from patientapp.worklist.models import AlertAnswer, WorkItem
from tests.desk import desk_of, forget_form_token
from tests.factories import NOW, form_of, make_pack, make_patient, make_service, make_token

pytestmark = pytest.mark.usefixtures("now")
ASKED = {
    "who": "self",
    "interpreter": "no",
    "language": "en",
    "day": "14",
    "month": "9",
    "year": "2026",
}


def typed(instrument: str = "pseq", value: object = 3, **over: object) -> dict[str, str]:
    """A whole form: the same everywhere, or these items."""
    items = default_library().get(instrument).items
    boxes = {f"answer-{item.code}": str(over.pop(item.code, value)) for item in items}
    return ASKED | boxes | {name: str(said) for name, said in over.items()}


def address_of(person: Patient, way: str = "paper", instrument: str = "pseq") -> str:
    version = default_library().get(instrument).version
    return f"/staff/patients/{person.id}/answers/{way}/{instrument}/{version}"


HOME = re.compile(r'name="home" value="([^"]+)"')


def second_look(page: str, **fields: Any) -> dict[str, Any]:
    """What the second look posts: all that was typed, and where it said the answers go."""
    home = HOME.search(page)
    assert home
    return form_of(page, home=home[1], **fields)


def sent(desk: FlaskClient, person: Patient, address: str, **fields: Any) -> TestResponse:
    """Look twice, then save, as somebody at a desk does."""
    page = desk.get(address).text
    form = {"patient_id": str(person.id)} | fields
    look = desk.post(f"{address}/look", data=form_of(page, **form))
    if look.status_code != 200:
        return look
    return desk.post(address, data=second_look(look.text, **form))


def world(session: Session, instrument: str = "pseq") -> Patient:
    person = make_patient(session, make_service(session))
    make_pack(session, person, [instrument])
    return person


def desk_for(app: Flask, session: Session, person: Patient, *roles: Role) -> FlaskClient:
    from patientapp.services.queries import system_service

    forget_form_token()
    return desk_of(app, session, system_service(person.service_id), *roles)


def test_paper_is_typed_looked_at_and_kept_as_any_answer_is(app: Flask, session: Session) -> None:
    """CLIN-05, 3.8: day, route, who, language and typist stand with the answers; scores are the same."""
    person = world(session)
    desk = desk_for(app, session, person, Role.SERVICE_ADMIN)
    assert "Type in from paper" in desk.get(f"/staff/patients/{person.id}/answers").text
    page = desk.get(address_of(person)).text
    assert "selected" not in page, "nothing is chosen for whoever types"
    assert 'value=""' in page
    form = {"patient_id": str(person.id)} | typed()
    look = desk.post(f"{address_of(person)}/look", data=form_of(page, **form))
    assert "Nothing is saved yet" in look.text
    assert "14 September 2026" in look.text
    assert "Entry" in look.text
    assert session.scalar(sa.select(sa.func.count(Response.id))) == 0
    saved = desk.post(address_of(person), data=second_look(look.text, **form))
    assert saved.status_code == 303
    kept = session.scalars(sa.select(Response)).one()
    assert (kept.mode, kept.answered_by, kept.answered_on) == (
        AnswerMode.PAPER,
        AnsweredBy.SELF,
        date(2026, 9, 14),
    )
    assert (kept.time_point, kept.scores["total"], kept.birth_date_confirmed) == (TimePoint.T0, 30, False)
    assert session.scalars(sa.select(ResponseNote)).one().author.startswith("staff:")
    assert "The answers are saved" in desk.get(saved.headers["Location"]).text
    said = session.scalars(sa.select(AuditEntry.action)).all()
    assert said.count("entered answers (paper)") == 1


def test_blank_two_marked_and_cannot_read_are_kept_and_never_0(app: Flask, session: Session) -> None:
    person = world(session)
    desk = desk_for(app, session, person)
    fields = typed(q1="blank", q2="two_marked", q3="cannot_read")
    sent(desk, person, address_of(person), **fields)
    kept = session.scalars(sa.select(Response)).one()
    assert [kept.answers[code] for code in ("q1", "q2", "q3")] == [
        "skipped",
        "two_marked",
        "cannot_read",
    ]
    assert "reason" in kept.scores["total"]
    page = desk.get(f"/staff/patients/{person.id}").text
    assert "Two answers were marked" in page
    assert "Could not be read" in page
    assert "On paper, typed in" in page


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"day": ""}, "Type the day on which they were answered"),
        ({"day": "23"}, "That day is still to come"),
        ({"year": "1970"}, "before the person was born"),
        ({"who": ""}, "Choose who answered"),
        ({"who": "proxy"}, "Choose who answered"),
        ({"interpreter": ""}, "Choose whether there was an interpreter"),
        ({"language": "xx"}, "Choose the language"),
        ({"answer-q4": ""}, "Question 4: choose what the paper says"),
        ({"answer-q4": "7"}, "Question 4: choose what the paper says"),
    ],
)
def test_nothing_is_guessed_and_nothing_is_filled_in(
    app: Flask, session: Session, over: dict[str, str], words: str
) -> None:
    person = world(session)
    desk = desk_for(app, session, person)
    answer = sent(desk, person, address_of(person), **(typed() | over))
    assert (answer.status_code, words in answer.text) == (422, True)
    assert 'value="3" selected' in answer.text, "what was typed stays"
    assert session.scalar(sa.select(sa.func.count(Response.id))) == 0


def test_rel_02_typed_by_two_people_or_sent_twice_it_is_kept_once(app: Flask, session: Session) -> None:
    person = world(session)
    desk = desk_for(app, session, person)
    page = desk.get(address_of(person)).text
    form = form_of(page, patient_id=str(person.id), **typed())
    look = desk.post(f"{address_of(person)}/look", data=form).text
    save = second_look(look, patient_id=str(person.id), **typed())
    first, again = (desk.post(address_of(person), data=save) for _ in range(2))
    assert first.headers["Location"] == again.headers["Location"]
    other = desk_for(app, session, person)
    answer = sent(other, person, address_of(person), **typed(value=4))
    assert answer.status_code == 409
    assert "These answers are in the record already" in answer.text
    assert session.scalar(sa.select(sa.func.count(Response.id))) == 1


def test_clin_07_a_stale_tab_about_another_patient_is_refused(app: Flask, session: Session) -> None:
    person = world(session)
    another = make_patient(session, make_service(session))
    desk = desk_for(app, session, person)
    page = desk.get(address_of(person)).text
    wrong = form_of(page, **(typed() | {"patient_id": str(another.id)}))
    for address in (f"{address_of(person)}/look", address_of(person)):
        answer = desk.post(address, data=wrong)
        assert answer.status_code == 409
        assert "<h1" in answer.text
        assert "That page was about another patient" in answer.text
    foreign = desk.post(address_of(another), data=wrong)
    unknown = desk.post(address_of(person).replace(str(person.id), str(another.service_id)), data=wrong)
    assert (foreign.status_code, unknown.status_code) == (404, 404)


def test_clin_02_a_risk_on_paper_tells_staff_first_what_to_do(app: Flask, session: Session) -> None:
    """P6: its alert is made with the answers, and names the answer."""
    instrument = next(one for one in default_library() if one.risk_rules)
    risk = instrument.risk_rules[0]
    person = world(session, instrument.id)
    desk = desk_for(app, session, person)
    fields = typed(instrument.id, "blank", **{risk.item: risk.values[0]})
    answer = sent(desk, person, address_of(person, "phone", instrument.id), **fields)
    page = desk.get(answer.headers["Location"]).text
    assert page.index("Act on this now") < page.index(person.family_name)
    assert "call them now" in page
    assert "999" in page
    assert session.scalars(sa.select(WorkItem)).one().reason == risk.code
    assert session.scalars(sa.select(AlertAnswer)).one().value == risk.values[0]


def test_a_call_is_read_out_word_for_word_with_the_safety_words_first(
    app: Flask, session: Session
) -> None:
    """C11, CLIN-01: the phone route has a script; how it came is kept, interpreter and all."""
    person = world(session)
    desk = desk_for(app, session, person)
    page = desk.get(address_of(person, "phone")).text
    assert page.index("In an emergency call 999") < page.index("1. ")
    sent(desk, person, address_of(person, "phone"), **typed(interpreter="yes", who="helped"))
    kept, note = (
        session.scalars(sa.select(Response)).one(),
        session.scalars(sa.select(ResponseNote)).one(),
    )
    assert (kept.mode, kept.answered_by, note.interpreted) == (
        AnswerMode.PHONE,
        AnsweredBy.HELPED,
        True,
    )


def test_the_printed_pack_has_code_address_phone_and_says_whose_words_they_are(
    app: Flask, session: Session
) -> None:
    """3.8, N49: and the code on paper that comes back finds its patient, in this service alone."""
    person = world(session)
    desk = desk_for(app, session, person)
    page = desk.get(f"/staff/patients/{person.id}/answers/print?size=large").text
    code = f"{person.id.hex[:4]}-{person.id.hex[4:8]}".upper()
    for said in (code, "0113 496 0100", "/services/", "Demonstration wording", "app-large", "999"):
        assert said in page, said
    assert person.family_name not in page, "a lost paper names nobody"
    found = desk.get("/staff/answers", query_string={"code": code.lower()})
    assert found.headers["Location"].endswith(f"/staff/patients/{person.id}/answers")
    other = desk_of(app, session, make_service(session))
    assert other.get("/staff/answers", query_string={"code": code}).status_code == 200


@pytest.fixture
def all_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every paper is drawn."""
    monkeypatch.setattr(paper, "is_sampled", lambda _id, _percent: True)


@pytest.mark.usefixtures("all_twice")
def test_what_is_drawn_is_typed_again_unseen_and_a_person_settles_it(
    app: Flask, session: Session
) -> None:
    """3.8: by somebody else than the first; the first set stays, the right one is a new row (CLIN-05)."""
    person = world(session)
    first = desk_for(app, session, person)
    sent(first, person, address_of(person), **typed())
    kept = session.scalars(sa.select(Response)).one()
    address = f"/staff/second-typing/{kept.id}"
    form = {"patient_id": str(person.id)} | typed(q1=5)
    refused = first.post(address, data=form_of(first.get(address).text, **form))
    assert (refused.status_code, "A colleague types these" in refused.text) == (409, True)
    second = desk_for(app, session, person, Role.SERVICE_ADMIN)
    page = second.get(address).text
    assert "selected" not in page
    assert second.post(address, data=form_of(page, **form)).headers["Location"] == address
    assert "The two differ" in second.get("/staff/answers").text
    page = second.get(address).text
    answer = second.post(
        f"{address}/settle",
        data=form_of(page, patient_id=str(person.id), **{"answer-q1": "second"}),
    )
    assert answer.headers["Location"] == "/staff/answers"
    assert "Nothing waits" in second.get("/staff/answers").text
    rows = session.scalars(sa.select(Response).order_by(Response.received_at)).all()
    corrected = next(row for row in rows if row.corrects_id)
    assert (kept.answers["q1"], kept.scores["total"]) == (3, 30)
    assert (corrected.corrects_id, corrected.scores["total"]) == (kept.id, 32)
    steps = session.scalars(sa.select(TypingCheck.step)).all()
    assert sorted(steps) == sorted(CheckStep)
    assert first.get(address).status_code == 409, "settled already"


@pytest.mark.usefixtures("all_twice")
def test_two_typings_that_agree_need_nobody_to_settle_them(app: Flask, session: Session) -> None:
    person = world(session)
    sent(desk_for(app, session, person), person, address_of(person), **typed(q2="blank"))
    kept = session.scalars(sa.select(Response)).one()
    second = desk_for(app, session, person)
    address = f"/staff/second-typing/{kept.id}"
    form = form_of(second.get(address).text, patient_id=str(person.id), **typed(q2="blank"))
    assert second.post(address, data=form).headers["Location"] == "/staff/answers"
    assert session.scalar(sa.select(sa.func.count(Response.id))) == 1


def test_clin_05_a_correction_keeps_the_old_answers_and_says_why(app: Flask, session: Session) -> None:
    person = world(session)
    desk = desk_for(app, session, person)
    sent(desk, person, address_of(person), **typed())
    kept = session.scalars(sa.select(Response)).one()
    address = f"/staff/patients/{person.id}/answers/{kept.id}/correct"
    page = desk.get(address).text
    form = {"patient_id": str(person.id)} | typed(q10=6)
    none = desk.post(address, data=form_of(page, **form, reason=" "))
    same = desk.post(address, data=form_of(page, patient_id=str(person.id), **typed(), reason="No"))
    assert (none.status_code, same.status_code) == (422, 422)
    assert "Say why, briefly" in none.text
    assert "Nothing is changed" in same.text
    done = desk.post(address, data=form_of(page, **form, reason="The patient rang: it was 6."))
    assert done.headers["Location"] == f"/staff/patients/{person.id}"
    page = desk.get(done.headers["Location"]).text
    assert "The patient rang: it was 6." in page
    assert "33" in page
    rows = {row.corrects_id: row for row in session.scalars(sa.select(Response))}
    assert (rows[None].scores["total"], rows[kept.id].scores["total"]) == (30, 33)
    assert rows[kept.id].answered_at == kept.answered_at
    stale = desk.post(address, data=form_of(page, **form, reason="Again"))
    assert stale.status_code == 409
    assert "put right by somebody else" in stale.text


def test_a_risk_that_was_a_slip_of_the_pen_closes_no_alert(app: Flask, session: Session) -> None:
    """CLIN-03: a lesser answer is noted beside the alert; a new risk by correction makes its own."""
    instrument = next(one for one in default_library() if one.risk_rules)
    risk = instrument.risk_rules[0]
    lesser = next(value for value in instrument.item(risk.item).options if value not in risk.values)
    person = world(session, instrument.id)
    desk = desk_for(app, session, person)
    blank = typed(instrument.id, "blank")
    box = f"answer-{risk.item}"
    sent(desk, person, address_of(person, "paper", instrument.id), **(blank | {box: str(lesser)}))
    kept = session.scalars(sa.select(Response)).one()
    assert session.scalar(sa.select(sa.func.count(WorkItem.id))) == 0
    for value in (risk.values[0], lesser):
        address = f"/staff/patients/{person.id}/answers/{kept.id}/correct"
        fields = blank | {box: str(value), "patient_id": str(person.id), "reason": "Misread"}
        desk.post(address, data=form_of(desk.get(address).text, **fields))
        kept = session.scalars(sa.select(Response).where(Response.corrects_id == kept.id)).one()
    assert session.scalar(sa.select(sa.func.count(WorkItem.id))) == 1
    assert session.scalar(sa.select(sa.func.count(AlertAnswer.id))) == 2


def test_a_done_pack_ends_its_texts_whichever_way_the_answers_came(app: Flask, session: Session) -> None:
    """SMS-06: nobody is reminded of what they sent by post."""
    person = world(session)
    pack = session.scalars(sa.select(Pack)).one()
    enqueue(
        key=f"{pack.id}:nudge",
        service_id=person.service_id,
        patient_id=person.id,
        about=pack.id,
        template="q-invite",
        words={"mins": "6"},
        link_id=make_token(pack)[0].id,
        to_number=person.mobile,
        due_at=NOW,
        useful_until=NOW + timedelta(days=1),
        now=NOW,
    )
    session.commit()
    desk = desk_for(app, session, person)
    sent(desk, person, address_of(person), **typed())
    assert session.scalars(sa.select(OutboxMessage.state)).one() == MessageState.WITHDRAWN
    assert "No questionnaire is open" in desk.get(f"/staff/patients/{person.id}/answers").text
