"""Several dispatchers and planners at once, with real commits on both databases."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.db import transaction
from patientapp.links.models import Link
from patientapp.messaging.actions import withdraw
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.rules import MessageState
from patientapp.patients.models import Patient
from patientapp.reminders.actions import plan
from tests.factories import LINK_KEY, make_pack, make_patient, make_service
from tests.messaging.fakes import FakeClock, FakeGateway
from tests.messaging.races import at_once, committed
from tests.messaging.world import dispatcher, queue_text

S = MessageState


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with committed(app) as made:
        yield made


@pytest.fixture
def clock(now: datetime) -> FakeClock:
    return FakeClock(now)


def states(session: Session) -> Counter[MessageState]:
    session.rollback()
    return Counter(session.scalars(sa.select(OutboxMessage.state)))


def message_ids(carrier: FakeGateway) -> Counter[str]:
    """How often the carrier took each text, over all attempts."""
    return Counter(key.rsplit("-", 1)[0] for key in carrier.ledger)


def test_sms_01_four_dispatchers_send_each_text_once(
    app: Flask, session: Session, clock: FakeClock
) -> None:
    service = make_service(session)
    for _each in range(40):
        queue_text(session, make_patient(session, service), now=clock.now())
    carrier = FakeGateway()
    at_once(app, *[lambda: dispatcher(carrier, clock).run(batch=3)] * 4)
    assert len(message_ids(carrier)) == 40
    assert set(message_ids(carrier).values()) == {1}
    assert states(session) == {S.ACCEPTED: 40}


def test_sms_07_ceilings_hold_for_four_dispatchers_together(
    app: Flask, session: Session, clock: FakeClock
) -> None:
    busy = make_patient(session, make_service(session))
    for _each in range(8):
        queue_text(session, busy, now=clock.now())
    small = make_service(session, daily_text_ceiling=7)
    for _each in range(15):
        queue_text(session, make_patient(session, small), now=clock.now())
    carrier = FakeGateway()
    for _again in range(3):
        at_once(app, *[lambda: dispatcher(carrier, clock).run(batch=2)] * 4)
    assert len([taken for taken in carrier.ledger.values() if taken.to == busy.mobile]) == 2
    assert len(carrier.ledger) == 2 + 7
    assert states(session) == {S.ACCEPTED: 9, S.DUE: 14}


def test_sms_06_a_withdrawal_and_a_claim_cannot_both_win(
    app: Flask, session: Session, clock: FakeClock
) -> None:
    service = make_service(session)
    packs = [make_pack(session, make_patient(session, service)) for _each in range(20)]
    for pack in packs:
        patient = session.get_one(Patient, pack.patient_id)
        queue_text(session, patient, now=clock.now(), about=pack.id)
    carrier = FakeGateway()

    def finish() -> None:
        for pack in packs:
            with transaction():
                withdraw(about=pack.id, now=clock.now())

    at_once(app, finish, *[lambda: dispatcher(carrier, clock).run(batch=2)] * 2)
    final = states(session)
    assert final[S.ACCEPTED] == len(carrier.ledger)
    assert final[S.ACCEPTED] + final[S.WITHDRAWN] == 20


def test_sms_07_four_planners_queue_each_text_once(app: Flask, session: Session, now: datetime) -> None:
    service = make_service(session)
    packs = [make_pack(session, make_patient(session, service)) for _each in range(10)]
    session.commit()
    at_once(app, *[lambda: plan(now=now, link_key=LINK_KEY, public_url="http://localhost")] * 4)
    session.rollback()
    about = Counter(session.scalars(sa.select(OutboxMessage.about)))
    assert about == {pack.id: 1 for pack in packs}
    used = sa.select(Link.ended_at).join(OutboxMessage, OutboxMessage.link_id == Link.id)
    assert set(session.scalars(used)) == {None}, "no planner ended the link of another's text"


def test_ops_05_a_carrier_that_hangs_holds_nobody_up(
    app: Flask, session: Session, clock: FakeClock
) -> None:
    """While a call hangs, the patient of that very text can finish, and others be texted."""
    service = make_service(session)
    pack = make_pack(session, make_patient(session, service))
    patient = session.get_one(Patient, pack.patient_id)
    queue_text(session, patient, now=clock.now(), about=pack.id)
    in_call, go_on = threading.Event(), threading.Event()

    def hang(_attempt_key: str) -> None:
        in_call.set()
        assert go_on.wait(20)

    def finish() -> None:
        assert in_call.wait(20)
        with transaction() as own:
            assert withdraw(about=pack.id, now=clock.now()) == 0, "it is with the carrier"
            make_patient(own, own.merge(service, load=True))
        go_on.set()

    at_once(app, lambda: dispatcher(FakeGateway(after=hang), clock).run(), finish)
    assert states(session) == {S.ACCEPTED: 1}


def test_time_04_a_dispatcher_whose_clock_is_five_minutes_fast_sends_nothing_twice(
    app: Flask, session: Session, clock: FakeClock
) -> None:
    service = make_service(session)
    for _each in range(20):
        queue_text(session, make_patient(session, service), now=clock.now())
    fast = FakeClock(clock.now() + timedelta(minutes=5))
    carrier = FakeGateway()
    at_once(
        app,
        lambda: dispatcher(carrier, clock).run(batch=2),
        lambda: dispatcher(carrier, fast).run(batch=2),
    )
    assert set(message_ids(carrier).values()) == {1}
    assert states(session) == {S.ACCEPTED: 20}


def test_the_ids_that_carriers_say_back_are_ours(app: Flask, session: Session, clock: FakeClock) -> None:
    queue_text(session, make_patient(session, make_service(session)), now=clock.now())
    carrier = FakeGateway()
    dispatcher(carrier, clock).run()
    [key] = carrier.ledger
    message_id, attempt = key.rsplit("-", 1)
    found = session.get(OutboxMessage, UUID(message_id))
    assert found is not None
    assert found.attempt == int(attempt)
