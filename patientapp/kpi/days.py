"""Working days, months and London wall time, for whole columns at once (TIME-02, TIME-03)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np

from patientapp.kpi.facts import DAY_SECONDS, NEVER, Bools, Ints
from patientapp.workdays import LONDON, BeyondHolidays, holidays

EPOCH = date(1970, 1, 1)
FIRST_YEAR, LAST_YEAR = 1990, 2100  # of summer time transitions that are looked up


@cache
def calendar() -> np.busdaycalendar:
    """Monday to Friday without England's bank holidays."""
    return np.busdaycalendar(weekmask="1111100", holidays=sorted(holidays().days))


def number(day: date) -> int:
    """A day as a number."""
    return (day - EPOCH).days


def day_of(value: int) -> date:
    """A number as a day."""
    return EPOCH + timedelta(days=int(value))


def _checked(days: Ints) -> Ints:
    """Refuse days of years whose bank holidays nobody has entered."""
    if len(days):
        known = holidays()
        for edge in (day_of(days.min()), day_of(days.max())):
            if not known.first_year <= edge.year <= known.last_year:
                raise BeyondHolidays(f"no bank holidays are known for {edge.year}")
    return days


def _d64(days: Ints) -> np.ndarray[tuple[int, ...], np.dtype[np.datetime64]]:
    return days.astype("datetime64[D]")


def is_open(days: Ints) -> Bools:
    """Which days are working days."""
    return np.asarray(np.is_busday(_d64(days), busdaycal=calendar()))


def day_zero(wall: Ints, closing: int | None, *, roll_closed_days: bool = True) -> Ints:
    """The day from which a clock counts: after closing, the next working day (readings `cutoff`).

    A receipt on a closed day counts from the next working day as well, unless told otherwise.
    """
    days = _checked(wall // DAY_SECONDS)
    late = np.zeros(len(days), bool) if closing is None else wall % DAY_SECONDS > closing
    rolled = np.busday_offset(_d64(days + late), 0, roll="forward", busdaycal=calendar())
    zero = rolled.astype(np.int64)
    return zero if roll_closed_days else np.where(is_open(days), zero, days)


def working_days(zero: Ints, act: Ints) -> Ints:
    """Working days after day 0, up to the day of the act."""
    counted = np.busday_count(_d64(_checked(zero) + 1), _d64(_checked(act) + 1), busdaycal=calendar())
    return np.asarray(np.maximum(counted, 0))


def deadline(zero: Ints, count: int) -> Ints:
    """The last working day on which the act is still in time."""
    found = np.busday_offset(_d64(zero), count, roll="forward", busdaycal=calendar())
    return found.astype(np.int64)


def months_after(days: Ints, months: int, *, clamped: bool = True) -> Ints:
    """The same day so many months on: clamped to the month's end, else the first of the next."""
    given = _d64(days)
    month = given.astype("datetime64[M]")
    place = (given - month).astype(np.int64)
    start = (month + months).astype("datetime64[D]").astype(np.int64)
    after = (month + months + 1).astype("datetime64[D]").astype(np.int64)
    return np.asarray(np.minimum(start + place, after - 1 if clamped else after))


@cache
def _transitions() -> tuple[Ints, Ints]:
    """Instants (seconds, UTC) at which London's offset changes, and the offset from each on."""
    at, offset = [-(2**62)], [0]
    for year in range(FIRST_YEAR, LAST_YEAR):
        for month in (3, 10):
            last = date(year, month, 31)
            sunday = last - timedelta(days=(last.weekday() + 1) % 7)
            moment = datetime(sunday.year, sunday.month, sunday.day, 1, tzinfo=UTC)
            shift = moment.astimezone(LONDON).utcoffset() or timedelta()
            at.append(int(moment.timestamp()))
            offset.append(int(shift.total_seconds()))
    return np.array(at), np.array(offset)


def london_wall(utc: Ints) -> Ints:
    """Instants in seconds as London wall time in seconds; NEVER stays NEVER."""
    at, offset = _transitions()
    shift = offset[np.searchsorted(at, utc, side="right") - 1]
    return np.where(utc == NEVER, NEVER, utc + shift)
