"""The facts that the tables give are those that the rows of the import files say, on both databases."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from sqlalchemy.orm import Session

from patientapp.kpi.asked import Period
from patientapp.kpi.days import number
from patientapp.kpi.engine import figures
from patientapp.kpi.queries import system_contract, system_facts
from tests.factories import make_service
from tests.kpi.cohorts import cohort
from tests.kpi.oracle import KPIS, Oracle
from tests.kpi.stored import put

YEAR = (date(2025, 1, 1), date(2025, 12, 31))


@pytest.mark.slow
def test_the_return_from_the_tables_equals_the_oracle(session: Session) -> None:
    """K1 to K29 of all five contracts, read from the database: summer time, edges of hours and all."""
    rows = cohort(5, 90)
    service = make_service(session, profile="bassetlaw")
    put(session, service, rows)
    other = make_service(session)
    put(session, other, cohort(6, 5))  # another service's people are in nobody's figures
    facts = system_facts(service.id)
    assert len(facts.referrals) == 90
    for name in KPIS:
        service.profile = name
        made = figures(system_contract(service), facts, Period(*map(number, YEAR)), today=number(YEAR[1]))
        ours = {one.line.id: (one.numerator, one.denominator) for one in made}
        assert ours == Oracle(rows, name, *YEAR).every()


def test_a_service_without_facts_has_a_return(session: Session) -> None:
    """An empty denominator is no figure and says so: never 0%."""
    service = make_service(session, profile="highly_specialist")
    asked = Period(*map(number, YEAR))
    made = list(figures(system_contract(service), system_facts(service.id), asked, today=20_000))
    assert {one.value for one in made} == {None}
    assert made[0].notes == ("No discharges in this period",)
    assert np.array_equal([one.denominator for one in made], [0] * len(made))
