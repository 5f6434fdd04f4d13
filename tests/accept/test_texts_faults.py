"""A carrier that hangs, calls back in any order, or is down for hours (SMS-04, SMS-05, SMS-09)."""

from __future__ import annotations

import random  # noqa: TID251 - a seed makes it the same each time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from patientapp.config import Settings
from patientapp.db import db, transaction
from patientapp.messaging import carrier_http
from patientapp.messaging.carrier_codes import STATUSES
from patientapp.messaging.gateway import Accepted, NotHandedOver
from patientapp.messaging.models import MessageEvent, OutboxMessage
from patientapp.messaging.reports import Report, take_report
from patientapp.messaging.rules import MessageState, may_call_now
from patientapp.outgoing.wiring import GATEWAY, dispatcher_of, settle_once, tell_staff
from patientapp.web.current import SETTINGS
from patientapp.worklist.models import WorkItem
from tests.accept.texting import Post, fill, post_office, states
from tests.carrier.description import MISSING, description
from tests.carrier.faults import LOST, CallBacks, Fault, Kind, share
from tests.carrier.server import Carrier
from tests.conftest import DATABASES
from tests.factories import NOW
from tests.messaging.fakes import FakeClock, FakeGateway
from tests.messaging.world import dispatcher

pytestmark = [pytest.mark.accept, pytest.mark.skipif(description() is None, reason=MISSING)]
S = MessageState
TEXTS, ORDERS = 100, 10_000
HANGS = share(0.3, Fault(kind=Kind.HANG))


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    with Carrier(plan=HANGS) as made:
        yield made
    assert made.violations == []


@pytest.fixture(params=DATABASES)
def post(
    request: pytest.FixtureRequest, tmp_path: Path, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Post]:
    """One installation; its calls wait half a second for an answer instead of seven."""
    monkeypatch.setattr(carrier_http, "READ", 0.5)
    with post_office(request.param, tmp_path, carrier_url=carrier.url, dispatch_lanes=16) as made:
        carrier.ledger.now_fn = made.clock.now
        yield made
        carrier.calling_back.finish()  # while there is a database to call back to


def run_for(post: Post, *, minutes: int, step: int = 1) -> None:
    """A dispatcher and a settler at work through simulated minutes."""
    for _each in range(0, minutes, step):
        with post.app.app_context():
            here = dispatcher_of(post.app, now_fn=post.clock.now)
            replace(here, monotonic=post.clock.monotonic).run()
        for _turn in range(5):
            settle_once(post.app, now_fn=post.clock.now)
        post.clock.jump(minutes=step)


