"""The facts that the tables give are those that the rows of the import files say, on both databases."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from sqlalchemy.orm import Session

from patientapp.kpi.asked import Period
from patientapp.kpi.days import number
from patientapp.kpi.engine import figures
from patientapp.kpi.queries import system_contract, system_parts, system_still_open
from tests.factories import make_service
from tests.kpi.cohorts import cohort
from tests.kpi.oracle import KPIS, Oracle
from tests.kpi.stored import put

YEAR = (date(2025, 1, 1), date(2025, 12, 31))


@pytest.mark.slow
@pytest.mark.parametrize("size", [90, 4])
def test_the_return_from_the_tables_equals_the_oracle(session: Session, size: int) -> None:
    """K1 to K29 of all five contracts, read from the database: summer time, edges of hours and all.

    And the same from a few people at a time as from all at once.
    """
    rows = cohort(5, 90)
    service = make_service(session, profile="bassetlaw")
    put(session, service, rows)
    other = make_service(session)
    put(session, other, cohort(6, 5))  # another service's people are in nobody's figures
    asked = Period(*map(number, YEAR))
    parts = list(system_parts(service.id, asked, size=size))
    assert len(parts) > 40 // size
    for name in KPIS:
        service.profile = name
        made = figures(system_contract(service), parts, asked, today=number(YEAR[1]))
        ours = {one.line.id: (one.numerator, one.denominator) for one in made}
        assert ours == Oracle(rows, name, *YEAR).every()


def test_a_service_without_facts_has_a_return(session: Session) -> None:
    """An empty denominator is no figure and says so: never 0%."""
    service = make_service(session, profile="highly_specialist")
    asked = Period(*map(number, YEAR))
    made = list(figures(system_contract(service), system_parts(service.id, asked), asked, today=20_000))
    assert {one.value for one in made} == {None}
    assert made[0].notes == ("No discharges in this period",)
    assert np.array_equal([one.denominator for one in made], [0] * len(made))


def test_a_month_of_a_year_needs_only_its_people(session: Session) -> None:
    """Any month equals the oracle, though only people to whom something happened in it are read."""
    rows = cohort(8, 60)
    service = make_service(session, profile="durham_tier3")
    put(session, service, rows)
    for month in (3, 7, 11):
        days = (date(2025, month, 1), date(2025, month, 28))
        asked = Period(*map(number, days))
        parts = list(system_parts(service.id, asked))
        assert len(parts[1].referrals) < 60
        made = figures(system_contract(service), parts, asked, today=number(YEAR[1]))
        ours = {one.line.id: (one.numerator, one.denominator) for one in made}
        assert ours == Oracle(rows, "durham_tier3", *days).every()


def test_open_episodes_are_those_neither_sent_back_nor_discharged(session: Session) -> None:
    """B30: long episodes are counted over everybody, not only over those of the period."""
    rows = cohort(8, 40)
    service = make_service(session)
    put(session, service, rows)
    closed = {row["referral_key"] for row in rows["events"] if row["event"] in ("returned", "discharged")}
    every = {row["referral_key"] for row in rows["referrals"]}
    assert system_still_open(service.id) == len(every - closed)
