"""Speed of a return: a month and a year of a made-up service of real size.

By itself: python -m tests.bench.returns [--people 5600] [--only sqlite].
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from patientapp.db import db, transaction
from patientapp.kpi.asked import Period
from patientapp.kpi.days import number
from patientapp.kpi.engine import figures
from patientapp.kpi.queries import system_contract, system_facts
from patientapp.services.models import Service
from patientapp.simulate import storing
from patientapp.simulate.cohort import stories
from tests.bench.planning import _app
from tests.bench.table import Figure, lines
from tests.bench.tools import database
from tests.factories import NOW, make_service

PEOPLE = 5_600  # 2,800 referrals a year (N67) over two years
FIRST, LAST = date(2024, 9, 1), date(2026, 8, 31)
MONTH = (date(2026, 8, 1), LAST)
YEAR = (date(2025, 9, 1), LAST)


def measured(kind: str, *, people: int = PEOPLE) -> list[Figure]:
    """Both figures on an empty database of this kind."""
    with database(kind) as (made, folder, _postmaster):
        return list(of_returns(kind, made.url, folder, people=people))


def of_returns(kind: str, url: str, folder: Path, *, people: int) -> Iterator[Figure]:
    """A month's return, and a year's."""
    with _app(url, folder).app_context():
        with transaction():
            service = make_service(db.session(), profile="south_cheshire")
        for _done in storing.store(
            service.id, stories("south_cheshire", people, FIRST, LAST, seed=1), seed=1, now=NOW
        ):
            pass
        for what, days, goal in (
            ("a month", MONTH, 1.0),
            ("a year", YEAR, 20.0 if kind == "sqlite" else 10.0),
        ):
            seconds = _seconds(service, days)
            yield Figure(
                id="returns",
                what=f"return of {what}, {people:,} referrals stored",
                database=kind,
                ours=f"{seconds:.2f} s",
                goal=f"{goal:g} s",
                met=seconds <= goal,
            )


def _seconds(service: Service, days: tuple[date, date]) -> float:
    """From the tables to every figure of the contract, other readings beside."""
    began = time.perf_counter()
    asked = Period(number(days[0]), number(days[1]))
    facts = system_facts(service.id)
    made = list(figures(system_contract(service), facts, asked, today=number(NOW.date())))
    assert made
    return time.perf_counter() - began


def main(arguments: list[str]) -> int:
    """Print the figures."""
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    given = parser.parse_args(arguments)
    kinds = [given.only] if given.only else ["sqlite", "postgresql"]
    print("\n".join(lines([one for kind in kinds for one in measured(kind, people=given.people)])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
