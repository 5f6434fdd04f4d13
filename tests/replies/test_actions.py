"""From a text in the queue to a visit kept, changed or cancelled, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
import structlog
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.appointments import actions as visits
from patientapp.appointments import free_actions, queries
from patientapp.appointments.rules import Visit, VisitState
from patientapp.audit.models import AuditEntry
from patientapp.links.models import Link
from patientapp.links.rules import LinkPurpose
from patientapp.messaging.actions import enqueue
from patientapp.messaging.inbound import receive, system_unread
from patientapp.messaging.models import InboundText, OutboxMessage
from patientapp.messaging.rules import MessageState
from patientapp.patients.models import Patient
from patientapp.replies import actions
from patientapp.replies.actions import act_on_all
from patientapp.replies.models import Reply
from patientapp.replies.rules import Outcome
from patientapp.services.models import Service
from patientapp.worklist.models import WorkItem
from patientapp.worklist.rules import ItemKind
from tests.appointments.world import IN_TEN_DAYS, details, make_slot, make_visit, patient_of
from tests.desk import desk_of
from tests.factories import LINK_KEY, NOW, make_episode, make_patient, make_service, staff_viewer

pytestmark = pytest.mark.usefixtures("now")
NUMBER = "+447700900123"


@dataclass
class World:
    """A person with a visit who was texted about it an hour ago."""

    session: Session
    person: Patient
    visit: Visit
    at: datetime = NOW

    def told(self, template: str = "appt-7d", *, visit: Visit | None = None, ago: float = 1.0) -> None:
        """A text about a visit that was sent so many hours ago."""
        about = visit or self.visit
        words = {"day": "2026-10-02", "time": "10:30", "place": "Hub"}
        needs = {"appt-7d": words, "ack-3": {"day": "2026-10-02", "time": "10:30"}}
        key = f"{about.id}:{template}:{uuid4()}"
        sent_at = self.at - timedelta(hours=ago)
        enqueue(
            key=key,
            service_id=self.person.service_id,
            patient_id=about.patient_id,
            about=about.id,
            template=template,
            words=needs[template],
            to_number=NUMBER,
            due_at=sent_at,
            useful_until=sent_at + timedelta(days=1),
            now=sent_at,
        )
        self.session.execute(
            sa.update(OutboxMessage)
            .where(OutboxMessage.key == key)
            .values(state=MessageState.ACCEPTED, sent_at=sent_at)
        )

    def hear(self, text: str, *, number: str = NUMBER, opt_out: str = "") -> str:
        """Somebody texts us; the code of what came of it."""
        carrier_id = f"SM{uuid4().hex}"
        receive(
            carrier_id=carrier_id,
            from_number=number,
            to_number="+447700900999",
            body=text,
            opt_out=opt_out,
            now=self.at,
        )
        self.session.commit()
        act_on_all(now=self.at, link_key=LINK_KEY)
        self.session.expire_all()
        return self.session.scalars(
            sa.select(InboundText.outcome).where(InboundText.carrier_id == carrier_id)
        ).one()

    def state(self) -> VisitState:
        return queries.visit(patient_of(self.person), self.visit.id).state

    def texts(self) -> list[str]:
        """What is waiting to be sent."""
        due = sa.select(OutboxMessage.template).where(OutboxMessage.state == MessageState.DUE)
        return sorted(self.session.scalars(due.where(OutboxMessage.patient_id.is_not(None))))

    def items(self) -> list[str]:
        return sorted(self.session.scalars(sa.select(WorkItem.reason)))


@pytest.fixture
def world(session: Session) -> World:
    person = make_patient(session, make_service(session), mobile=NUMBER)
    made = World(session, person, make_visit(session, person))
    made.told()
    return made


SAID = [
    ("1", VisitState.CONFIRMED, ["ack-1"], [], Outcome.KEPT),
    ("Yes.", VisitState.CONFIRMED, ["ack-1"], [], Outcome.KEPT),
    ("٢", VisitState.BOOKED, ["ack-2"], ["visit_change_wanted"], Outcome.CHANGE_WANTED),
    ("3", VisitState.CANCELLED_BY_PATIENT, ["ack-3"], ["visit_cancelled"], Outcome.CANCELLED),
    ("no", VisitState.CANCELLED_BY_PATIENT, ["ack-3"], ["visit_cancelled"], Outcome.CANCELLED),
    ("9", VisitState.BOOKED, ["unclear"], [], Outcome.ASKED_AGAIN),
    (
        "can my daughter come with me please",
        VisitState.BOOKED,
        ["unclear"],
        ["reply_unclear"],
        Outcome.ASKED_AGAIN,
    ),
]


@pytest.mark.parametrize(("text", "state", "texts", "items", "outcome"), SAID, ids=[s[0] for s in SAID])
def test_sms_12_each_act_is_confirmed_by_text(
    world: World, text: str, state: VisitState, texts: list[str], items: list[str], outcome: Outcome
) -> None:
    assert world.hear(text) == outcome
    assert (world.state(), world.texts(), world.items()) == (state, texts, items)
    kept = world.session.query(Reply).one()
    assert (kept.words, kept.patient_id, kept.outcome) == (text, world.person.id, outcome)


def test_sms_12_the_history_says_a_text_did_it_and_not_the_person(world: World) -> None:
    world.hear("1")
    steps = queries.history(patient_of(world.person), world.visit.id)
    assert steps[-1].by.startswith("text:")
    actors = world.session.scalars(
        sa.select(AuditEntry.actor).where(AuditEntry.action == "visit confirmed")
    )
    assert all(actor.startswith("text:") for actor in actors)


def test_sms_12_once_per_carrier_id(world: World) -> None:
    for _ in range(20):
        receive(
            carrier_id="SM" + "0" * 32,
            from_number=NUMBER,
            to_number="+447700900999",
            body="3",
            now=NOW,
        )
    world.session.commit()
    assert act_on_all(now=NOW, link_key=LINK_KEY) == 1
    assert act_on_all(now=NOW, link_key=LINK_KEY) == 0
    assert len(queries.history(patient_of(world.person), world.visit.id)) == 2


def test_sms_12_unclear_is_said_once_then_a_person_reads_it(world: World) -> None:
    assert world.hear("9") == Outcome.ASKED_AGAIN
    assert world.hear("what") == Outcome.FOR_STAFF
    assert world.texts() == ["unclear"]
    assert world.items() == ["reply_unclear"]


def test_sms_12_a_repeated_reply_is_answered_once(world: World) -> None:
    assert [world.hear("1") for _ in range(3)] == [Outcome.KEPT, Outcome.ALREADY, Outcome.ALREADY]
    assert world.texts() == ["ack-1"]


def test_rel_09_cancelled_by_mistake_1_puts_it_back(world: World) -> None:
    world.session.execute(sa.update(OutboxMessage).values(sent_at=NOW - timedelta(hours=30)))
    world.hear("3")
    world.told("ack-3", ago=0)
    world.at = NOW + timedelta(minutes=90)
    assert world.hear("1") == Outcome.UNDONE
    assert world.state() is VisitState.BOOKED
    assert "appt-booked" in world.texts()
    assert "ack-3" not in world.texts()  # withdrawn with the cancel it spoke of
    assert world.items() == ["visit_cancelled", "visit_kept_after_all"]


def test_rel_09_after_two_hours_1_is_for_staff(world: World) -> None:
    world.hear("3")
    world.told("ack-3", ago=0)
    world.at = NOW + timedelta(hours=2, seconds=1)
    assert world.hear("1") == Outcome.FOR_STAFF
    assert world.state() is VisitState.CANCELLED_BY_PATIENT
    assert world.items() == ["reply_unclear", "visit_cancelled"]


def test_rel_09_a_time_that_another_has_by_now_is_not_given_twice(world: World) -> None:
    service_id = world.person.service_id
    service = world.session.get_one(Service, service_id)
    slot = make_slot(world.session, service, starts_at=NOW + timedelta(days=6))
    me = patient_of(world.person)
    free_actions.move_to_slot(me, world.visit.id, slot.id, now=NOW)
    visits.cancel(me, world.visit.id, now=NOW)
    late = NOW + timedelta(hours=3)
    other = make_patient(world.session, service)
    theirs = make_visit(world.session, other)
    free_actions.move_to_slot(patient_of(other), theirs.id, slot.id, now=late)
    world.at = late + timedelta(minutes=5)
    world.told("ack-3", ago=0.05)
    assert world.hear("1") == Outcome.FOR_STAFF
    assert world.state() is VisitState.CANCELLED_BY_PATIENT


def test_sms_12_a_reply_to_an_old_time_is_asked_again_about_the_new_one(world: World) -> None:
    desk = staff_viewer(world.session.get_one(Service, world.person.service_id))
    later = details(starts_at=IN_TEN_DAYS + timedelta(days=4))
    visits.move(desk, world.visit.id, later, now=NOW - timedelta(minutes=5))
    assert world.hear("3") == Outcome.ASKED_AGAIN
    assert world.state() is VisitState.MOVED
    text = world.session.query(OutboxMessage).filter_by(template="unclear").one()
    assert text.words["day"] == "2026-10-06"


def test_sms_12_two_people_on_one_number_make_a_task_each_and_nothing_else(world: World) -> None:
    service = world.session.get_one(Service, world.person.service_id)
    other = make_patient(world.session, service, mobile=NUMBER)
    assert world.hear("3") == Outcome.SHARED
    assert world.state() is VisitState.BOOKED
    assert world.texts() == []
    tasks = world.session.query(WorkItem).all()
    assert {item.patient_id for item in tasks} == {world.person.id, other.id}
    assert {item.reason for item in tasks} == {"reply_shared_number"}


def test_sms_12_no_open_text_makes_a_task(session: Session) -> None:
    person = make_patient(session, make_service(session), mobile=NUMBER)
    world = World(session, person, make_visit(session, person))
    assert world.hear("1") == Outcome.FOR_STAFF
    assert world.state() is VisitState.BOOKED
    assert world.items() == ["reply_unclear"]
    assert world.texts() == ["unclear-none"]
    world.hear("1")
    assert world.texts() == ["unclear-none"]  # once a day


@pytest.mark.parametrize("state", [MessageState.DUE, MessageState.REFUSED, MessageState.WITHDRAWN])
def test_sms_12_a_text_that_never_arrived_is_not_open(world: World, state: MessageState) -> None:
    world.session.execute(sa.update(OutboxMessage).values(state=state))
    assert world.hear("3") == Outcome.FOR_STAFF
    assert world.state() is VisitState.BOOKED


def test_sms_12_the_newest_text_is_the_open_one(world: World) -> None:
    second = make_visit(
        world.session,
        world.person,
        episode=make_episode(world.session, world.person),
        starts_at=IN_TEN_DAYS + timedelta(days=7),
    )
    world.told(visit=second, ago=0.5)
    assert world.hear("3") == Outcome.CANCELLED
    assert world.state() is VisitState.BOOKED
    assert queries.visit(patient_of(world.person), second.id).state is VisitState.CANCELLED_BY_PATIENT


@pytest.mark.parametrize("word", ["STOP", "cancel", "Please stop"])
def test_sms_12_stop_ends_texts_keeps_the_visit_and_calls(world: World, word: str) -> None:
    enqueue(
        key="waiting",
        service_id=world.person.service_id,
        patient_id=world.person.id,
        about=world.visit.id,
        template="appt-2d",
        words={"day": "2026-10-02", "time": "10:30"},
        to_number=NUMBER,
        due_at=NOW + timedelta(days=1),
        useful_until=NOW + timedelta(days=2),
        now=NOW,
    )
    assert world.hear(word) == Outcome.STOPPED
    assert not world.session.get_one(Patient, world.person.id).texts_ok
    assert (world.state(), world.texts()) == (VisitState.BOOKED, [])
    assert world.items() == ["texts_stopped"]
    assert world.hear("START") == Outcome.STARTED
    assert world.session.get_one(Patient, world.person.id).texts_ok


def test_sms_12_stop_is_the_person_s_and_start_on_a_shared_number_is_asked_about(world: World) -> None:
    service = world.session.get_one(Service, world.person.service_id)
    other = make_patient(world.session, service, mobile=NUMBER)
    bystander = make_patient(world.session, service)
    assert world.hear("stop") == Outcome.SHARED
    ok = {one.id: one.texts_ok for one in world.session.query(Patient).filter_by(service_id=service.id)}
    assert ok == {world.person.id: False, other.id: False, bystander.id: True}
    world.hear("start")
    ok = {one.id: one.texts_ok for one in world.session.query(Patient).filter_by(service_id=service.id)}
    assert ok == {world.person.id: False, other.id: False, bystander.id: True}
    assert set(world.items()) == {"texts_stopped_shared", "texts_wanted_shared"}


def test_sms_07_at_the_ceiling_the_act_is_done_and_somebody_calls(world: World) -> None:
    world.told(ago=0.5)  # the second of today
    assert world.hear("3") == Outcome.CANCELLED
    assert world.state() is VisitState.CANCELLED_BY_PATIENT
    assert world.texts() == []
    assert world.items() == ["reply_not_answered", "visit_cancelled"]


def test_clin_11_who_cannot_be_texted_is_called(world: World) -> None:
    world.session.execute(
        sa.update(Patient).where(Patient.id == world.person.id).values(needs=["no_texts"])
    )
    assert world.hear("1") == Outcome.KEPT
    assert (world.texts(), world.items()) == ([], ["reply_not_answered"])


def test_clin_03_p6_risk_words_raise_an_alert_and_tell_duty(world: World) -> None:
    assert world.hear("3. I want to die anyway") == Outcome.FOR_STAFF
    assert world.state() is VisitState.BOOKED
    alert = world.session.query(WorkItem).filter_by(kind=ItemKind.ALERT).one()
    assert (alert.reason, alert.patient_id) == ("risk_words", world.person.id)
    duty = world.session.query(OutboxMessage).filter_by(template="duty-alert").one()
    assert duty.due_at == NOW
    assert "unclear" not in world.texts()  # nobody is told to send 1, 2 or 3 now


def test_d32_words_of_abuse_in_a_text_raise_an_alert_too(world: World) -> None:
    world.hear("my husband hits me")
    alert = world.session.query(WorkItem).filter_by(kind=ItemKind.ALERT).one()
    assert (alert.reason, alert.patient_id) == ("abuse_in_words", world.person.id)


def test_clin_03_risk_on_a_shared_number_alerts_for_each(world: World) -> None:
    service = world.session.get_one(Service, world.person.service_id)
    make_patient(world.session, service, mobile=NUMBER)
    world.hear("I am going to end my life")
    assert world.items().count("risk_words") == 2


def test_clin_03_a_number_that_was_theirs_is_still_heard(world: World) -> None:
    world.session.execute(
        sa.update(Patient).where(Patient.id == world.person.id).values(mobile="+447700900555")
    )
    assert world.hear("I want to kill myself") == Outcome.FOR_STAFF
    assert world.items() == ["reply_old_number", "risk_words"]
    assert world.hear("3") == Outcome.FOR_STAFF
    assert world.state() is VisitState.BOOKED


def test_a_text_from_nobody_is_kept_and_shown_and_does_nothing(app: Flask, world: World) -> None:
    assert world.hear("3", number="+15005550006") == "nobody"
    assert world.hear("who are you", number="SomeShop") == "nobody"
    assert (world.state(), world.items()) == (VisitState.BOOKED, [])
    assert world.session.query(Reply).count() == 0
    service = world.session.get_one(Service, world.person.service_id)
    page = desk_of(app, world.session, service).get("/staff/replies").text
    many = world.session.query(Service).count() > 1
    assert ("who are you" in page) is not many
    make_service(world.session)
    page = desk_of(app, world.session, service).get("/staff/replies").text
    assert "who are you" not in page
    assert "More than one service" in page


def test_of_somebody_who_died_nothing_is_done_and_staff_read_it(world: World) -> None:
    world.session.execute(
        sa.update(Patient).where(Patient.id == world.person.id).values(died_on=NOW.date())
    )
    assert world.hear("1") == Outcome.FOR_STAFF
    assert world.state() is VisitState.BOOKED
    assert world.texts() == []


def test_link_05_the_change_text_carries_a_link_to_this_visit(world: World) -> None:
    world.hear("2")
    text = world.session.query(OutboxMessage).filter_by(template="ack-2").one()
    link = world.session.get_one(Link, text.link_id)
    assert (link.purpose, link.pack_id, link.patient_id) == (
        LinkPurpose.VISIT,
        world.visit.id,
        world.person.id,
    )
    world.hear("2")
    assert world.session.query(Link).filter_by(purpose=LinkPurpose.VISIT).count() == 1
    assert world.items() == ["visit_change_wanted"]


def test_sms_05_an_answer_at_night_is_sent_in_the_morning(world: World) -> None:
    world.at = NOW.replace(hour=22)
    world.hear("1")
    text = world.session.query(OutboxMessage).filter_by(template="ack-1").one()
    assert text.due_at.isoformat() == "2026-09-23T09:00:00+00:00"


def test_p1_a_failure_keeps_the_text_and_does_not_hold_up_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., str] = actions.act_on

    def breaks(heard: actions.Heard, **facts: object) -> str:
        if heard.body == "poison":
            raise RuntimeError("no")
        return real(heard, **facts)

    monkeypatch.setattr(actions, "act_on", breaks)
    for body in ("poison", "poison", "1"):
        receive(
            carrier_id=f"SM{uuid4().hex}",
            from_number=NUMBER,
            to_number="+447700900999",
            body=body,
            now=NOW,
        )
    world.session.commit()
    assert act_on_all(now=NOW, link_key=LINK_KEY) == 1
    assert world.state() is VisitState.CONFIRMED
    assert [one.body for one in system_unread()] == ["poison", "poison"]
    monkeypatch.setattr(actions, "act_on", real)
    assert act_on_all(now=NOW, link_key=LINK_KEY) == 2


def test_ops_01_words_and_numbers_reach_no_log(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(heard: actions.Heard, **facts: object) -> str:
        raise RuntimeError(heard.body)

    with structlog.testing.capture_logs() as logs:
        world.hear("I want to die", number="+447700900888")
        monkeypatch.setattr(actions, "act_on", breaks)
        world.hear("a secret of mine")
    assert len(logs) == 2
    said = str(logs)
    assert "die" not in said.replace("died", "")
    assert "secret" not in said
    assert "77009" not in said


def test_sec_03_staff_of_another_service_read_nothing(app: Flask, world: World) -> None:
    world.hear("my secret words")
    address = f"/staff/patients/{world.person.id}/replies"
    service = world.session.get_one(Service, world.person.service_id)
    page = desk_of(app, world.session, service).get(address)
    assert "my secret words" in page.text
    assert desk_of(app, world.session, service, Role.SERVICE_ADMIN).get(address).status_code == 403
    assert desk_of(app, world.session, service, Role.COMMISSIONER).get(address).status_code == 403
    stranger = desk_of(app, world.session, make_service(world.session)).get(address)
    assert stranger.status_code == 404
    assert "secret" not in stranger.text
    assert app.test_client().get(address).headers["Location"] == "/staff/sign-in"


def test_io_02_words_as_sent_are_shown_as_words(app: Flask, world: World) -> None:
    world.hear("<script>alert(1)</script> =cmd|' /C calc'!A0")
    service = world.session.get_one(Service, world.person.service_id)
    page = desk_of(app, world.session, service).get(f"/staff/patients/{world.person.id}/replies").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_clin_03_b44_a_text_in_another_language_goes_to_staff(world: World) -> None:
    """CLIN-03: the list of phrases is English, so two short words in Polish are read by a person."""
    assert world.hear("chcę umrzeć") == Outcome.ASKED_AGAIN
    assert world.items() == ["reply_unclear"]
