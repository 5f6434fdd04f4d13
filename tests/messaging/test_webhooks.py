"""What the carrier tells us: signed or nothing; any order, any number of times."""

from __future__ import annotations

import random  # noqa: TID251 - a seed makes it the same each time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from patientapp.config import Settings
from patientapp.db import transaction
from patientapp.messaging import inbound
from patientapp.messaging.gateway import OutcomeUnknown
from patientapp.messaging.models import InboundText, MessageEvent, OutboxMessage, StrayReport
from patientapp.messaging.moves import move
from patientapp.messaging.reports import STRAYS_KEPT
from patientapp.messaging.rules import MessageState
from patientapp.web.current import SETTINGS
from patientapp.worklist.models import WorkItem
from tests.carrier.calling_back import SIGNATURE, report_of
from tests.carrier.ledger import Taken
from tests.carrier.server import ACCOUNT, SENDER, TOKEN
from tests.messaging.fakes import FakeClock, FakeGateway
from tests.messaging.world import dispatcher, history, queue_text, somebody, text

S = MessageState
STATUS = "/webhooks/twilio/status"
INBOUND = "/webhooks/twilio/inbound"
SID = f"SM{1:032x}"
ALGORITHM = "X-Twilio-Webhooks-Signature-Settings"


@pytest.fixture(autouse=True)
def token(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The app knows the carrier's secret."""
    monkeypatch.setitem(app.extensions, SETTINGS, replace(settings, twilio_auth_token=TOKEN))


def signed(path: str, form: Mapping[str, str], *, token: str = TOKEN) -> dict[str, str]:
    url = f"http://localhost{path}"
    return {SIGNATURE: RequestValidator(token).compute_signature(url, dict(form))}


def call(client: FlaskClient, path: str, form: Mapping[str, str], **headers: str) -> TestResponse:
    return client.post(path, data=dict(form), headers=signed(path, form) | headers)


def form_of(status: str, *, sid: str = SID, **over: Any) -> dict[str, str]:
    taken = Taken(
        sid=sid,
        account_sid=ACCOUNT,
        to="+447700900123",
        body="x",
        sender=SENDER,
        service=None,
        callback="",
        at=datetime.fromtimestamp(0).astimezone(),
        **over,
    )
    return report_of(taken, status)


def sending(session: Session, now: datetime) -> OutboxMessage:
    """A text whose call is under way, at its first attempt."""
    key = queue_text(session, somebody(session), now=now)
    row = text(session, key)
    session.execute(
        sa.update(OutboxMessage)
        .where(OutboxMessage.id == row.id)
        .values(state=S.SENDING, attempt=1, sent_at=now, claimed_until=now + timedelta(minutes=1))
    )
    session.commit()
    return text(session, key)


def path_of(row: OutboxMessage, attempt: int = 1) -> str:
    return f"{STATUS}?attempt={row.id}-{attempt}"


def test_sms_09_a_signed_report_moves_its_text(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    row = sending(session, now)
    assert call(client, path_of(row), form_of("delivered")).status_code == 204
    found = text(session, row.key)
    assert (found.state, found.carrier_id, found.ask_at) == (S.DELIVERED, SID, None)


FORGED = [
    ("no signature", lambda h, f: (h.pop(SIGNATURE), f)),
    ("another key", lambda h, f: (h.update(signed(STATUS, f, token="wrong")), f)),
    ("a changed parameter", lambda h, f: (f.update(MessageStatus="failed"), f)),
    ("one parameter more", lambda h, f: (f.update(Extra="1"), f)),
    ("another address", lambda h, f: (h.update(signed(INBOUND, f)), f)),
    ("not even letters", lambda h, f: (h.update({SIGNATURE: "\xff\xfe"}), f)),
    (
        "an unknown algorithm",
        lambda h, f: (h.update({"X-Twilio-Webhooks-Signature-Settings": "algorithm=NONE"}), f),
    ),
]


@pytest.mark.parametrize("change", [c[1] for c in FORGED], ids=[c[0] for c in FORGED])
def test_sms_09_a_forged_call_is_403_and_changes_nothing(
    client: FlaskClient, session: Session, now: datetime, change: Any
) -> None:
    row = sending(session, now)
    form = form_of("delivered")
    headers = signed(path_of(row), form)
    change(headers, form)
    answer = client.post(path_of(row), data=form, headers=headers)
    assert answer.status_code == 403
    assert answer.mimetype == "application/problem+json"
    assert text(session, row.key).state is S.SENDING
    assert session.scalars(sa.select(StrayReport)).all() == []


def test_sms_09_100_forged_calls_are_100_times_403(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    row = sending(session, now)
    chance = random.Random(7)
    before = session.scalar(sa.select(sa.func.count()).select_from(MessageEvent))
    for number in range(100):
        path = chance.choice([path_of(row), STATUS, INBOUND, f"{STATUS}?attempt=%00", f"{INBOUND}?x=%ff"])
        form = form_of(chance.choice(["delivered", "failed", "sent"]), sid=f"SM{number:032x}")
        form |= chance.choice([{}, {"Body": "STOP"}, {"Body": "\x00"}])
        forged = "".join(chance.choices("abcDEF0123456789+/=", k=28))
        answer = client.post(path, data=form, headers={SIGNATURE: forged})
        assert answer.status_code == 403, path
    assert text(session, row.key).state is S.SENDING
    assert session.scalar(sa.select(sa.func.count()).select_from(MessageEvent)) == before
    for table in (StrayReport, InboundText, WorkItem):
        assert session.scalars(sa.select(table)).all() == []


def test_sms_09_without_a_secret_nobody_can_sign(
    app: Flask,
    client: FlaskClient,
    session: Session,
    now: datetime,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.extensions, SETTINGS, replace(settings, twilio_auth_token=""))
    row = sending(session, now)
    form = form_of("delivered")
    headers = signed(path_of(row), form, token="")
    assert client.post(path_of(row), data=form, headers=headers).status_code == 403


def test_sms_09_both_algorithms_and_both_spellings_of_the_port(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    row = sending(session, now)
    form = form_of("sent")
    url = f"http://localhost:80{path_of(row)}"
    made = RequestValidator(TOKEN).compute_signature(url, form, "HMAC_SHA256")
    headers = {SIGNATURE: made, "X-Twilio-Webhooks-Signature-Settings": "key=k,algorithm=HMAC_SHA256"}
    assert client.post(path_of(row), data=form, headers=headers).status_code == 204


def test_sec_08_reading_these_addresses_is_not_possible(client: FlaskClient) -> None:
    assert client.get(STATUS).status_code in {403, 405}


def test_sms_09_every_order_of_reports_ends_the_same(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    for order in permutations(["queued", "sent", "delivered"]):
        row = sending(session, now)
        for status in order:
            sid = f"SM{row.id.int % 10**30:032x}"
            assert call(client, path_of(row), form_of(status, sid=sid)).status_code == 204
        assert text(session, row.key).state is S.DELIVERED
        states = [state for state, _attempt in history(session, row.key)]
        assert states.count("delivered") == 1


def test_sms_09_an_unknown_text_is_settled_by_its_report(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    key = queue_text(session, somebody(session), now=now)
    dispatcher(FakeGateway([OutcomeUnknown()]), FakeClock(now)).run()
    assert text(session, key).state is S.UNKNOWN
    call(client, path_of(text(session, key)), form_of("sent"))
    assert (text(session, key).state, text(session, key).carrier_id) == (S.ACCEPTED, SID)


def test_clin_12_an_undelivered_text_is_one_task(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    row = sending(session, now)
    for _time in range(3):
        call(client, path_of(row), form_of("undelivered", error_code=30003))
    assert text(session, row.key).state is S.UNDELIVERED
    [item] = session.scalars(sa.select(WorkItem))
    assert (item.patient_id, item.reason) == (row.patient_id, "text_not_delivered")
    [event] = session.scalars(sa.select(MessageEvent).where(MessageEvent.state == S.UNDELIVERED))
    assert event.reason == "30003"


def test_sms_01_news_of_an_earlier_attempt_stops_the_next_one(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    row = sending(session, now)
    again = {"state": S.DUE, "attempt": 2, "claimed_until": None}
    session.execute(sa.update(OutboxMessage).where(OutboxMessage.id == row.id).values(again))
    session.commit()
    call(client, path_of(row, 1), form_of("undelivered"))
    assert text(session, row.key).state is S.DUE, "the earlier one did not arrive: this one may go"
    call(client, path_of(row, 1), form_of("delivered"))
    assert text(session, row.key).state is S.DELIVERED
    carrier = FakeGateway()
    dispatcher(carrier, FakeClock(now)).run()
    assert carrier.calls == 0


STRANGE = [
    ("no attempt of ours", STATUS),
    ("a text that we never had", f"{STATUS}?attempt={uuid4()}-1"),
    ("not a key at all", f"{STATUS}?attempt=1%27%20OR%20%271"),
]


@pytest.mark.parametrize("path", [c[1] for c in STRANGE], ids=[c[0] for c in STRANGE])
def test_sms_09_what_is_not_ours_is_set_aside(client: FlaskClient, session: Session, path: str) -> None:
    for _time in range(2):
        assert call(client, path, form_of("delivered")).status_code == 204
    [stray] = session.scalars(sa.select(StrayReport))
    assert (stray.carrier_id, stray.status) == (SID, "delivered")


def test_sms_09_an_attempt_that_has_not_been_made_is_set_aside(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    row = sending(session, now)
    call(client, path_of(row, 2), form_of("delivered"))
    assert text(session, row.key).state is S.SENDING
    assert len(session.scalars(sa.select(StrayReport)).all()) == 1


def test_sms_09_the_set_aside_is_bounded(client: FlaskClient, session: Session, now: datetime) -> None:
    old = [
        {
            "id": uuid4(),
            "carrier_id": f"SM{n:032x}",
            "status": "sent",
            "attempt_key": "",
            "at": now - timedelta(days=1),
        }
        for n in range(STRAYS_KEPT)
    ]
    session.execute(sa.insert(StrayReport), old)
    session.commit()
    sid = f"SM{10**9:032x}"
    call(client, STATUS, form_of("delivered", sid=sid))
    kept = set(session.scalars(sa.select(StrayReport.carrier_id)))
    assert len(kept) == STRAYS_KEPT
    assert sid in kept


@pytest.mark.parametrize("path", [STATUS, INBOUND])
def test_p5_signed_nonsense_is_a_400(client: FlaskClient, path: str) -> None:
    for form in ({}, {"MessageSid": "x"}, {"MessageSid": "SM" + "z" * 32, "From": "+44"}):
        assert call(client, path, form).status_code == 400


def text_to_us(**over: str) -> dict[str, str]:
    return {"MessageSid": SID, "From": "+447700900123", "To": SENDER, "Body": "1"} | over


def test_sms_12_a_text_to_us_is_kept_once(client: FlaskClient, session: Session, now: datetime) -> None:
    for _time in range(3):
        assert call(client, INBOUND, text_to_us(OptOutType="STOP")).status_code == 204
    with transaction():
        [kept] = inbound.system_unread()
        assert (kept.from_number, kept.body, kept.opt_out) == ("+447700900123", "1", "STOP")
        assert inbound.acted(kept.id, outcome="kept", now=now)
        assert not inbound.acted(kept.id, outcome="again", now=now)
    assert inbound.system_unread() == []
    assert call(client, INBOUND, text_to_us()).status_code == 204, "a replay later is harmless too"
    assert inbound.system_unread() == []


@pytest.mark.parametrize("body", ["", "ŵ 👍\n\x00 x", "a" * 9000, "' OR 1=1 --"])
def test_io_06_whatever_is_texted_to_us_is_kept_and_no_error(
    client: FlaskClient, session: Session, body: str
) -> None:
    assert call(client, INBOUND, text_to_us(Body=body)).status_code == 204
    [kept] = inbound.system_unread()
    assert kept.body == body.replace("\x00", "\ufffd")[:4000]


def test_sms_09_a_report_of_a_text_that_ended_changes_nothing(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    row = sending(session, now)
    with transaction():
        assert move(row.id, S.UNDELIVERED, attempt=1, now=now, reason="30005")
    for status in ("queued", "sent", "delivered", "failed"):
        assert call(client, path_of(row), form_of(status)).status_code == 204
    assert text(session, row.key).state is S.UNDELIVERED


def test_io_06_a_body_that_is_too_large_is_refused_signed_or_not(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    form = text_to_us(Body="a" * 70_000)
    for headers in ({}, signed(INBOUND, form)):
        answer = client.post(INBOUND, data=form, headers=headers)
        assert 400 <= answer.status_code < 500
    assert inbound.system_unread() == []


def test_sms_12_a_foreign_or_withheld_sender_is_kept_and_no_error(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    for number, sender in enumerate(("+48600100200", "60777", "anonymous", "whatsapp:+447700900123")):
        sid = f"SM{number:032x}"
        assert call(client, INBOUND, text_to_us(MessageSid=sid, From=sender)).status_code == 204
    assert len(inbound.system_unread()) == 4
