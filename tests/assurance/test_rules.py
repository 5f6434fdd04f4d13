"""What an incident needs, and what a year of them comes to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from patientapp.assurance.complaints import Complaint
from patientapp.assurance.rules import (
    LONGEST_TEXT,
    Counted,
    Harm,
    IncidentKind,
    Told,
    incident_mistakes,
    next_look,
    year_of,
)
from tests.factories import NOW

TODAY = date(2026, 9, 22)
TOLD = Told(kind=IncidentKind.AVAILABILITY, harm=Harm.NONE, happened_on=TODAY, words="No page opened.")


@pytest.mark.parametrize(
    ("over", "wrong"),
    [
        ({}, set()),
        ({"happened_on": date(2026, 9, 23)}, {"happened_on"}),
        ({"words": " \n"}, {"words"}),
        ({"words": "x" * LONGEST_TEXT}, set()),
        ({"words": "x" * (LONGEST_TEXT + 1)}, {"words"}),
    ],
)
def test_what_an_incident_needs(over: dict[str, object], wrong: set[str]) -> None:
    assert set(incident_mistakes(replace(TOLD, **over), today=TODAY)) == wrong  # type: ignore[arg-type]


def test_n61_a_year_counts_each_kind_by_harm_and_what_is_still_open() -> None:
    one = Counted(kind=IncidentKind.SAFETY, harm=Harm.LOW, reported_at=NOW, closed_at=None)
    closed = replace(one, harm=Harm.NONE, closed_at=NOW + timedelta(days=9, hours=3))
    found = year_of([one, closed, closed])
    assert (found.all, found.open, found.longest_days) == (3, 1, 9)
    assert found.by_kind[IncidentKind.SAFETY] == {
        Harm.NONE: 2,
        Harm.LOW: 1,
        Harm.MODERATE: 0,
        Harm.SEVERE: 0,
    }
    assert (year_of([]).all, year_of([]).longest_days) == (0, None)


def test_n55_what_was_agreed_is_looked_at_again_after_a_year() -> None:
    assert next_look(date(2024, 2, 29)) == date(2025, 2, 28)


@pytest.mark.parametrize(
    ("acknowledged", "today", "expected"),
    [
        (date(2026, 9, 7), date(2026, 10, 1), False),  # Wednesday to Monday: three working days
        (date(2026, 9, 8), date(2026, 10, 1), True),
        (None, date(2026, 9, 7), False),
        (None, date(2026, 9, 8), True),
    ],
)
def test_c47_an_exception_is_a_complaint_not_acknowledged_in_three_working_days(
    acknowledged: date | None, today: date, expected: bool
) -> None:
    assert Complaint(date(2026, 9, 2), acknowledged, None, "").is_exception(today) is expected
