"""The carrier's adapter against the loopback carrier: what it knows, and what it does not."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from patientapp.messaging import carrier_http
from patientapp.messaging.gateway import (
    Accepted,
    CannotAsk,
    Evidence,
    NotHandedOver,
    NotTried,
    OutcomeUnknown,
    Refused,
)
from patientapp.messaging.rules import MessageState
from patientapp.messaging.twilio import Twilio
from tests.carrier.description import MISSING, description
from tests.carrier.faults import Fault, Kind, in_turn
from tests.carrier.server import ACCOUNT, SENDER, TOKEN, Carrier
from tests.factories import NOW

TO = "+447700900123"
KEY = "0f8fad5b-d9cb-469f-a165-70867728950e-1"


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    if description() is None:
        pytest.skip(MISSING)
    with Carrier(now_fn=lambda: NOW) as made:
        yield made
    assert made.violations == []


def adapter(url: str, **over: Any) -> Twilio:
    facts: dict[str, Any] = {
        "account_sid": ACCOUNT,
        "auth_token": TOKEN,
        "sender": {"from_": SENDER},
        "status_url": lambda key: f"https://pain.example/webhooks/twilio/status?attempt={key}",
        "now_fn": lambda: NOW,
        "base_url": url,
    }
    return Twilio(**(facts | over))


def test_a_text_arrives_as_it_was_written_and_says_how_to_call_back(carrier: Carrier) -> None:
    body = 'Ünïcode "quotes" & <b>marks</b> £5 + ? \n ✓'
    answer = adapter(carrier.url).send(TO, body, attempt_key=KEY)
    [taken] = carrier.ledger.texts.values()
    assert answer == Accepted(carrier_id=taken.sid)
    assert (taken.to, taken.body, taken.sender, taken.service) == (TO, body, SENDER, None)
    assert taken.callback == f"https://pain.example/webhooks/twilio/status?attempt={KEY}"


def test_a_messaging_service_may_choose_the_sender(carrier: Carrier) -> None:
    service = "MG" + "0" * 32
    adapter(carrier.url, sender={"messaging_service_sid": service}).send(TO, "x", attempt_key=KEY)
    [taken] = carrier.ledger.texts.values()
    assert (taken.sender, taken.service) == (None, service)


def later(reason: str, wait: timedelta, *, for_all: bool) -> Refused:
    return Refused(reason=reason, permanent=False, retry_after=wait, for_all=for_all)


F, K = Fault, Kind
MINUTE = timedelta(minutes=1)
SURE = [
    ("slow but sure", F(kind=K.SLOW, seconds=0.1), Accepted),
    ("busy", F(kind=K.BUSY, retry_after="7"), later("20429", timedelta(seconds=7), for_all=True)),
    ("busy, no word how long", F(kind=K.BUSY), later("20429", timedelta(seconds=1), for_all=True)),
    (
        "busy until a date",
        F(kind=K.BUSY, retry_after="Tue, 22 Sep 2026 09:32:00 GMT"),
        later("20429", timedelta(minutes=2), for_all=True),
    ),
    ("its queue is full", F(kind=K.REFUSE, code=21611), later("21611", timedelta(0), for_all=False)),
    (
        "our sender is wrong",
        F(kind=K.REFUSE, code=21606),
        later("21606", timedelta(minutes=1), for_all=True),
    ),
    (
        "no account",
        F(kind=K.REFUSE, code=20003, status=401),
        later("20003", timedelta(minutes=1), for_all=True),
    ),
    ("opted out", F(kind=K.REFUSE, code=21610), Refused(reason="opted_out", permanent=True)),
    ("a landline", F(kind=K.REFUSE, code=21614), Refused(reason="21614", permanent=True)),
    ("a code nobody knows", F(kind=K.REFUSE, code=29999), Refused(reason="29999", permanent=True)),
]


@pytest.mark.parametrize(("fault", "expected"), [c[1:] for c in SURE], ids=[c[0] for c in SURE])
def test_sms_03_what_the_carrier_says_for_sure(carrier: Carrier, fault: Fault, expected: Any) -> None:
    carrier.plan = in_turn([fault])
    answer = adapter(carrier.url).send(TO, "x", attempt_key=KEY)
    assert answer == expected or (expected is Accepted and isinstance(answer, Accepted))
    assert len(carrier.ledger.texts) == isinstance(answer, Accepted)


UNSURE = [
    ("it hangs", F(kind=K.HANG), 1),
    ("it drips", F(kind=K.DRIP), 1),
    ("a reset before it took it", F(kind=K.RESET_BEFORE), 0),
    ("a reset after it took it", F(kind=K.RESET_AFTER), 1),
    ("500 before it took it", F(kind=K.ERROR_BEFORE), 0),
    ("500 after it took it", F(kind=K.ERROR_AFTER), 1),
    ("words nobody can read", F(kind=K.JUNK), 1),
    ("somewhere else", F(kind=K.MOVED), 0),
    ("408", F(kind=K.REFUSE, status=408, code=20408), 0),
]


@pytest.mark.parametrize(("fault", "taken"), [c[1:] for c in UNSURE], ids=[c[0] for c in UNSURE])
def test_sms_03_what_we_cannot_know_is_unknown_and_tried_once(
    carrier: Carrier, fault: Fault, taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrier_http, "READ", 0.3)
    monkeypatch.setattr(carrier_http, "IN_ALL", 0.6)
    carrier.plan = in_turn([fault])
    with pytest.raises(OutcomeUnknown):
        adapter(carrier.url).send(TO, "x", attempt_key=KEY)
    assert carrier.calls == 1
    assert len(carrier.ledger.texts) == taken


def test_sms_03_nobody_listens_so_no_byte_was_sent() -> None:
    with Carrier() as gone:
        url = gone.url
    with pytest.raises(NotHandedOver):
        adapter(url).send(TO, "x", attempt_key=KEY)


def test_sms_03_a_name_that_does_not_resolve_and_a_wrong_certificate(carrier: Carrier) -> None:
    """N36: not without TLS."""
    for wrong in ("https://no-such-host.invalid", carrier.url.replace("http:", "https:")):
        with pytest.raises(NotHandedOver):
            adapter(wrong).send(TO, "x", attempt_key=KEY)
    assert carrier.calls == 0


def test_sms_02_too_late_before_the_first_byte_is_not_tried(
    carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrier_http, "IN_ALL", 0.0)  # as if the process had slept since the last look
    with pytest.raises(NotTried):
        adapter(carrier.url).send(TO, "x", attempt_key=KEY)
    assert carrier.calls == 0


@pytest.mark.parametrize("looks", [1, 2], ids=["before the head", "between head and body"])
def test_sms_02_one_that_slept_on_the_way_hands_over_nothing(
    carrier: Carrier, monkeypatch: pytest.MonkeyPatch, looks: int
) -> None:
    began = time.monotonic()
    asked: list[float] = []

    def late_at_this_look() -> float:
        asked.append(began)
        return began + (3600 if len(asked) > looks else 0)

    monkeypatch.setattr(carrier_http, "time", SimpleNamespace(monotonic=late_at_this_look))
    with pytest.raises(NotTried if looks == 1 else OutcomeUnknown):
        adapter(carrier.url).send(TO, "x", attempt_key=KEY)
    assert carrier.ledger.texts == {}


def test_sms_02_the_last_look_is_right_before_the_first_byte(carrier: Carrier) -> None:
    with pytest.raises(NotTried):
        adapter(carrier.url).send(TO, "x", attempt_key=KEY, may_begin=lambda: False)
    assert carrier.calls == 0


def test_io_05_only_the_configured_address_is_called(carrier: Carrier) -> None:
    http = carrier_http.CarrierHttp("http://127.0.0.1:9", lanes=1)
    with pytest.raises(NotHandedOver), carrier_http.call():
        http.request("POST", f"{carrier.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    assert carrier.calls == 0


def test_io_05_the_environment_chooses_no_proxy_and_no_host(
    carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("TWILIO_EDGE", "nowhere")
    monkeypatch.setenv("TWILIO_REGION", "nowhere")
    assert isinstance(adapter(carrier.url).send(TO, "x", attempt_key=KEY), Accepted)


def test_a_connection_that_the_carrier_closed_meanwhile_costs_no_text(carrier: Carrier) -> None:
    phone = adapter(carrier.url)
    for number in range(3):
        assert isinstance(phone.send(TO, f"text {number}", attempt_key=KEY), Accepted)
    assert carrier.calls == 3


def test_sms_04_it_can_be_asked(carrier: Carrier) -> None:
    phone = adapter(carrier.url)
    assert isinstance(phone, Evidence)
    for number in (TO, TO, "+447700900124"):
        phone.send(number, f"to {number}", attempt_key=KEY)
    carrier.ledger.texts[f"SM{1:032x}"].is_sent = False  # it still queues: no day of sending
    carrier.ledger.texts[f"SM{2:032x}"].direction = "inbound"
    [found] = phone.texts_to(TO, since=NOW - timedelta(hours=1))
    assert (found.carrier_id, found.body, found.at) == (f"SM{1:032x}", f"to {TO}", NOW)
    assert found.state is MessageState.DELIVERED
    assert phone.texts_to(TO, since=NOW + timedelta(hours=1)) == []
    assert len(phone.texts_since(NOW - timedelta(days=1))) == 1
    assert phone.text(f"SM{3:032x}").to_number == "+447700900124"  # type: ignore[union-attr]
    assert phone.text(f"SM{9:032x}") is None
    phone.reach()


def test_sms_04_long_lists_are_read_to_the_end_or_not_trusted(
    carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    from patientapp.messaging import twilio

    monkeypatch.setattr(twilio, "PAGE", 3)
    phone = adapter(carrier.url)
    for number in range(8):
        phone.send(TO, f"text {number}", attempt_key=KEY)
    assert len(phone.texts_to(TO, since=NOW - timedelta(hours=1))) == 8
    monkeypatch.setattr(twilio, "TO_ONE", 8)
    with pytest.raises(CannotAsk):
        phone.texts_to(TO, since=NOW - timedelta(hours=1))


def test_sms_04_a_carrier_that_is_down_cannot_be_asked(carrier: Carrier) -> None:
    carrier.is_down = True
    phone = adapter(carrier.url)
    for ask in (
        lambda: phone.texts_to(TO, since=NOW),
        lambda: phone.texts_since(NOW),
        lambda: phone.text(f"SM{1:032x}"),
        phone.reach,
    ):
        with pytest.raises(CannotAsk):
            ask()


def test_wrong_credentials_cannot_ask(carrier: Carrier) -> None:
    with pytest.raises(CannotAsk):
        adapter(carrier.url, auth_token="another").reach()


@pytest.mark.slow
def test_web_workers_never_load_the_sdk() -> None:
    code = (
        "import sys; from patientapp.app import create_app; create_app();"
        "bad = [m for m in sys.modules if m.startswith(('twilio.rest', 'twilio.http', 'requests'))];"
        "assert not bad, bad"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_moments_are_utc(carrier: Carrier) -> None:
    phone = adapter(carrier.url)
    phone.send(TO, "x", attempt_key=KEY)
    [found] = phone.texts_to(TO, since=NOW - timedelta(hours=1))
    assert found.at.tzinfo is UTC
    assert isinstance(found.at, datetime)


def test_sms_12_texts_to_us_are_listed_for_our_number_only(carrier: Carrier) -> None:
    phone = adapter(carrier.url)
    phone.send(TO, "ours", attempt_key=KEY)
    carrier.ledger.hear(TO, "to another number", to="+447700900998")
    carrier.ledger.hear(TO, "too old", to=SENDER, at=NOW - timedelta(hours=2))
    heard = carrier.ledger.hear(TO, "STOP", to=SENDER)
    [found] = phone.texts_received(NOW - timedelta(hours=1))
    assert (found.carrier_id, found.from_number, found.body) == (heard.sid, TO, "STOP")
    service = adapter(carrier.url, sender={"messaging_service_sid": "MG" + "0" * 32})
    assert len(service.texts_received(NOW - timedelta(hours=1))) == 2  # it has several numbers
    carrier.is_down = True
    with pytest.raises(CannotAsk):
        phone.texts_received(NOW)
