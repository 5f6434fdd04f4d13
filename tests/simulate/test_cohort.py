"""Made-up people: the same for the same seed, plausible, and never in the future."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from statistics import fmean

from patientapp.patients.rules import parse_nhs_number
from patientapp.simulate.cohort import Story, nhs_number, rates, stories

DAYS = (date(2024, 1, 1), date(2025, 12, 31))


def told(seed: int, people: int = 400, profile: str = "mid_notts") -> list[Story]:
    """Some stories."""
    return list(stories(profile, people, *DAYS, seed=seed))


def test_the_same_seed_tells_the_same_stories() -> None:
    """Reproducible: person by person, event by event."""
    assert [asdict(one) for one in told(3, 40)] == [asdict(one) for one in told(3, 40)]
    assert asdict(told(3, 5)[4]) != asdict(told(4, 5)[4])


def test_nothing_happens_after_the_last_day_or_before_the_referral() -> None:
    """A story is told up to its last day, in an order that can be."""
    for one in told(5):
        moments = [at for _kind, at, _detail in one.events]
        moments += [visit.starts for visit in one.visits] + [given[2] for given in one.responses]
        assert all(one.received <= at for at in moments)
        assert all(at.date() <= DAYS[1] for at in moments)
        gone = [at for kind, at, _detail in one.events if kind == "discharged"]
        assert len(gone) <= 1


def test_the_return_rates_are_those_of_the_audit() -> None:
    """practice.md 3.4, National Pain Audit: 46% at six months; 7.6% of visits missed."""
    every = told(7, 3000, "bassetlaw")
    left = [one for one in every if any(kind == "discharged" for kind, _a, _d in one.events)]
    due = [
        one
        for one in left
        if next(at for kind, at, _d in one.events if kind == "discharged").date() < date(2025, 6, 1)
        and ("discharged", "died") not in [(kind, detail) for kind, _a, detail in one.events]
    ]
    came = [any(given[1] == "T6" for given in one.responses) for one in due]
    assert len(due) > 300
    assert abs(fmean(came) - rates()["answers"]["six_months"]) < 0.08
    visits = [visit.state == "missed" for one in every for visit in one.visits]
    assert abs(fmean(visits) - rates()["visits"]["missed"]) < 0.02


def test_made_up_nhs_numbers_are_of_the_999_range() -> None:
    """Every number passes its check digit and can be nobody's."""
    numbers = [found for number in range(500) if (found := nhs_number(number))]
    assert len(set(numbers)) == len(numbers) > 440
    assert all(number.startswith("999") and parse_nhs_number(number) == number for number in numbers)
