"""Kill -9 of a dispatcher at each point of a text's way, on both databases (P2, SMS-03)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from patientapp.config import Settings
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.rules import CLAIM, CLOCK_SLACK, MessageState, Trouble
from tests.factories import make_patient, make_service
from tests.messaging.fakes import FakeClock, FakeGateway
from tests.messaging.races import committed
from tests.messaging.world import dispatcher, queue_text

TEXTS = 4
POINTS = [
    # (where it dies, texts with the carrier by then, texts left unknown)
    ("with a claim in hand", 0, 0),
    ("before the carrier took it", 1, 1),
    ("after the carrier took it", 2, 1),
]


def run_victim(settings: Settings, ledger: Path, point: str, now: datetime) -> list[str]:
    """What the carrier holds after the victim's death."""
    names = ("env", "database_url", "data_dir", "public_url", "secret_key", "link_key", "data_key")
    environment = os.environ | {f"PATIENTAPP_{n.upper()}": str(getattr(settings, n)) for n in names}
    words = [sys.executable, "-m", "tests.messaging.victim", str(ledger), point, now.isoformat()]
    ledger.touch()
    done = subprocess.run(words, env=environment, timeout=60, check=False)
    assert done.returncode == -9
    return ledger.read_text(encoding="ascii").split()


@pytest.mark.slow
@pytest.mark.parametrize(("point", "taken", "unknown"), POINTS, ids=[point[0] for point in POINTS])
def test_p2_sms_03_killed_at_any_point_no_text_is_doubled_or_lost(
    app: Flask, settings: Settings, now: datetime, tmp_path: Path, point: str, taken: int, unknown: int
) -> None:
    with committed(app) as session:
        service = make_service(session)
        for _each in range(TEXTS):
            queue_text(session, make_patient(session, service), now=now)
        held = run_victim(settings, tmp_path / "ledger", point, now)
        assert len(held) == taken
        clock, carrier = FakeClock(now + CLAIM + CLOCK_SLACK), FakeGateway()
        told: list[Trouble] = []
        dispatcher(carrier, clock, on_trouble=told.append).run()
        session.rollback()
        final = Counter(session.scalars(sa.select(OutboxMessage.state)))
        assert final == Counter(
            {MessageState.ACCEPTED: TEXTS - unknown}
            | ({MessageState.UNKNOWN: unknown} if unknown else {})
        )
        sent = Counter(key.rsplit("-", 1)[0] for key in [*held, *carrier.ledger])
        assert set(sent.values()) == {1}, "never twice"
        assert len(sent) >= TEXTS - unknown
        assert len(told) == unknown, "what we do not know, staff know that we do not"