def call_back_in(post: Post, carrier: Carrier, plan: CallBacks) -> None:
    phone = post.app.test_client()

    def call_back(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> int:
        return phone.post(url, data=dict(form), headers=dict(headers)).status_code

    carrier.calling_back._post, carrier.calling_back.plan = call_back, plan


WAYS = [
    ("once", CallBacks(), set()),
    ("twenty times, in any order", CallBacks(times=20, shuffled=True), set()),
    ("before the answer to our call", CallBacks(before_answer=True), set()),
    ("late", CallBacks(after=0.2), set()),
    ("never: only the list is left", LOST, set()),
]


@pytest.mark.parametrize("plan", [c[1] for c in WAYS], ids=[c[0] for c in WAYS])
def test_sms_04_of_30_in_100_calls_that_hang_none_is_doubled_or_lost(
    post: Post, carrier: Carrier, plan: CallBacks
) -> None:
    call_back_in(post, carrier, plan)
    fill(post.app, TEXTS, due_at=lambda _number: post.clock.now())
    run_for(post, minutes=30)
    assert carrier.ledger.doubled() == []
    assert len(carrier.ledger.texts) == TEXTS
    assert states(post.app) == {"delivered": TEXTS}
    assert set(carrier.calling_back.answers) <= {204, 503}, "or refused in its second"
    print(f"{carrier.calls} calls, {len(carrier.calling_back.answers)} call-backs, {TEXTS} delivered")


def test_sms_04_with_neither_call_back_nor_list_all_that_hang_are_shown_as_unknown(
    post: Post, carrier: Carrier
) -> None:
    call_back_in(post, carrier, LOST)
    fill(post.app, TEXTS, due_at=lambda _number: post.clock.now())
    run_for(post, minutes=1)
    carrier.is_down = True
    run_for(post, minutes=60, step=5)
    assert carrier.ledger.doubled() == []
    assert len(carrier.ledger.texts) == TEXTS
    found = states(post.app)
    assert found["unknown"] == sum(HANGS(number, {}) is not None for number in range(TEXTS)) > 20
    with post.app.app_context():
        told = db.session.scalars(sa.select(WorkItem.source)).all()
        assert len(told) == found["unknown"], "CLIN-12: each is a task"
        db.session.remove()
    print(f"with neither: {found}, {len(told)} tasks")


def test_sms_09_10_000_orders_of_reports_with_repeats_only_move_forward(post: Post) -> None:
    chance = random.Random(9)
    fill(post.app, ORDERS, due_at=lambda _number: NOW)
    with post.app.app_context():
        sending = {"state": S.SENDING, "attempt": 1, "sent_at": NOW}
        db.session.execute(sa.update(OutboxMessage).values(sending))
        db.session.commit()
        ids = db.session.scalars(sa.select(OutboxMessage.id)).all()
        firsts = dict(_report_all(ids, chance))
        assert _out_of_order(firsts) == []
        db.session.remove()


def _report_all(ids: Any, chance: random.Random) -> Iterator[tuple[UUID, S | None]]:
    """Report of each text in an order of its own; the first final state that it was told of."""
    for start in range(0, len(ids), 250):
        with transaction():
            for message_id in ids[start : start + 250]:
                told = chance.choices(sorted(STATUSES), k=chance.randint(1, 5))
                for status in told:
                    report = Report(
                        message_id=message_id,
                        attempt=1,
                        carrier_id=f"SM{message_id.hex}",
                        state=STATUSES[status],
                    )
                    take_report(report, now=NOW)
                finals = [STATUSES[one] for one in told if STATUSES[one] is not S.ACCEPTED]
                yield message_id, finals[0] if finals else S.ACCEPTED


def _out_of_order(firsts: Mapping[UUID, S | None]) -> list[UUID]:
    """Texts that went back, took a step twice, or did not stay at the first final word."""
    rank = {S.DUE: 0, S.ACCEPTED: 1, S.DELIVERED: 2, S.UNDELIVERED: 2}
    seen: dict[UUID, list[S]] = {}
    events = sa.select(MessageEvent.message_id, MessageEvent.state).order_by(MessageEvent.seq)
    for message_id, state in db.session.execute(events):
        seen.setdefault(message_id, []).append(state)
    wrong = []
    for message_id, state in db.session.execute(sa.select(OutboxMessage.id, OutboxMessage.state)):
        ranks = [rank[one] for one in seen[message_id]]
        is_forward = ranks == sorted(set(ranks))
        if not is_forward or not seen[message_id][-1] is state is firsts[message_id]:
            wrong.append(message_id)
    return wrong


class DeadFor(FakeGateway):
    """A carrier that nobody can reach until a moment; notes when each text came."""

    def __init__(self, clock: FakeClock, until: datetime) -> None:
        super().__init__()
        self.clock, self.until, self.at = clock, until, list[datetime]()

    def send(self, to: str, body: str, *, attempt_key: str, **over: Any) -> Any:
        if self.clock.now() < self.until:
            self.calls += 1
            raise NotHandedOver
        answer = super().send(to, body, attempt_key=attempt_key, **over)
        if isinstance(answer, Accepted):
            self.at.append(self.clock.now())
        return answer


@pytest.mark.parametrize("hours", [6, 9], ids=["back by day", "back an hour before the window shuts"])
def test_sms_05_after_6_hours_of_a_dead_carrier_none_is_late_or_doubled_and_no_burst(
    post: Post, hours: int
) -> None:
    clock = FakeClock(NOW)
    short, rate = 600, 10.0
    fill(post.app, 2_400, due_at=lambda number: NOW + timedelta(seconds=number))
    fill(
        post.app,
        short,
        due_at=lambda number: NOW + timedelta(seconds=number),
        useful_until=NOW + timedelta(hours=3),
    )
    back = NOW + timedelta(hours=hours)
    carrier = DeadFor(clock, back)
    with post.app.app_context():
        here = dispatcher(carrier, clock, per_second=rate, on_trouble=tell_staff)
        while clock.now() < back:
            here.run()
            clock.wait(seconds=60)
        tried = carrier.calls
        for _each in range(40):
            here.run()
            clock.wait(seconds=20)
        db.session.remove()
    found = states(post.app)
    assert found == {"accepted": 2_400, "expired": short}
    assert len({one.body for one in carrier.ledger.values()}) == len(carrier.ledger) == 2_400
    assert all(may_call_now(at) for at in carrier.at)
    per_second = [0] * 2_000
    for at in carrier.at:
        per_second[int((at - back).total_seconds())] += 1
    assert max(per_second) <= rate + 1
    assert tried <= hours * 60, "the dead carrier is left alone"
    print(f"dead {hours} h: {tried} tries, {found}, drained in {carrier.at[-1] - carrier.at[0]}")


def test_the_gateway_of_these_tests_is_the_real_adapter(post: Post) -> None:
    settings: Settings = post.app.extensions[SETTINGS]
    app: Flask = post.app
    assert app.extensions[GATEWAY] is None
    assert settings.gateway == "twilio"
