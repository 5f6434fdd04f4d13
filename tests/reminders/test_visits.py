"""Visits through the tables: planned, moved, called off, and consent looked at again at the claim."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from patientapp.appointments.actions import attend, cancel, move
from patientapp.appointments.rules import Visit, VisitMode
from patientapp.db import transaction
from patientapp.links.models import Link
from patientapp.links.rules import LinkPurpose
from patientapp.messaging.models import MessageEvent, OutboxMessage
from patientapp.messaging.rules import MessageState, Why
from patientapp.patients.contact_rules import PauseReason
from patientapp.patients.looks import look_by
from patientapp.patients.models import Patient
from patientapp.reminders import actions, trials
from patientapp.reminders.actions import plan
from patientapp.services.models import Service
from patientapp.workdays import london_day
from tests.appointments.world import details, make_visit
from tests.factories import LINK_KEY, make_pack, make_patient, make_service, staff_viewer
from tests.messaging.fakes import FakeClock, FakeGateway
from tests.messaging.world import dispatcher

DAY = timedelta(days=1)


def plan_at(moment: datetime) -> int:
    return plan(now=moment, link_key=LINK_KEY, public_url="https://pain.example")


def texts(session: Session) -> list[OutboxMessage]:
    asked = sa.select(OutboxMessage).order_by(OutboxMessage.created_at, OutboxMessage.key)
    return list(session.scalars(asked.execution_options(populate_existing=True)))


@pytest.fixture
def patient(session: Session) -> Patient:
    made = make_patient(session, make_service(session))
    session.commit()
    return made


def booked(session: Session, patient: Patient, now: datetime, **over: Any) -> Visit:
    made = make_visit(session, patient, now=now, **over)
    session.commit()
    return made


def test_a_booking_is_told_at_once_with_its_words(
    session: Session, patient: Patient, now: datetime
) -> None:
    visit = booked(session, patient, now)
    assert plan_at(now) == 1
    assert plan_at(now + DAY) == 0
    [text] = texts(session)
    assert (text.key, text.about, text.template) == (f"{visit.id}:1:booked", visit.id, "appt-booked")
    assert text.words == {"day": "2026-10-02", "time": "10:30", "place": "Moorside Hub"}
    assert text.link_id is None


def test_a_video_visit_has_a_link_for_this_visit_only(
    session: Session, patient: Patient, now: datetime
) -> None:
    visit = booked(session, patient, now - 5 * DAY, mode=VisitMode.VIDEO, place="")
    soon = visit.starts_at - timedelta(hours=2)
    assert plan_at(soon) == 1
    [text] = texts(session)
    assert text.template == "appt-video"
    link = session.get_one(Link, text.link_id)
    assert (link.purpose, link.pack_id, link.patient_id) == (LinkPurpose.VISIT, visit.id, patient.id)


def test_sms_06_a_visit_that_moves_withdraws_what_was_said_and_is_told_anew(
    session: Session, patient: Patient, now: datetime
) -> None:
    visit = booked(session, patient, now)
    plan_at(now)
    staff = staff_viewer(session.get_one(Service, patient.service_id))
    with transaction():
        move(staff, visit.id, details(starts_at=visit.starts_at + 7 * DAY), now=now)
    assert plan_at(now) == 1
    old, new = texts(session)
    assert {old.state, new.state} == {MessageState.WITHDRAWN, MessageState.DUE}
    assert f"{visit.id}:2:booked" in {old.key, new.key}


def test_sms_06_a_cancelled_visit_is_silent(session: Session, patient: Patient, now: datetime) -> None:
    visit = booked(session, patient, now)
    plan_at(now)
    staff = staff_viewer(session.get_one(Service, patient.service_id))
    with transaction():
        cancel(staff, visit.id, now=now)
    assert [plan_at(now + n * DAY) for n in range(10)] == [0] * 10
    assert [text.state for text in texts(session)] == [MessageState.WITHDRAWN]


def test_ops_07_feedback_is_asked_once_by_the_public_page(
    session: Session, patient: Patient, now: datetime
) -> None:
    visit = booked(session, patient, now - 20 * DAY, starts_at=now - timedelta(hours=2))
    staff = staff_viewer(session.get_one(Service, patient.service_id))
    with transaction():
        attend(staff, visit.id, now=now)
    assert plan_at(now) == 0
    tomorrow = datetime.fromisoformat("2026-09-23T16:30:00+00:00")
    assert plan_at(tomorrow - timedelta(minutes=1)) == 0
    assert plan_at(tomorrow) == 1
    assert [plan_at(tomorrow + n * DAY) for n in range(1, 6)] == [0] * 5
    [text] = texts(session)
    slug = session.get_one(Service, patient.service_id).slug
    assert (text.template, text.link_id) == ("fft", None)
    assert text.words == {"page": f"https://pain.example/feedback/{slug}"}


def test_one_stream_over_questionnaires_and_visits(
    session: Session, patient: Patient, now: datetime
) -> None:
    booked(session, patient, now)
    make_pack(session, patient)
    session.commit()
    assert plan_at(now) == 1
    assert [text.template for text in texts(session)] == ["appt-booked"]
    assert plan_at(now + timedelta(hours=4)) == 0, "the questions wait for another day"


CLAIMS = [
    ("no to visits", {"visit_texts_ok": False}, MessageState.WITHDRAWN, Why.NOT_WISHED),
    ("no to questionnaires", {"questionnaire_texts_ok": False}, MessageState.DELIVERED, ""),
    ("no to feedback", {"feedback_texts_ok": False}, MessageState.DELIVERED, ""),
    (
        "bereaved: a visit is still told of",
        {"paused_until": date(2026, 10, 30), "pause_reason": PauseReason.BEREAVEMENT},
        MessageState.DELIVERED,
        "",
    ),
    ("braille", {"needs": ["braille"]}, MessageState.WITHDRAWN, Why.NO_TEXTS),
]


class Delivering(FakeGateway):
    """Says at once that the text is there."""

    def send(self, to: str, body: str, *, attempt_key: str) -> Any:
        from dataclasses import replace

        return replace(super().send(to, body, attempt_key=attempt_key), delivered=True)


@pytest.mark.parametrize(
    ("over", "state", "why"), [case[1:] for case in CLAIMS], ids=[case[0] for case in CLAIMS]
)
def test_sms_06_consent_is_looked_at_again_at_the_claim(
    session: Session,
    patient: Patient,
    now: datetime,
    over: dict[str, Any],
    state: MessageState,
    why: str,
) -> None:
    booked(session, patient, now)
    plan_at(now)
    for name, value in over.items():
        setattr(patient, name, value)
    session.commit()
    dispatcher(Delivering(), FakeClock(now)).run()
    [text] = texts(session)
    assert text.state is state
    last = sa.select(MessageEvent.reason).where(MessageEvent.message_id == text.id)
    assert session.scalars(last.order_by(MessageEvent.seq.desc())).first() == why


@pytest.mark.parametrize(
    ("pause", "sent"),
    [(date(2026, 9, 23), 0), (date(2026, 9, 22), 1), (None, 1)],
    ids=["paused until tomorrow", "paused until today", "not paused"],
)
def test_sms_06_a_pause_silences_questions_at_the_claim(
    session: Session, patient: Patient, now: datetime, pause: date | None, sent: int
) -> None:
    make_pack(session, patient)
    session.commit()
    assert plan_at(now) == 1
    patient.paused_until = pause
    patient.pause_reason = PauseReason.COMPLAINT if pause else None
    session.commit()
    gateway = Delivering()
    dispatcher(gateway, FakeClock(now)).run()
    assert gateway.calls == sent


TRIAL = {
    "id": "words",
    "question": "Which?",
    "template": "appt-2d",
    "starts": date(2026, 9, 1),
    "ends": date(2026, 12, 31),
    "approved_by": "Robin Staff, clinical lead",
    "approved_on": date(2026, 8, 1),
    "arms": [
        {"name": "another", "template": "appt-2d"},
        {"name": "plain", "template": "appt-2d-plain"},
    ],
}


def test_the_words_compared_are_allocated_before_the_fact_and_kept_on_the_text(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = trials.read({"trials": [TRIAL]})
    monkeypatch.setattr(actions, "trials", lambda: running)
    service = make_service(session)
    people = [make_patient(session, service) for _each in range(12)]
    for person in people:
        booked(session, person, now - 5 * DAY, starts_at=now + 2 * DAY)
        look_by(person.id, now)
    session.commit()
    assert plan_at(now) == 12
    found = {text.patient_id: (text.template, text.arm) for text in texts(session)}
    for person in people:
        arm = running[0].arm_of(person.id, key=LINK_KEY)
        assert found[person.id] == (arm.template, f"words:{arm.name}")
    assert len(set(found.values())) == 2


def test_k29_a_visit_past_the_trial_s_end_is_in_no_arm_though_its_text_leaves_before(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K29: allocation and results go by the day of the visit, so that both count the same visits."""
    running = trials.read({"trials": [TRIAL | {"ends": london_day(now)}]})
    monkeypatch.setattr(actions, "trials", lambda: running)
    person = make_patient(session, make_service(session))
    booked(session, person, now - 5 * DAY, starts_at=now + 2 * DAY)
    look_by(person.id, now)
    session.commit()
    assert plan_at(now) == 1
    assert [(text.template, text.arm) for text in texts(session)] == [("appt-2d", "")]
