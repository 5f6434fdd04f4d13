"""The app with the loopback carrier as its carrier."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask

from patientapp.config import Settings
from patientapp.outgoing import wiring
from patientapp.web.current import SETTINGS
from tests.carrier.server import Carrier
from tests.outgoing.world import with_carrier


@pytest.fixture
def carrier(now: datetime) -> Iterator[Carrier]:
    with Carrier(now_fn=lambda: now) as made:
        yield made
    assert made.violations == []


@pytest.fixture
def wired(app: Flask, settings: Settings, carrier: Carrier, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The app with the loopback carrier as its carrier."""
    monkeypatch.setitem(app.extensions, SETTINGS, with_carrier(settings, carrier))
    monkeypatch.delitem(app.extensions, wiring.MADE, raising=False)
    return app
