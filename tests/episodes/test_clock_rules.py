"""Clocks of contracts, beside working days reckoned another way."""

from __future__ import annotations

import random  # noqa: TID251 - dates out of a seed
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import pytest

from patientapp.episodes.clock_rules import (
    ClockState,
    clock_line,
    day_zero,
    due_on,
    is_follow_up,
    limit_days,
)
from patientapp.services.profile import Clock, LimitUnit
from patientapp.services.profiles import profiles
from patientapp.workdays import LONDON, at_london, is_working_day, working_days_after

FIVE_THIRTY = time(17, 30)
ONCE = {date(2020, 5, 8), date(2022, 6, 2), date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8)}
MOVED = {date(2020, 5, 4), date(2022, 5, 30)}


def easter(year: int) -> date:
    """The anonymous Gregorian algorithm."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


@cache
def oracle_holidays(year: int) -> set[date]:
    """By rule: fixed days with substitutes, Easter, first and last Mondays, and the exceptions."""
    days = {easter(year) - timedelta(days=2), easter(year) + timedelta(days=1)}
    for month, last in ((5, False), (5, True), (8, True)):
        mondays = [
            date(year, month, day) for day in range(1, 32) if date(year, month, day).weekday() == 0
        ]
        days.add(mondays[-1] if last else mondays[0])
    for fixed in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        while fixed.weekday() >= 5 or fixed in days:
            fixed += timedelta(days=1)
        days.add(fixed)
    return (days - MOVED) | {day for day in ONCE if day.year == year}


def is_open(day: date) -> bool:
    return day.weekday() < 5 and day not in oracle_holidays(day.year)


def waited(start: date, act: date) -> int:
    """Working days that have passed since day 0."""
    days = (start + timedelta(days=n) for n in range(1, (act - start).days + 1))
    return sum(is_open(day) for day in days)


def test_time_03_5000_dates_equal_an_oracle_of_rules() -> None:
    """Easter, substitute days and the days of one year only, from 2019 to 2028."""
    first, last = date(2019, 1, 1), date(2028, 12, 31)
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    assert len(every) == 3653
    assert [is_working_day(day) for day in every] == [is_open(day) for day in every]
    dice = random.Random(5)
    for _case in range(1000):
        day, count = dice.choice(every[:3500]), dice.randrange(1, 31)
        found = working_days_after(day, count)
        assert (waited(day, found), is_open(found)) == (count, True)


def clock(limit: int, unit: LimitUnit = LimitUnit.WORKING_DAYS, **over: object) -> Clock:
    facts = {"id": "x", "title": "X", "start": "received", "ends": ("triaged",), "clause": "x"}
    return Clock(**(facts | {"limit": limit, "unit": unit} | over))  # type: ignore[arg-type]


def test_c04_c07_b26_n27_in_time_is_what_the_oracle_of_elapsed_days_says() -> None:
    """readings.md cutoff, closed_day_receipt, closed_day_act, on 500 receipts and acts."""
    dice = random.Random(7)
    for _case in range(1000):
        day = date(2019, 6, 1) + timedelta(days=dice.randrange(3300))
        wall = dice.choice(
            [time(0, 0), time(9, 0), time(17, 29), FIVE_THIRTY, time(17, 31), time(23, 59)]
        )
        closes = dice.choice([None, FIVE_THIRTY, time(18, 30)])
        limit, act = dice.choice([1, 2, 3, 5, 20, 30]), day + timedelta(days=dice.randrange(60))
        start = day
        after_hours = closes is not None and wall > closes
        while not is_open(start) or (start == day and after_hours):
            start += timedelta(days=1)
        assert day_zero(at_london(day, wall), closes) == start
        in_time = waited(start, act) <= limit
        assert (act <= due_on(clock(limit), at_london(day, wall), closes)) == in_time


@pytest.mark.parametrize(
    ("wall", "zero"),
    [
        (datetime(2025, 3, 28, 17, 29, tzinfo=LONDON), date(2025, 3, 28)),
        (datetime(2025, 3, 28, 17, 30, tzinfo=LONDON), date(2025, 3, 28)),
        (datetime(2025, 3, 28, 17, 31, tzinfo=LONDON), date(2025, 3, 31)),  # clocks change between
        (datetime(2025, 10, 24, 17, 31, tzinfo=LONDON), date(2025, 10, 27)),
        (datetime(2025, 4, 17, 17, 31, tzinfo=LONDON), date(2025, 4, 22)),  # over Easter
        (datetime(2025, 7, 1, 16, 30, tzinfo=UTC), date(2025, 7, 1)),  # 17:30 in London
        (datetime(2025, 7, 1, 16, 31, tzinfo=UTC), date(2025, 7, 2)),
    ],
)
def test_c04_the_hour_of_closing(wall: datetime, zero: date) -> None:
    assert day_zero(wall, FIVE_THIRTY) == zero


MONDAY = at_london(date(2025, 6, 2), time(9, 0))


def on(day: int, hour: int = 9) -> datetime:
    return at_london(date(2025, 6, day), time(hour, 0))


@pytest.mark.parametrize(
    ("events", "today", "state"),
    [
        ({}, 30, ClockState.NOT_STARTED),
        ({"received": MONDAY}, 5, ClockState.RUNNING),
        ({"received": MONDAY}, 6, ClockState.OVERDUE),
        ({"received": MONDAY, "triaged": on(5, 23)}, 30, ClockState.IN_TIME),
        ({"received": MONDAY, "triaged": on(6)}, 30, ClockState.LATE),
        ({"triaged": on(6)}, 30, ClockState.NOT_TIMED),
        ({"received": MONDAY, "discharged": on(4)}, 30, ClockState.NOT_DONE),
        ({"received": MONDAY, "discharged": on(4), "triaged": on(6)}, 30, ClockState.LATE),
        ({"discharged": on(4)}, 30, ClockState.NOT_DONE),
        ({"discharged": MONDAY - timedelta(days=9), "received": MONDAY}, 30, ClockState.OVERDUE),
    ],
)
def test_b26_where_a_clock_stands(events: dict[str, datetime], today: int, state: ClockState) -> None:
    line = clock_line(clock(3), events, urgency="routine", closes=None, today=date(2025, 6, today))
    assert line is not None
    assert line.state is state


def test_b32_b34_a_wait_by_choice_is_left_out_only_where_the_contract_says_so() -> None:
    events = {"received": MONDAY, "wait_by_choice_from": on(3), "triaged": on(30)}
    for pauses, state in ((True, ClockState.BY_CHOICE), (False, ClockState.LATE)):
        line = clock_line(
            clock(3, choice_pauses=pauses), events, urgency="routine", closes=None, today=date(2025, 7, 1)
        )
        assert line is not None
        assert line.state is state


def test_c07_an_urgent_clock_is_not_a_routine_referral_s() -> None:
    urgent = clock(1, urgency="urgent")
    assert clock_line(urgent, {}, urgency="routine", closes=None, today=date(2025, 6, 2)) is None


def test_d16_weeks_and_months_are_calendar_ones() -> None:
    assert due_on(clock(18, LimitUnit.WEEKS), MONDAY, None) == date(2025, 10, 6)
    late = at_london(date(2025, 8, 31), time(23, 0))
    assert due_on(clock(6, LimitUnit.MONTHS), late, None) == date(2026, 2, 28)


def test_b44_c20_d22_long_episodes_are_known_before_they_are_late() -> None:
    bassetlaw, durham = (profiles()[name].episode for name in ("bassetlaw", "durham_tier3"))
    assert bassetlaw is not None
    assert durham is not None
    found = limit_days(bassetlaw, {"received": MONDAY})
    assert found is not None
    assert (found.warn_on, found.late_after) == (date(2025, 11, 2), date(2025, 12, 2))
    assert limit_days(durham, {"received": MONDAY}) is None  # has not begun: counts from treatment
    begun = limit_days(durham, {"received": MONDAY, "treatment_started": on(30)})
    assert begun is not None
    assert begun.late_after == date(2026, 3, 30)
    assert limit_days(bassetlaw, {"received": MONDAY, "moved_to_pifu": on(30)}) is None


@pytest.mark.parametrize(
    ("visit", "follow_up"),
    [(date(2026, 6, 2), True), (date(2026, 6, 3), False), (date(2025, 6, 2), False)],
)
def test_c30_a_visit_within_twelve_months_of_a_former_one_is_a_follow_up(
    visit: date, follow_up: bool
) -> None:
    assert is_follow_up(visit, [date(2025, 6, 2)]) is follow_up
