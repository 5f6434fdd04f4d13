"""Refusal 21610: the carrier holds a STOP from this number, so its people have left our texts."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.db import transaction
from patientapp.messaging import inbound
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.rules import MessageState, Trouble
from patientapp.outgoing import wiring
from patientapp.patients.models import Patient
from patientapp.replies.actions import act_on_all
from patientapp.worklist.models import WorkItem
from tests.carrier.faults import Fault, Kind, in_turn
from tests.carrier.server import Carrier
from tests.factories import LINK_KEY, make_patient, make_service
from tests.messaging.world import queue_text, somebody, text

NUMBER = "+447700900123"
LEFT = Fault(kind=Kind.REFUSE, code=21610)


def texts_ok(session: Session, person: Patient) -> bool:
    asked = sa.select(Patient).where(Patient.id == person.id)
    return session.scalars(asked.execution_options(populate_existing=True)).one().texts_ok


def tasks(session: Session) -> list[str]:
    return sorted(session.scalars(sa.select(WorkItem.reason)))


def hear(session: Session, words: str, *, now: datetime) -> None:
    with transaction():
        inbound.receive(
            carrier_id=f"SM{uuid4().hex}", from_number=NUMBER, to_number="", body=words, now=now
        )
    act_on_all(now=now, link_key=LINK_KEY)


def test_sms_12_clin_12_a_stop_that_only_the_carrier_knows_ends_texts_and_tells_staff(
    wired: Flask, session: Session, now: datetime, carrier: Carrier
) -> None:
    person = somebody(session, mobile=NUMBER)
    first, second = (queue_text(session, person, now=now) for _ in range(2))
    carrier.plan = in_turn([LEFT])
    wiring.dispatcher_of(wired).run()
    assert text(session, first).state is MessageState.REFUSED
    assert text(session, second).state is MessageState.WITHDRAWN
    assert not texts_ok(session, person)
    assert tasks(session) == ["texts_left_at_carrier"]
    hear(session, "START", now=now + timedelta(hours=1))
    assert texts_ok(session, person)


def test_sms_12_it_holds_for_everybody_on_the_number_and_for_nobody_else(
    wired: Flask, session: Session, now: datetime, carrier: Carrier
) -> None:
    service = make_service(session)
    here = [make_patient(session, service, mobile=NUMBER) for _ in range(2)]
    other = make_patient(session, service, mobile="+447700900124")
    queue_text(session, here[0], now=now)
    carrier.plan = in_turn([LEFT])
    wiring.dispatcher_of(wired).run()
    assert [texts_ok(session, one) for one in (*here, other)] == [False, False, True]
    assert tasks(session) == ["texts_left_at_carrier"] * 2


def test_sms_12_who_has_another_number_by_now_has_not_left(
    app: Flask, session: Session, now: datetime
) -> None:
    person = somebody(session, mobile="+447700900124")
    session.commit()
    with transaction():
        wiring.tell_staff(trouble(person, to=NUMBER, reason="opted_out", at=now))
    assert texts_ok(session, person)
    assert tasks(session) == ["text_not_delivered"]


@pytest.mark.parametrize("reason", ["opted_out", "21610"])
def test_sms_12_a_later_report_says_so_as_well(
    app: Flask, session: Session, now: datetime, reason: str
) -> None:
    person = somebody(session, mobile=NUMBER)
    session.commit()
    for _each in range(3):
        with transaction():
            wiring.tell_staff(trouble(person, to=NUMBER, reason=reason, at=now))
    assert not texts_ok(session, person)
    assert tasks(session)[-1] == "texts_left_at_carrier"


def test_other_refusals_leave_consent_alone(app: Flask, session: Session, now: datetime) -> None:
    person = somebody(session, mobile=NUMBER)
    session.commit()
    with transaction():
        wiring.tell_staff(trouble(person, to=NUMBER, reason="21614", at=now))
    assert texts_ok(session, person)
    assert tasks(session) == ["text_not_delivered"]
    assert session.scalars(sa.select(OutboxMessage)).all() == []


def trouble(person: Patient, *, to: str, reason: str, at: datetime) -> Trouble:
    return Trouble(
        message_id=uuid4(),
        service_id=person.service_id,
        patient_id=person.id,
        template="q-invite",
        to_number=to,
        state=MessageState.REFUSED,
        reason=reason,
        at=at,
    )
