"""The nights on which the clocks change: each text once, by London's day (TIME-02, SMS-05)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from patientapp.messaging.gateway import Accepted, Refused
from patientapp.workdays import london_time
from tests.accept.texting import fill, post_office, states
from tests.conftest import DATABASES
from tests.messaging.fakes import FakeClock, FakeGateway
from tests.messaging.world import dispatcher

pytestmark = pytest.mark.accept
EVERY = timedelta(minutes=5)
TEXTS = 200  # one each five minutes, from the evening before to the noon after
NIGHTS = [
    ("forward", datetime(2026, 3, 28, 18, tzinfo=UTC)),
    ("back", datetime(2026, 10, 24, 18, tzinfo=UTC)),
]


class Noting(FakeGateway):
    """A carrier that notes when each text came."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self.clock, self.at = clock, list[datetime]()

    def send(self, to: str, body: str, *, attempt_key: str, **over: Any) -> Accepted | Refused:
        """Take it, and the time."""
        self.at.append(self.clock.now())
        return super().send(to, body, attempt_key=attempt_key, **over)


@pytest.mark.parametrize("kind", DATABASES)
@pytest.mark.parametrize("evening", [night[1] for night in NIGHTS], ids=[night[0] for night in NIGHTS])
def test_time_02_sms_05_in_the_night_of_a_clock_change_each_text_leaves_once_by_day(
    tmp_path: Path, kind: str, evening: datetime
) -> None:
    clock = FakeClock(evening)
    carrier = Noting(clock)
    with post_office(kind, tmp_path, carrier_url="http://127.0.0.1:9") as post:
        fill(post.app, TEXTS, due_at=lambda number: evening + number * EVERY)
        with post.app.app_context():
            two = [dispatcher(carrier, clock) for _each in range(2)]
            for tick in range(TEXTS + 12):
                two[tick % 2].run()
                clock.at += EVERY
        assert states(post.app) == {"accepted": TEXTS}
    assert set(Counter(one.body for one in carrier.ledger.values()).values()) == {1}
    assert len(carrier.ledger) == len(carrier.at) == TEXTS
    outside = [at for at in carrier.at if not time(8) <= london_time(at) < time(20)]
    assert outside == []
    in_the_morning = min(at for at in carrier.at if at.date() > evening.date())
    assert london_time(in_the_morning) == time(8), "by London's clock, not the server's"
