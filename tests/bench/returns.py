"""Speed and memory of a return: a month of a service of real size, a year of a large one.

By itself: python -m tests.bench.returns [--people 100000] [--keep FOLDER] [--only sqlite].
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
import warnings
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

from patientapp.db import db
from patientapp.kpi.asked import Period
from patientapp.kpi.days import number
from patientapp.kpi.engine import figures
from patientapp.kpi.queries import system_contract, system_parts, system_still_open
from patientapp.services.models import Service
from tests.bench.many import LAST, crowd
from tests.bench.table import Figure, lines
from tests.factories import NOW

PEOPLE = 5_600  # 2,800 referrals a year (N67) over two years
MONTH = (date(2026, 8, 1), LAST)
YEAR = (date(2025, 9, 1), LAST)
PER_100_000 = {"sqlite": 20.0, "postgresql": 9.0}  # seconds; 10 and 90 on PostgreSQL


def measured(kind: str, *, people: int = PEOPLE, keep: Path | None = None) -> list[Figure]:
    """Both figures on a database of this kind with so many people."""
    folder = keep and keep / f"{kind}-{people}"
    with crowd(kind, people, keep=folder) as (app, service_id), app.app_context():
        return list(of_returns(kind, service_id, people=people))


def of_returns(kind: str, service_id: UUID, *, people: int) -> Iterator[Figure]:
    """A month's return, and a year's; memory is how much the process grew beyond what it had."""
    for what, days, goal in (
        ("a month", MONTH, 1.0 if people == PEOPLE else None),
        ("a year", YEAR, max(10.0, PER_100_000[kind] * people / 100_000)),
    ):
        before = _most_mib()
        seconds, cpu = _seconds(service_id, days)
        yield Figure(
            id="returns",
            what=f"return of {what}, {people:,} referrals stored; CPU of ours; memory",
            database=kind,
            ours=f"{seconds:.2f} s; {cpu:.2f} s; {_most_mib() - before:+.0f} MiB",
            goal="-" if goal is None else f"{goal:g} s",
            met=None if goal is None else seconds <= goal,
        )


def _most_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _seconds(service_id: UUID, days: tuple[date, date]) -> tuple[float, float]:
    """From the tables to every figure of the contract, other readings beside: wall time, CPU time."""
    began, cpu = time.perf_counter(), time.process_time()
    service = db.session.get_one(Service, service_id)
    asked = Period(number(days[0]), number(days[1]))
    still_open = system_still_open(service_id)
    parts = system_parts(service_id, asked)
    today = number(NOW.date())
    made = figures(system_contract(service), parts, asked, today=today, still_open=still_open)
    assert list(made)
    return time.perf_counter() - began, time.process_time() - cpu


def main(arguments: list[str]) -> int:
    """Print the figures."""
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--keep", type=Path, help="Where databases are built once and used again.")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    given = parser.parse_args(arguments)
    kinds = [given.only] if given.only else ["sqlite", "postgresql"]
    found = [one for kind in kinds for one in measured(kind, people=given.people, keep=given.keep)]
    print("\n".join(lines(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
