"""PERF-9: planning with many open packs: what it costs when nothing is due, and for each who is.

By itself: python -m tests.bench.planning [--people 1000000] [--due 20000] [--only sqlite].
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import Flask

from patientapp.config import Environment, Settings
from tests.bench.table import Figure, lines
from tests.bench.tools import database
from tests.factories import NOW

PEOPLE, DUE = 100_000, 2_000
PAGE = 5_000
QUIET_MS, PER_SECOND = 50.0, 167  # one in a hundred of 1,000,000 people due at once, in 60 s


def measured(kind: str, *, people: int = PEOPLE, due: int = DUE) -> list[Figure]:
    """Both figures on an empty database of this kind."""
    with database(kind) as (made, folder, _postmaster):
        return list(of_planning(kind, made.url, folder, people=people, due=due))


def of_planning(kind: str, url: str, folder: Path, *, people: int, due: int) -> Iterator[Figure]:
    """Two figures: nothing due, and so many due at once."""
    app = _app(url, folder)
    with app.app_context():
        ids = _fill(people)
        quiet = min(_plan_ms() for _round in range(5))
        yield _figure(
            "plan, nothing due", kind, f"{quiet:.1f} ms", f"{QUIET_MS:.0f} ms", quiet <= QUIET_MS
        )
        _make_due(ids[:due])
        began = time.perf_counter()
        queued = _plan()
        speed = queued / (time.perf_counter() - began)
        assert queued == due, f"{queued} of {due} were planned"
        yield _figure("plan, all due", kind, f"{speed:.0f}/s", f"{PER_SECOND}/s", speed >= PER_SECOND)


def _figure(what: str, kind: str, ours: str, goal: str, met: bool) -> Figure:
    return Figure(id="PERF-9", what=what, database=kind, ours=ours, goal=goal, met=met)


def _app(url: str, folder: Path) -> Flask:
    from patientapp.app import create_app
    from patientapp.cli import upgrade

    settings = Settings(
        env=Environment.TEST,
        database_url=url,
        data_dir=folder,
        public_url="http://localhost",
        secret_key="bench-secret-key-of-enough-letters",
        link_key="bench-link-key-of-enough-letters-1",
        data_key="bench-data-key-of-enough-letters-1",
    )
    app = create_app(settings)
    with app.app_context():
        upgrade()
    return app


def _plan() -> int:
    from patientapp.reminders.actions import plan

    return plan(now=NOW, link_key="bench-link-key", public_url="http://localhost")


def _plan_ms() -> float:
    began = time.perf_counter()
    assert _plan() == 0
    return (time.perf_counter() - began) * 1000


def _fill(people: int) -> list[UUID]:
    """So many people with an open pack each, all to be looked at next week."""
    import sqlalchemy as sa

    from patientapp.db import db, transaction
    from patientapp.services.models import Service

    service = Service(slug="bench", name="Bench", short_name="Bench", phone="0113 496 0100", hours="none")
    with transaction() as session:
        session.add(service)
    ids = [uuid4() for _each in range(people)]
    for start in range(0, people, PAGE):
        with transaction():
            for model, rows in _rows(service.id, ids[start : start + PAGE], start=start):
                db.session.execute(sa.insert(model), rows)
    with db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(sa.text("ANALYZE"))
    return ids


def _rows(
    service_id: UUID, ids: Sequence[UUID], *, start: int
) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    from patientapp.assessments.models import Pack, Task
    from patientapp.assessments.rules import TimePoint
    from patientapp.episodes.models import Episode
    from patientapp.episodes.rules import PainSite
    from patientapp.patients.models import Patient, PlannedLook

    whose = {"service_id": service_id}
    episodes, packs = [uuid4() for _one in ids], [uuid4() for _one in ids]
    made = {"created_at": NOW}
    name = {"given_name": "Sam", "family_name": "Sample", "birth_date": date(1970, 1, 1), "needs": []}
    yield (
        Patient,
        [
            whose | made | name | {"id": one, "mobile": f"+4477009{start + n:06d}"}
            for n, one in enumerate(ids)
        ],
    )
    received = {"received_at": NOW, "received_on": NOW.date()}
    yield (
        Episode,
        [
            whose | made | received | {"id": episode, "patient_id": one, "pain_site": PainSite.BACK}
            for one, episode in zip(ids, episodes, strict=True)
        ],
    )
    days = {"opens_on": date(2026, 9, 1), "due_on": date(2026, 10, 1), "closes_on": date(2026, 11, 1)}
    pack = whose | days | {"time_point": TimePoint.T0, "assigned_at": NOW}
    yield (
        Pack,
        [
            pack | {"id": which, "episode_id": episode, "patient_id": one}
            for one, episode, which in zip(ids, episodes, packs, strict=True)
        ],
    )
    task = {"instrument": "pseq", "instrument_version": 1, "position": 1}
    yield (
        Task,
        [
            task | {"id": uuid4(), "pack_id": which, "patient_id": one}
            for one, which in zip(ids, packs, strict=True)
        ],
    )
    yield (
        PlannedLook,
        [{"patient_id": one, "look_at": NOW + timedelta(days=7), "changes": 1} for one in ids],
    )


def _make_due(ids: Sequence[UUID]) -> None:
    from patientapp.db import transaction
    from patientapp.patients.looks import look_at_all

    with transaction():
        look_at_all(ids, NOW)


def main(arguments: Sequence[str]) -> int:
    """Print the figures of both databases."""
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--due", type=int, default=DUE)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    asked = parser.parse_args(arguments)
    figures: list[Figure] = []
    for kind in [asked.only] if asked.only else ["sqlite", "postgresql"]:
        figures += measured(kind, people=asked.people, due=asked.due)
    print("\n".join(lines(figures)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
