"""Sending, step by step, with everything that can go wrong at each."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from patientapp.db import db, transaction
from patientapp.messaging.actions import withdraw
from patientapp.messaging.claims import claim
from patientapp.messaging.gateway import NotHandedOver, OutcomeUnknown, Refused
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.moves import move
from patientapp.messaging.outcomes import record_outcomes
from patientapp.messaging.rules import CLAIM, CLOCK_SLACK, MessageState, Trouble, Why
from patientapp.patients.models import Patient
from tests.factories import make_pack, make_patient, make_service
from tests.messaging.fakes import FakeClock, FakeGateway
from tests.messaging.world import (
    dispatcher,
    history,
    queue_duty,
    queue_text,
    send_one,
    somebody,
    text,
)

S = MessageState


@pytest.fixture
def clock(now: datetime) -> FakeClock:
    return FakeClock(now)


def test_sms_01_a_text_goes_through_its_states_once(session: Session, clock: FakeClock) -> None:
    patient = somebody(session)
    key = queue_text(session, patient, now=clock.now())
    carrier = FakeGateway()
    assert dispatcher(carrier, clock).run() == 1
    assert dispatcher(carrier, clock).run() == 0
    assert history(session, key) == [("due", 0), ("claimed", 1), ("sending", 1), ("accepted", 1)]
    row = text(session, key)
    assert row.carrier_id == f"fake-{row.id}-1"
    assert row.sent_at == clock.now()
    assert row.claimed_until is None
    [taken] = carrier.ledger.values()
    assert taken.to == patient.mobile
    assert taken.body.startswith("Moorside Pain: a few questions before your visit, about 6 minutes")
    assert "https://pain.example/q/" in taken.body


def test_link_02_the_words_and_the_address_are_not_stored(session: Session, clock: FakeClock) -> None:
    key = queue_text(session, somebody(session), now=clock.now())
    carrier = FakeGateway()
    dispatcher(carrier, clock).run()
    [body] = carrier.bodies
    row = text(session, key)
    stored = " ".join(str(value) for value in vars(row).values())
    assert "pain.example" not in stored
    assert body not in stored


def test_sms_02_sending_is_committed_and_nothing_is_held_during_the_call(
    session: Session, clock: FakeClock
) -> None:
    key = queue_text(session, somebody(session), now=clock.now())
    seen: list[Any] = []

    def look(attempt_key: str) -> None:
        with transaction():  # would deadlock or join if the dispatcher still held one
            seen.append(text(session, key).state)

    dispatcher(FakeGateway(after=look), clock).run()
    assert seen == [S.SENDING]


def test_sms_03_not_handed_over_is_tried_again_later(session: Session, clock: FakeClock) -> None:
    key = queue_text(session, somebody(session), now=clock.now())
    carrier = FakeGateway([NotHandedOver()])
    assert dispatcher(carrier, clock).run() == 0
    row = text(session, key)
    assert (row.state, row.sent_at) == (S.DUE, None)
    assert clock.now() < row.due_at <= clock.now() + timedelta(seconds=30)
    clock.wait(seconds=30)
    assert dispatcher(carrier, clock).run() == 1
    assert [taken.attempt_key for taken in carrier.ledger.values()] == [f"{row.id}-2"]


def test_sms_03_a_carrier_that_is_down_is_asked_once_a_run(session: Session, clock: FakeClock) -> None:
    service = make_service(session)
    keys = [queue_text(session, make_patient(session, service), now=clock.now()) for _each in range(5)]
    carrier = FakeGateway([NotHandedOver()])
    assert dispatcher(carrier, clock).run() == 0
    assert carrier.calls == 1
    assert {text(session, key).state for key in keys} == {S.DUE}
    assert dispatcher(carrier, clock).run() == 0
    assert carrier.calls == 1, "all leave it alone for a while"
    clock.wait(seconds=5)
    assert dispatcher(carrier, clock).run() == 4


def test_sms_03_a_listed_refusal_is_tried_again_when_the_carrier_says(
    session: Session, clock: FakeClock
) -> None:
    key = queue_text(session, somebody(session), now=clock.now())
    later = Refused(reason="429", permanent=False, retry_after=timedelta(minutes=10))
    dispatcher(FakeGateway([later]), clock).run()
    assert text(session, key).state is S.DUE
    assert text(session, key).due_at == clock.now() + timedelta(minutes=10)


ENDS = [
    ("refused for good", Refused(reason="21610", permanent=True), S.REFUSED, "21610"),
    ("no answer", OutcomeUnknown(), S.UNKNOWN, Why.NO_ANSWER),
    ("an error we did not foresee", RuntimeError("boom"), S.UNKNOWN, Why.NO_ANSWER),
]


@pytest.mark.parametrize(("fault", "state", "why"), [c[1:] for c in ENDS], ids=[c[0] for c in ENDS])
def test_clin_12_sms_04_what_went_wrong_is_final_and_told_to_staff(
    session: Session, clock: FakeClock, fault: Any, state: MessageState, why: str
) -> None:
    patient = somebody(session)
    key = queue_text(session, patient, now=clock.now())
    told: list[Trouble] = []
    carrier = FakeGateway([fault])
    dispatcher(carrier, clock, on_trouble=told.append).run()
    assert text(session, key).state is state
    [trouble] = told
    assert (trouble.patient_id, trouble.state, trouble.reason) == (patient.id, state, why)
    clock.wait(hours=3)
    dispatcher(carrier, clock, on_trouble=told.append).run()
    assert carrier.calls == 1, "never sent again by guess"
    assert len(told) == 1


def test_sms_04_an_answer_lost_after_acceptance_is_unknown_and_not_doubled(
    session: Session, clock: FakeClock
) -> None:
    key = queue_text(session, somebody(session), now=clock.now())
    carrier = FakeGateway(lost_answers=[0])
    for _hour in range(3):
        dispatcher(carrier, clock).run()
        clock.wait(hours=1)
    assert text(session, key).state is S.UNKNOWN
    assert len(carrier.ledger) == 1


class Killed(BaseException):
    """The process is gone: no code of ours runs after it."""


def killed(_attempt_key: str) -> None:
    raise Killed


def test_sms_03_killed_while_sending_is_unknown_when_the_claim_has_run_out(
    session: Session, clock: FakeClock
) -> None:
    key = queue_text(session, somebody(session), now=clock.now())
    carrier = FakeGateway(after=killed)
    with pytest.raises(Killed):
        dispatcher(carrier, clock).run()
    told: list[Trouble] = []
    next_one = dispatcher(carrier, clock, on_trouble=told.append)
    clock.wait(seconds=CLAIM.total_seconds())
    next_one.run()
    assert text(session, key).state is S.SENDING, "clocks may differ: not yet (TIME-04)"
    clock.wait(seconds=CLOCK_SLACK.total_seconds())
    next_one.run()
    assert text(session, key).state is S.UNKNOWN
    assert [trouble.reason for trouble in told] == [Why.CLAIM_RAN_OUT]
    assert carrier.calls == 1


def test_sms_01_killed_with_a_claim_in_hand_the_text_is_due_again(
    session: Session, clock: FakeClock
) -> None:
    key = queue_text(session, somebody(session), now=clock.now())
    with transaction():
        claim(now=clock.now(), batch=10)
    carrier = FakeGateway()
    assert dispatcher(carrier, clock).run() == 0
    clock.at += CLAIM + CLOCK_SLACK
    assert dispatcher(carrier, clock).run() == 1
    assert history(session, key)[-3:] == [("claimed", 2), ("sending", 2), ("accepted", 2)]


def test_sms_01_a_stalled_dispatcher_changes_nothing_when_it_wakes(
    session: Session, clock: FakeClock
) -> None:
    key = queue_text(session, somebody(session), now=clock.now())
    with transaction():
        [mine] = claim(now=clock.now(), batch=10).claimed
    clock.at += CLAIM + CLOCK_SLACK
    carrier = FakeGateway()
    dispatcher(carrier, clock).run()
    late = dispatcher(carrier, clock)
    assert send_one(late, mine, ends=clock.monotonic() + 60) == 0
    assert record_outcomes([(mine, OutcomeUnknown())], now=clock.now()) == []
    assert text(session, key).state is S.ACCEPTED
    assert carrier.calls == 1


@pytest.mark.parametrize("steals", ["wakes after the call", "wakes before the call"])
def test_sms_02_the_time_left_is_checked_right_before_the_call(
    session: Session, clock: FakeClock, steals: str
) -> None:
    key = queue_text(session, somebody(session), now=clock.now())
    carrier = FakeGateway()
    post = dispatcher(carrier, clock)
    with transaction():
        [mine] = claim(now=clock.now(), batch=10).claimed
    left = 14 if steals == "wakes before the call" else 15
    assert send_one(post, mine, ends=clock.monotonic() + left) == (left == 15)
    assert carrier.calls == (0 if left == 14 else 1)
    assert text(session, key).state is (S.DUE if left == 14 else S.ACCEPTED)


def test_sms_06_a_cause_that_ended_is_silent(session: Session, clock: FakeClock) -> None:
    patient = somebody(session)
    pack = make_pack(session, patient)
    keys = [queue_text(session, patient, now=clock.now(), about=pack.id) for _each in range(2)]
    with transaction():
        assert withdraw(about=pack.id, now=clock.now()) == 2
        assert withdraw(about=pack.id, now=clock.now()) == 0
    carrier = FakeGateway()
    dispatcher(carrier, clock).run()
    assert carrier.calls == 0
    assert {text(session, key).state for key in keys} == {S.WITHDRAWN}


def test_sms_06_a_cause_that_ends_between_claim_and_call_is_silent(
    session: Session, clock: FakeClock
) -> None:
    patient = somebody(session)
    pack = make_pack(session, patient)
    key = queue_text(session, patient, now=clock.now(), about=pack.id)
    with transaction():
        [mine] = claim(now=clock.now(), batch=10).claimed
    with transaction():
        withdraw(about=pack.id, now=clock.now())
    carrier = FakeGateway()
    assert send_one(dispatcher(carrier, clock), mine, ends=clock.monotonic() + 60) == 0
    assert carrier.calls == 0
    assert text(session, key).state is S.WITHDRAWN


CHANGES = [
    ("died", {"died_on": date(2026, 9, 21)}, Why.DIED, 0),
    ("opted out", {"texts_ok": False}, Why.NO_TEXTS, 1),
    ("cannot use texts", {"needs": ["no_texts"]}, Why.NO_TEXTS, 1),
    ("new number", {"mobile": "+447700900777"}, Why.NUMBER_CHANGED, 1),
]


@pytest.mark.parametrize(
    ("change", "why", "tasks"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES]
)
def test_sms_06_the_person_is_looked_at_again_at_the_claim(
    session: Session, clock: FakeClock, change: dict[str, Any], why: Why, tasks: int
) -> None:
    patient = somebody(session)
    key = queue_text(session, patient, now=clock.now())
    session.execute(sa.update(Patient).where(Patient.id == patient.id).values(**change))
    session.commit()
    told: list[Trouble] = []
    carrier = FakeGateway()
    dispatcher(carrier, clock, on_trouble=told.append).run()
    assert carrier.calls == 0
    assert text(session, key).state is S.WITHDRAWN
    assert [trouble.reason for trouble in told] == [why] * tasks


def test_sms_06_a_death_recorded_between_claim_and_call_is_seen(
    session: Session, clock: FakeClock
) -> None:
    patient = somebody(session)
    key = queue_text(session, patient, now=clock.now())
    with transaction():
        [mine] = claim(now=clock.now(), batch=10).claimed
    session.execute(sa.update(Patient).values(died_on=date(2026, 9, 22)))
    session.commit()
    carrier = FakeGateway()
    post = dispatcher(carrier, clock)
    assert send_one(post, mine, ends=clock.monotonic() + 60) == 0
    post.run()
    assert carrier.calls == 0
    assert text(session, key).state is S.WITHDRAWN


def test_sms_07_two_texts_a_day_and_four_a_week(session: Session, clock: FakeClock) -> None:
    patient = somebody(session)
    until = clock.now() + timedelta(days=30)
    for _each in range(7):
        queue_text(session, patient, now=clock.now(), useful_until=until)
    sent = []
    for _day in range(9):
        carrier = FakeGateway()
        dispatcher(carrier, clock).run()
        sent.append(carrier.calls)
        clock.wait(days=1)
    assert sent == [2, 2, 0, 0, 0, 0, 0, 2, 1]


def test_sms_07_a_text_that_was_not_handed_over_does_not_count(
    session: Session, clock: FakeClock
) -> None:
    patient = somebody(session)
    for _each in range(2):
        queue_text(session, patient, now=clock.now())
    carrier = FakeGateway([NotHandedOver(), NotHandedOver()])
    for _try in range(2):
        dispatcher(carrier, clock).run()
        clock.wait(minutes=5)
    assert dispatcher(carrier, clock).run() == 2


def test_sms_07_the_ceiling_of_a_service(session: Session, clock: FakeClock) -> None:
    small, other = make_service(session, daily_text_ceiling=3), make_service(session)
    for service in (small, other):
        for _each in range(5):
            queue_text(session, make_patient(session, service), now=clock.now())
    queue_duty(session, small, now=clock.now())
    carrier = FakeGateway()
    assert dispatcher(carrier, clock).run(batch=4) == 3 + 5 + 1
    clock.wait(days=1)
    assert dispatcher(carrier, clock).run() == 2


def test_sms_07_one_key_is_one_text(session: Session, clock: FakeClock) -> None:
    patient = somebody(session)
    key = queue_text(session, patient, now=clock.now(), key="pack:invite")
    with pytest.raises(AssertionError):
        queue_text(session, patient, now=clock.now(), key="pack:invite")
    carrier = FakeGateway()
    dispatcher(carrier, clock).run()
    assert carrier.calls == 1
    assert history(session, key)[0] == ("due", 0)


def test_sms_05_past_its_use_a_text_expires_and_is_counted(session: Session, clock: FakeClock) -> None:
    key = queue_text(session, somebody(session), now=clock.now())
    clock.wait(days=2)
    told: list[Trouble] = []
    carrier = FakeGateway()
    dispatcher(carrier, clock, on_trouble=told.append).run()
    assert carrier.calls == 0
    assert text(session, key).state is S.EXPIRED
    assert [trouble.state for trouble in told] == [S.EXPIRED]


def test_sms_05_nothing_leaves_in_the_night_but_duty_texts(session: Session, clock: FakeClock) -> None:
    clock.at = datetime(2026, 9, 22, 1, tzinfo=UTC)
    patient = somebody(session)
    queue_text(session, patient, now=clock.now())
    duty = queue_duty(session, make_service(session), now=clock.now())
    carrier = FakeGateway()
    assert dispatcher(carrier, clock).run() == 1
    assert text(session, duty).state is S.ACCEPTED
    clock.at = datetime(2026, 9, 22, 7, tzinfo=UTC)
    assert dispatcher(carrier, clock).run() == 1


def test_sms_05_a_batch_that_runs_into_the_evening_stops_there(
    session: Session, clock: FakeClock
) -> None:
    clock.at = datetime(2026, 9, 22, 18, 59, 40, tzinfo=UTC)
    service = make_service(session)
    for _each in range(3):
        queue_text(session, make_patient(session, service), now=clock.now())
    carrier = FakeGateway(after=lambda _key: clock.wait(seconds=8))
    assert dispatcher(carrier, clock).run() == 2
    clock.at = datetime(2026, 9, 23, 7, tzinfo=UTC)
    assert dispatcher(carrier, clock).run() == 1


def test_p6_alerts_to_duty_staff_go_before_any_backlog(session: Session, clock: FakeClock) -> None:
    service = make_service(session)
    for _each in range(4):
        queue_text(session, make_patient(session, service), now=clock.now() - timedelta(hours=1))
    queue_duty(session, service, now=clock.now())
    carrier = FakeGateway()
    dispatcher(carrier, clock).run(batch=2)
    assert "alert" in carrier.bodies[0]


def test_a_text_that_cannot_be_written_is_refused_and_told(session: Session, clock: FakeClock) -> None:
    key = queue_text(session, somebody(session), now=clock.now())
    session.execute(sa.update(OutboxMessage).where(OutboxMessage.key == key).values(template="gone"))
    session.commit()
    told: list[Trouble] = []
    carrier = FakeGateway()
    dispatcher(carrier, clock, on_trouble=told.append).run()
    assert carrier.calls == 0
    assert text(session, key).state is S.REFUSED
    assert [trouble.reason for trouble in told] == [Why.NOT_RENDERED]


def test_clin_12_the_task_and_the_state_are_one_commit(session: Session, clock: FakeClock) -> None:
    key = queue_text(session, somebody(session), now=clock.now())

    def cannot_tell(trouble: Trouble) -> None:
        raise LookupError("the worklist is not there")

    refused = Refused(reason="21211", permanent=True)
    with pytest.raises(LookupError):
        dispatcher(FakeGateway([refused]), clock, on_trouble=cannot_tell).run()
    assert text(session, key).state is S.SENDING, "and so unknown later, never silently refused"


def test_sms_09_reports_in_any_order_only_move_a_text_forward(session: Session, clock: FakeClock) -> None:
    key = queue_text(session, somebody(session), now=clock.now())

    def report_first(_attempt_key: str) -> None:
        with transaction():
            assert move(text(session, key).id, S.DELIVERED, attempt=1, now=clock.now())

    dispatcher(FakeGateway(after=report_first), clock).run()
    row = text(session, key)
    assert row.state is S.DELIVERED
    assert row.carrier_id is not None, "the answer that came second still names the carrier's id"
    for late in (S.ACCEPTED, S.UNDELIVERED, S.UNKNOWN, S.DUE, S.SENDING):
        assert not move(row.id, late, attempt=1, now=clock.now())
    assert history(session, key)[-1] == ("delivered", 1)


def test_the_session_is_clean_after_a_run(session: Session, clock: FakeClock) -> None:
    queue_text(session, somebody(session), now=clock.now())
    dispatcher(FakeGateway(), clock).run()
    assert not db.session.new
    assert not db.session.dirty
