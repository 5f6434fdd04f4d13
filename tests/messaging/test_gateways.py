"""One contract for every gateway: the fake, the local phone, and later the carrier's adapter."""

from __future__ import annotations

from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from patientapp.messaging.gateway import Accepted, Gateway
from patientapp.messaging.models import LocalPhoneText, OutboxMessage
from patientapp.messaging.phone import LocalPhone
from patientapp.messaging.rules import MessageState
from tests.messaging.fakes import FakeClock, FakeGateway
from tests.messaging.world import dispatcher, history, queue_text, somebody, text

NUMBER = "+447700900123"


@pytest.fixture(params=["fake", "local phone"])
def gateway(request: pytest.FixtureRequest, session: Session, now: datetime) -> Gateway:
    return FakeGateway() if request.param == "fake" else LocalPhone(lambda: now)


def test_contract_each_attempt_has_a_carrier_id_of_its_own(gateway: Gateway) -> None:
    first = gateway.send(NUMBER, "one", attempt_key="a-1")
    second = gateway.send(NUMBER, "two", attempt_key="a-2")
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert first.carrier_id != second.carrier_id


def test_contract_the_same_attempt_twice_is_one_text(gateway: Gateway, session: Session) -> None:
    first = gateway.send(NUMBER, "one", attempt_key="a-1")
    again = gateway.send(NUMBER, "one", attempt_key="a-1")
    assert isinstance(first, Accepted)
    assert isinstance(again, Accepted)
    assert first.carrier_id == again.carrier_id
    held = gateway.ledger if isinstance(gateway, FakeGateway) else _stored(session)
    assert len(held) == 1


def _stored(session: Session) -> list[LocalPhoneText]:
    return list(session.scalars(sa.select(LocalPhoneText)))


def test_contract_the_text_arrives_as_it_was_written(gateway: Gateway, session: Session) -> None:
    body = 'Ünïcode "quotes" & <b>marks</b> £5'
    gateway.send(NUMBER, body, attempt_key="a-1")
    if isinstance(gateway, FakeGateway):
        [taken] = gateway.ledger.values()
        assert (taken.to, taken.body) == (NUMBER, body)
    else:
        [stored] = _stored(session)
        assert (stored.to_number, stored.body) == (NUMBER, body)


def test_the_local_phone_delivers_at_once(session: Session, now: datetime) -> None:
    key = queue_text(session, somebody(session), now=now)
    assert dispatcher(LocalPhone(lambda: now), FakeClock(now)).run() == 1
    assert [state for state, _attempt in history(session, key)][-2:] == ["accepted", "delivered"]
    assert text(session, key).state is MessageState.DELIVERED
    [stored] = _stored(session)
    assert stored.attempt_key == f"{text(session, key).id}-1"
    assert session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage)) == 1
