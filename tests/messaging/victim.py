"""A dispatcher that kills itself at a given point: run as a process of its own by test_kills.py."""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from uuid import UUID

from patientapp.app import create_app
from patientapp.messaging.dispatcher import Dispatcher
from patientapp.messaging.gateway import Accepted


def die() -> None:
    """As by kill -9: nothing is cleaned up."""
    os.kill(os.getpid(), signal.SIGKILL)


class FileCarrier:
    """A carrier whose ledger is a file, so that it outlives us."""

    def __init__(self, ledger: Path, die_at: str) -> None:
        self._ledger, self._die_at, self._calls = ledger, die_at, 0

    def send(self, to: str, body: str, *, attempt_key: str) -> Accepted:
        """Take the text; on the second call, die at the given point."""
        self._calls += 1
        if self._calls == 2 and self._die_at == "before the carrier took it":
            die()
        with self._ledger.open("a", encoding="ascii") as file:
            file.write(attempt_key + "\n")
        if self._calls == 2 and self._die_at == "after the carrier took it":
            die()
        return Accepted(carrier_id=f"file-{attempt_key}")


def main(ledger: str, die_at: str, moment: str) -> None:
    """Send what is due at that moment, up to the point of death."""
    written = 0

    def address_of(link_id: UUID) -> str:
        nonlocal written
        written += 1
        if written == 2 and die_at == "with a claim in hand":
            die()
        return f"https://pain.example/q/{link_id.hex[:26]}"

    app = create_app()
    with app.app_context():
        Dispatcher(
            gateway=FileCarrier(Path(ledger), die_at),
            address_of=address_of,
            now_fn=lambda: datetime.fromisoformat(moment),
        ).run()


if __name__ == "__main__":
    main(*sys.argv[1:4])
