"""London wall time: days, hours and months as patients and contracts mean them (TIME-02, TIME-03)."""

from __future__ import annotations

import calendar
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)
# The days that this app counts in: from the health service's first to where our sums end.
FIRST_DAY, LAST_DAY = date(1948, 7, 5), date(2199, 12, 31)
HOLIDAYS_FILE = Path(__file__).with_name("bank_holidays.toml")


class BeyondHolidays(ValueError):
    """The bank holidays of this day's year are not known: a person must add them (TIME-03)."""


@dataclass(frozen=True)
class Holidays:
    """England's bank holidays, for the years that were looked up."""

    days: frozenset[date]
    first_year: int
    last_year: int


def london_day(moment: datetime) -> date:
    """The London date of an instant."""
    return moment.astimezone(LONDON).date()


def london_time(moment: datetime) -> time:
    """The London wall time of an instant."""
    return moment.astimezone(LONDON).time()


def at_london(day: date, wall: time) -> datetime:
    """The instant of a London wall time; one that happens twice is the first, one skipped moves on."""
    local = datetime.combine(day, wall, tzinfo=LONDON)
    instant = local.astimezone(UTC)
    skipped = instant.astimezone(LONDON).replace(tzinfo=None) != local.replace(tzinfo=None)
    return _gap_end(local) if skipped else instant


def _gap_end(local: datetime) -> datetime:
    """The first instant after the spring gap that swallowed this wall time."""
    return local.replace(hour=local.hour + 1, minute=0, second=0, microsecond=0).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """The same day so many months on, clamped to the month's last day (readings.md month_end)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@cache
def holidays() -> Holidays:
    """The bank holidays that this app knows."""
    data = tomllib.loads(HOLIDAYS_FILE.read_text(encoding="utf-8"))
    return Holidays(frozenset(data["days"]), data["first_year"], data["last_year"])


def holidays_known_until() -> date:
    """The last day of which we know whether it is a bank holiday."""
    return date(holidays().last_year, 12, 31)


def is_working_day(day: date) -> bool:
    """Monday to Friday and no bank holiday in England; BeyondHolidays where that is not known."""
    known = holidays()
    if not known.first_year <= day.year <= known.last_year:
        raise BeyondHolidays(f"no bank holidays are known for {day.year}")
    return day.weekday() < 5 and day not in known.days


def working_days_before(day: date, count: int) -> date:
    """The working day that is so many before this day."""
    return _walk(day, count, -DAY)


def working_days_after(day: date, count: int) -> date:
    """The working day that is so many after this day."""
    return _walk(day, count, DAY)


def _walk(day: date, count: int, step: timedelta) -> date:
    while count > 0:
        day += step
        count -= is_working_day(day)
    return day
