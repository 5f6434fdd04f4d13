"""Each text once, whatever is killed or stopped (P2, SMS-01 to SMS-04)."""

from __future__ import annotations

import os
import random  # noqa: TID251 - a seed makes it the same each time
import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.accept.texting import (
    Post,
    fill,
    post_office,
    start_dispatcher,
    states,
    stop_all,
    wait_until,
)
from tests.carrier.description import MISSING, description
from tests.carrier.faults import CallBacks
from tests.carrier.server import Carrier
from tests.conftest import DATABASES

pytestmark = [pytest.mark.accept, pytest.mark.skipif(description() is None, reason=MISSING)]

TEXTS, KILLS, STOPS = 200, 20, 20
UNSETTLED = {"due", "claimed", "sending", "unknown"}


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    """Takes a little while for each text and calls back once about each."""
    with Carrier(call_backs=CallBacks(), takes=0.03) as made:
        yield made
    assert made.violations == []


@pytest.fixture(params=DATABASES)
def post(request: pytest.FixtureRequest, tmp_path: Path, carrier: Carrier) -> Iterator[Post]:
    """An installation whose carrier calls back to its real web app."""
    with post_office(request.param, tmp_path, carrier_url=carrier.url, dispatch_lanes=2) as made:
        phone = made.app.test_client()

        def call_back(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> int:
            answer = phone.post(url, data=dict(form), headers=dict(headers), base_url=None)
            return answer.status_code

        carrier.calling_back._post = call_back
        carrier.ledger.now_fn = made.clock.now
        yield made
        carrier.calling_back.finish()  # while there is a database to call back to


def pass_time(post: Post, *, minutes: int) -> bool:
    """Let simulated minutes pass, each once what can be done in it is done; whether all is settled."""
    for _minute in range(minutes):
        until_quiet(post)
        if not UNSETTLED & states(post.app).keys():
            return True
        post.clock.jump(minutes=1)
    until_quiet(post)
    return not UNSETTLED & states(post.app).keys()


def until_quiet(post: Post) -> None:
    """Return when nothing has changed for half a second of real time."""
    before: dict[str, int] = {}
    for _look in range(40):
        time.sleep(0.5)
        now = states(post.app)
        if now == before:
            return
        before = now


def check(post: Post, carrier: Carrier, texts: int) -> None:
    found = states(post.app)
    assert carrier.ledger.doubled() == [], "doubled"
    assert len(carrier.ledger.texts) == texts, f"lost: {found}"
    assert sum(found.values()) == found.get("accepted", 0) + found.get("delivered", 0) == texts
    assert set(carrier.calling_back.answers) <= {204, 409, 503}, "a stopped one held it"


def test_p2_sms_01_no_text_is_doubled_or_lost_by_20_kills(post: Post, carrier: Carrier) -> None:
    chance = random.Random(20)
    fill(post.app, TEXTS, due_at=lambda _number: post.clock.now())
    running = [start_dispatcher(post) for _each in range(2)]
    try:
        for _kill in range(KILLS):
            time.sleep(chance.uniform(0.5, 1.2))
            victim = running.pop(chance.randrange(2))
            victim.kill()
            victim.join(10)
            post.clock.jump(minutes=1)
            running.append(start_dispatcher(post))
        done = pass_time(post, minutes=15)
    finally:
        stop_all(running)
    assert done, states(post.app)
    check(post, carrier, TEXTS)
    print(f"20 kills: {carrier.calls} calls for {TEXTS} texts, {states(post.app)}")


def test_sms_01_sms_02_no_text_is_doubled_by_20_stops_past_the_claim(
    post: Post, carrier: Carrier
) -> None:
    chance = random.Random(21)
    running = [start_dispatcher(post, batch=5) for _each in range(2)]
    try:
        for _stop in range(STOPS):
            fill(post.app, 10, due_at=lambda _number: post.clock.now())
            time.sleep(chance.uniform(0.02, 0.4))
            victim = running[chance.randrange(2)].pid
            os.kill(victim, signal.SIGSTOP)
            for _part in range(3):
                time.sleep(0.4)
                post.clock.jump(minutes=6)
            time.sleep(0.4)
            os.kill(victim, signal.SIGCONT)
            time.sleep(0.2)
            wait_until(lambda: "due" not in states(post.app), seconds=3)
        done = pass_time(post, minutes=30)
    finally:
        stop_all(running)
    assert done, states(post.app)
    check(post, carrier, STOPS * 10)
    print(f"20 stops: {carrier.calls} calls for {STOPS * 10} texts, {states(post.app)}")
