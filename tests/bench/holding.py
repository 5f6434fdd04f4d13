"""REL-05: how long each write holds the one writer of a SQLite file, and who holds it longest.

By itself: python -m tests.bench.holding [--rows 2000]. A figure of a machine at a moment: what must hold
anywhere, that parts shrink where they take long, is in tests/imports.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner
from flask import Flask

from patientapp.config import Environment, Settings
from patientapp.imports.cli import import_command
from patientapp.sqlite_file import WriterLock
from tests.bench.table import Figure, lines
from tests.factories import made_up_nhs_number

LONGEST_MS = 50.0
ROWS = 2_000
SERVICE = "bench"


@contextmanager
def holds() -> Iterator[list[tuple[float, float]]]:
    """Milliseconds on the wall and of processor of each hold of a writer lock, while this is open."""
    found: list[tuple[float, float]] = []
    real = WriterLock.held

    @contextmanager
    def timed(self: WriterLock, *, wait: float = 8.0) -> Iterator[None]:
        with real(self, wait=wait):
            began, worked = time.perf_counter(), time.thread_time()
            try:
                yield
            finally:
                wall, work = time.perf_counter() - began, time.thread_time() - worked
                found.append((wall * 1000, work * 1000))

    WriterLock.held = timed  # type: ignore[method-assign]
    try:
        yield found
    finally:
        WriterLock.held = real  # type: ignore[method-assign]


def measured(rows: int = ROWS) -> Iterator[Figure]:
    """One import of each kind that the booking system sends, into an empty SQLite file."""
    with tempfile.TemporaryDirectory(prefix="patientapp-bench-") as name:
        app = _app(Path(name))
        for kind, lines_of in (
            ("patients", _people),
            ("referrals", _referrals),
            ("appointments", _visits),
        ):
            file = Path(name) / f"{kind}.csv"
            file.write_text(lines_of(rows))
            given = [kind, str(file), "--service", SERVICE]
            with holds() as found:
                done = CliRunner().invoke(import_command, given, obj=lambda: app)
            assert done.exit_code == 0, done.output
            yield _figure(kind, rows, found)


def _figure(kind: str, rows: int, found: Sequence[tuple[float, float]]) -> Figure:
    ordered = sorted(wall for wall, _work in found)
    longest, most = ordered[-1], ordered[int(len(ordered) * 0.99)]
    work = max(work for _wall, work in found)
    ours = f"99% {most:.0f} ms, longest {longest:.0f} ms, of processor {work:.0f} ms"
    what = f"writer held, {rows} {kind}"
    goal = f"{LONGEST_MS:.0f} ms"
    return Figure(
        id="REL-05", what=what, database="sqlite", ours=ours, goal=goal, met=longest < LONGEST_MS
    )


def _app(folder: Path) -> Flask:
    from patientapp.app import create_app
    from patientapp.cli import upgrade
    from patientapp.db import transaction
    from patientapp.services.models import Service

    settings = Settings(
        env=Environment.TEST,
        database_url=f"sqlite:///{folder / 'bench.db'}",
        data_dir=folder,
        public_url="http://localhost",
        secret_key="bench-secret-key-of-enough-letters",
        link_key="bench-link-key-of-enough-letters-1",
        data_key="bench-data-key-of-enough-letters-1",
    )
    app = create_app(settings)
    with app.app_context():
        upgrade()
        with transaction() as session:
            words = {"phone": "0113 496 0100", "hours": "none"}
            session.add(Service(slug=SERVICE, name="Bench", short_name="Bench", **words))
    return app


def _people(count: int) -> str:
    head = "patient_key,nhs_number,given_name,family_name,birth_date,mobile\n"
    rows = (
        f"P-{n},{made_up_nhs_number()},Sam,Sample,1961-04-23,07700900{n % 900:03d}\n"
        for n in range(count)
    )
    return head + "".join(rows)


def _referrals(count: int) -> str:
    head = "referral_key,patient_key,received_at,pain_site\n"
    return head + "".join(f"R-{n},P-{n},2026-08-28T17:31,back\n" for n in range(count))


def _visits(count: int) -> str:
    head = "appointment_key,referral_key,starts_at,kind,mode,status\n"
    return head + "".join(
        f"A-{n},R-{n},2026-10-24T10:30,first,face_to_face,booked\n" for n in range(count)
    )


def main(arguments: Sequence[str]) -> int:
    """Print the figures."""
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=ROWS)
    print("\n".join(lines(list(measured(parser.parse_args(arguments).rows)))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
