"""Every numerator and denominator of all five contracts against an oracle written apart."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patientapp.kpi.asked import Period
from patientapp.kpi.days import number
from patientapp.kpi.engine import figures
from patientapp.kpi.returns import contract_of
from tests.kpi.as_facts import facts_of
from tests.kpi.cohorts import cohort
from tests.kpi.oracle import KPIS, Oracle

SERVICES = sorted(KPIS)
WHOLE_YEAR = (date(2025, 1, 1), date(2025, 12, 31))


def ours(
    rows: dict[str, list[dict[str, str]]], service: str, first: date, last: date
) -> dict[str, object]:
    """What the engine says."""
    asked = Period(number(first), number(last))
    made = figures(contract_of(service), [facts_of(rows)], asked, today=number(last) + 60)
    return {one.line.id: (one.numerator, one.denominator) for one in made}


@pytest.mark.parametrize("service", SERVICES)
def test_each_contract_equals_the_oracle(service: str) -> None:
    """K1, K1b, K1n to K29, RTT18; X1 to X16: the same numbers from rows of a year.

    B19, H21: K16; B43, D06: K21; B48: K22; H16, H17: K8; H04, H19: a year.
    """
    rows = cohort(11, 160)
    assert ours(rows, service, *WHOLE_YEAR) == Oracle(rows, service, *WHOLE_YEAR).every()


@pytest.mark.parametrize("service", SERVICES)
@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**9), size=st.integers(1, 25), month=st.integers(1, 12))
def test_any_cohort_equals_the_oracle(service: str, seed: int, size: int, month: int) -> None:
    """B61 to B69, C36 to C45, D37 to D40, N28, H06 to H11: any cohort, any month or year.

    D03: K9; N05, N06: K27. B07, C03: ONW, and in C03 a line for each of its six outcomes. N60: K23.
    """
    rows = cohort(seed, size)
    first = date(2025, month, 1)
    last = date(2025, 12, 31) if month == 1 else date(2025, month, 28)
    assert ours(rows, service, first, last) == Oracle(rows, service, first, last).every()
