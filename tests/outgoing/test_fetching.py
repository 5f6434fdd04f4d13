"""Texts to us that came while nobody answered the carrier are fetched from its list (SMS-12)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.config import Settings
from patientapp.db import transaction
from patientapp.messaging import inbound, switch
from patientapp.messaging.gateway import CannotAsk
from patientapp.messaging.models import InboundText
from patientapp.outgoing import wiring
from patientapp.patients.models import Patient
from patientapp.replies.actions import act_on_all
from patientapp.web.current import SETTINGS
from patientapp.worklist.models import WorkItem
from tests.carrier.server import SENDER, Carrier
from tests.factories import LINK_KEY
from tests.messaging.world import somebody
from tests.outgoing.world import run

NUMBER = "+447700900123"


def kept(session: Session) -> list[tuple[str, datetime]]:
    asked = sa.select(InboundText.body, InboundText.received_at).order_by(InboundText.received_at)
    return [(row.body, row.received_at) for row in session.execute(asked)]


def test_sms_12_a_stop_that_came_while_we_were_down_still_stops(
    wired: Flask, session: Session, now: datetime, carrier: Carrier
) -> None:
    person = somebody(session, mobile=NUMBER)
    session.commit()
    came = now - timedelta(hours=5)
    carrier.ledger.hear(NUMBER, "STOP", to=SENDER, at=came)
    assert wiring.fetch_once(wired) == 1
    assert kept(session) == [("STOP", came)]
    act_on_all(now=now, link_key=LINK_KEY)
    session.expire_all()
    assert not session.get_one(Patient, person.id).texts_ok


def test_sms_12_p6_a_cry_for_help_that_came_meanwhile_raises_the_alert(
    wired: Flask, session: Session, now: datetime, carrier: Carrier
) -> None:
    somebody(session, mobile=NUMBER)
    session.commit()
    carrier.ledger.hear(NUMBER, "I want to kill myself", to=SENDER, at=now - timedelta(hours=1))
    wiring.fetch_once(wired)
    act_on_all(now=now, link_key=LINK_KEY)
    assert "risk_words" in session.scalars(sa.select(WorkItem.reason)).all()


def test_sms_12_what_the_webhook_kept_is_not_kept_again(
    wired: Flask, session: Session, now: datetime, carrier: Carrier
) -> None:
    heard = carrier.ledger.hear(NUMBER, "1", to=SENDER)
    with transaction():
        inbound.receive(carrier_id=heard.sid, from_number=NUMBER, to_number=SENDER, body="1", now=now)
    assert [wiring.fetch_once(wired) for _ in range(3)] == [0, 0, 0]
    assert len(kept(session)) == 1


def test_sms_12_each_round_asks_from_where_the_last_one_ended(
    wired: Flask, session: Session, now: datetime, carrier: Carrier
) -> None:
    moment = [now]
    wiring.fetch_once(wired, now_fn=lambda: moment[0])
    moment[0] += timedelta(days=30)  # we were down for a month
    carrier.ledger.hear(NUMBER, "after a week", to=SENDER, at=now + timedelta(days=7))
    carrier.ledger.hear(NUMBER, "late in the list", to=SENDER, at=now - timedelta(minutes=50))
    assert wiring.fetch_once(wired, now_fn=lambda: moment[0]) == 2
    moment[0] += timedelta(hours=2)
    assert wiring.fetch_once(wired, now_fn=lambda: moment[0]) == 0


def test_sms_11_after_a_restore_texts_to_us_since_the_backup_come_back(
    wired: Flask, session: Session, now: datetime, carrier: Carrier
) -> None:
    """The mark of how far we have asked lies in the database, so it is as old as the backup."""
    carrier.ledger.hear(NUMBER, "since the backup", to=SENDER, at=now - timedelta(hours=6))
    backup = now - timedelta(hours=7)
    with transaction():
        switch.standing(now=now)
        switch.heard(until=backup)
        switch.begin_checking(check_from=backup, now=now)
    wiring.check_once(wired)
    assert [body for body, _at in kept(session)] == ["since the backup"]


def test_sms_11_the_time_of_the_backup_may_be_told(
    wired: Flask, session: Session, now: datetime, carrier: Carrier
) -> None:
    carrier.ledger.hear(NUMBER, "long ago", to=SENDER, at=now - timedelta(days=9))
    assert wiring.fetch_once(wired) == 0
    assert wiring.check_once(wired, since=now - timedelta(days=10)) is None
    assert [body for body, _at in kept(session)] == ["long ago"]


def test_sms_12_a_carrier_that_cannot_be_asked_is_asked_again_from_the_same_place(
    wired: Flask, session: Session, now: datetime, carrier: Carrier
) -> None:
    carrier.ledger.hear(NUMBER, "x", to=SENDER)
    carrier.is_down = True
    with pytest.raises(CannotAsk):
        wiring.fetch_once(wired)
    carrier.is_down = False
    assert wiring.fetch_once(wired) == 1


def test_the_shell_fetches_too(wired: Flask, session: Session, now: datetime, carrier: Carrier) -> None:
    carrier.ledger.hear(NUMBER, "x", to=SENDER, at=now - timedelta(days=4))
    assert run(wired, "messaging", "fetch") == (0, "0 texts to us that we did not have.\n")
    again = run(wired, "messaging", "fetch", "--since", "2026-09-01T00:00:00")
    assert again == (0, "1 texts to us that we did not have.\n")
    carrier.is_down = True
    code, said = run(wired, "messaging", "fetch")
    assert (code, "cannot be asked" in said) == (1, True)


def test_a_gateway_without_an_inbox_fetches_nothing(
    app: Flask, session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, SETTINGS, settings)
    assert wiring.fetch_once(app) == 0
