"""London wall time (TIME-02, TIME-03)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import holidays as oracle
import pytest

from patientapp import doctor
from patientapp.workdays import (
    BeyondHolidays,
    add_months,
    at_london,
    holidays,
    is_working_day,
    london_day,
    working_days_after,
    working_days_before,
)


@pytest.mark.parametrize(
    ("day", "wall", "expected"),
    [
        (date(2026, 7, 1), time(10), datetime(2026, 7, 1, 9, tzinfo=UTC)),
        (date(2026, 1, 5), time(10), datetime(2026, 1, 5, 10, tzinfo=UTC)),
        (date(2026, 3, 29), time(1, 30), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (date(2026, 10, 25), time(1, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
    ids=["summer", "winter", "skipped moves to the end of the gap", "twice is the first"],
)
def test_time_02_wall_time_across_the_clock_changes(day: date, wall: time, expected: datetime) -> None:
    assert at_london(day, wall) == expected


def test_time_03_a_day_is_a_london_day() -> None:
    assert london_day(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == date(2026, 7, 2)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 11, 22), 3, date(2027, 2, 22)),
        (date(2026, 1, 31), 12, date(2027, 1, 31)),
    ],
)
def test_months_are_clamped_to_the_months_end(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_time_03_working_days_are_england_s_by_an_independent_list() -> None:
    known = holidays()
    years = range(known.first_year, known.last_year + 1)
    free = oracle.country_holidays("GB", subdiv="ENG", years=list(years))
    day = date(known.first_year, 1, 1)
    while day.year <= known.last_year:
        assert is_working_day(day) == (day.weekday() < 5 and day not in free), day
        day += timedelta(days=1)


def test_time_03_every_bank_holiday_is_a_weekday_of_a_year_that_is_covered() -> None:
    known = holidays()
    assert all(known.first_year <= day.year <= known.last_year for day in known.days)
    assert all(day.weekday() < 5 for day in known.days)
    for year in range(known.first_year, known.last_year + 1):
        assert sum(day.year == year for day in known.days) >= 8, year


WALKS = [
    ("over a weekend", date(2026, 9, 28), 2, date(2026, 9, 24), date(2026, 9, 30)),
    ("over Easter", date(2026, 4, 7), 2, date(2026, 4, 1), date(2026, 4, 9)),
    ("over Christmas", date(2026, 12, 29), 2, date(2026, 12, 23), date(2026, 12, 31)),
    ("over two substitutes", date(2027, 12, 29), 1, date(2027, 12, 24), date(2027, 12, 30)),
    ("from a Sunday", date(2026, 9, 27), 1, date(2026, 9, 25), date(2026, 9, 28)),
    ("none", date(2026, 9, 27), 0, date(2026, 9, 27), date(2026, 9, 27)),
]


@pytest.mark.parametrize(
    ("day", "count", "before", "after"), [case[1:] for case in WALKS], ids=[case[0] for case in WALKS]
)
def test_time_03_working_days_are_counted(day: date, count: int, before: date, after: date) -> None:
    assert working_days_before(day, count) == before
    assert working_days_after(day, count) == after


@pytest.mark.parametrize("day", [date(2018, 12, 31), date(2029, 1, 2)])
def test_time_03_a_year_without_data_is_refused_not_guessed(day: date) -> None:
    with pytest.raises(BeyondHolidays):
        is_working_day(day)


def test_time_03_the_doctor_warns_half_a_year_before_bank_holidays_run_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for moment, is_well in (
        (datetime(2028, 6, 1, tzinfo=UTC), True),
        (datetime(2028, 7, 15, tzinfo=UTC), False),
    ):
        monkeypatch.setattr("patientapp.clock.now", lambda moment=moment: moment)
        found = doctor._holidays()
        assert found.is_well is is_well
        assert "2028-12-31" in found.detail
