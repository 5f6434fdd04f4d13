"""Many dispatchers at once, and a carrier that is down: each text once, every answer kept.

How fast that goes is a figure of the machine: `make bench` (tests/bench/sending.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.accept.live import start, stop
from tests.accept.texting import (
    Post,
    answer_all,
    fill,
    post_office,
    start_dispatcher,
    start_instant,
    states,
    stop_all,
    wait_until,
)
from tests.carrier.server import Carrier
from tests.conftest import DATABASES

pytestmark = pytest.mark.accept
LONG = 240  # seconds: a busy machine may be slow, but it must come to an end


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    """Answers in 50 ms; held against no description, for that takes the dispatchers' processor."""
    with Carrier(takes=0.05, strict=False) as made:
        yield made


@pytest.fixture(params=DATABASES)
def post(request: pytest.FixtureRequest, tmp_path: Path, carrier: Carrier) -> Iterator[Post]:
    with post_office(request.param, tmp_path, carrier_url=carrier.url, dispatch_lanes=10) as made:
        carrier.ledger.now_fn = made.clock.now
        yield made


def test_perf_9_four_dispatchers_send_each_of_1_000_texts_once(post: Post, carrier: Carrier) -> None:
    fill(post.app, 1_000, due_at=lambda _number: post.clock.now())
    running = [start_dispatcher(post) for _each in range(4)]
    try:
        done = wait_until(lambda: states(post.app) == {"accepted": 1_000}, seconds=LONG)
    finally:
        stop_all(running)
    assert done, states(post.app)
    assert carrier.ledger.doubled() == []
    assert len(carrier.ledger.texts) == carrier.calls == 1_000


def test_p3_texts_of_many_moments_all_leave_and_none_before_its_time(
    post: Post, carrier: Carrier
) -> None:
    began = post.clock.now()
    fill(post.app, 100, due_at=lambda number: began + timedelta(seconds=number / 10))
    running = [start_dispatcher(post) for _each in range(2)]
    try:
        done = wait_until(lambda: len(carrier.ledger.texts) == 100, seconds=LONG)
    finally:
        stop_all(running)
    assert done, states(post.app)
    assert carrier.ledger.doubled() == []
    slack = timedelta(seconds=1)  # the ledger keeps whole seconds
    for number, one in enumerate(sorted(carrier.ledger.texts.values(), key=lambda text: text.at)):
        assert one.at + slack >= began + timedelta(seconds=number / 10)


def test_perf_9_two_processes_with_an_instant_carrier_take_each_text_once(post: Post) -> None:
    fill(post.app, 2_000, due_at=lambda _number: post.clock.now())
    running = [start_instant(post) for _each in range(2)]
    try:
        done = wait_until(lambda: states(post.app) == {"accepted": 2_000}, seconds=LONG)
    finally:
        stop_all(running)
    assert done, states(post.app)


def test_ops_05_answers_are_kept_while_the_carrier_is_down(
    post: Post, carrier: Carrier, tmp_path: Path
) -> None:
    port = int(post.settings.public_url.rpartition(":")[2])
    server = start(post.settings, port=port, workers=2, log=tmp_path / "server.log")
    fill(post.app, 200, due_at=lambda _number: post.clock.now())
    carrier.is_down = True
    running = [start_dispatcher(post)]
    try:
        assert len(answer_all(post, 25)) == 25  # each was asserted to be a 2xx
    finally:
        stop_all(running)
        stop(server)
    assert carrier.ledger.texts == {}
