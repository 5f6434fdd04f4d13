"""When a service's telephone is answered, read from the words that stand on its pages (B56, CLIN-09).

PURE. Hours are kept as a person writes them: "Monday to Friday, 9am to 5pm; Saturday, 9am to 12:30pm".
What cannot be read with certainty is not judged: the words stand alone then. Bank holidays count as
closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from patientapp.workdays import DAY, BeyondHolidays, at_london, holidays, london_day

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LOOK_AHEAD = 21  # days: longer than any run of days on which a service that has hours is closed
_PART = re.compile(r"(?P<first>[a-z]+)(?: to (?P<last>[a-z]+))?, (?P<opens>\S+) to (?P<shuts>\S+)\Z")
_TIME = re.compile(r"(?P<hour>1[0-2]|[1-9])(?:[:.](?P<minute>[0-5][0-9]))?(?P<half>am|pm)\Z")
_CLOCK = re.compile(r"(?P<hour>[01][0-9]|2[0-3]):(?P<minute>[0-5][0-9])\Z")

Hours = tuple[tuple[int, time, time], ...]  # weekday, opens, shuts


@dataclass(frozen=True)
class Opening:
    """Whether the telephone is answered at a moment, and when that changes next."""

    is_open: bool
    changes_at: datetime


def opening(hours: str, now: datetime) -> Opening | None:
    """Open until, or closed until; None where the words cannot be read or holidays are not known."""
    read = _read(hours)
    if not read:
        return None
    try:
        for opens, shuts in _spans(read, london_day(now)):
            if now < shuts:
                return Opening(opens <= now, shuts if opens <= now else opens)
    except BeyondHolidays:
        return None
    return None


def _spans(hours: Hours, first: date) -> Iterator[tuple[datetime, datetime]]:
    for ahead in range(LOOK_AHEAD):
        day = first + ahead * DAY
        if not _is_bank_holiday(day):
            todays = sorted(one for one in hours if one[0] == day.weekday())
            yield from ((at_london(day, opens), at_london(day, shuts)) for _day, opens, shuts in todays)


def _is_bank_holiday(day: date) -> bool:
    known = holidays()
    if not known.first_year <= day.year <= known.last_year:
        raise BeyondHolidays(f"no bank holidays are known for {day.year}")
    return day in known.days


@lru_cache(maxsize=64)
def _read(hours: str) -> Hours | None:
    """The hours of each weekday; None unless every part of the words is understood."""
    found: list[tuple[int, time, time]] = []
    for part in re.split(r"\s*;\s*", hours.strip().rstrip(".").lower()):
        match = _PART.match(re.sub(r"\s+", " ", part))
        if match is None:
            return None
        days, opens, shuts = (
            _days(match["first"], match["last"]),
            _time(match["opens"]),
            _time(match["shuts"]),
        )
        if not days or opens is None or shuts is None or opens >= shuts:
            return None
        found += [(day, opens, shuts) for day in days]
    return tuple(found)


def _days(first: str, last: str | None) -> range | None:
    if first not in DAYS or (last or first) not in DAYS:
        return None
    return range(DAYS.index(first), DAYS.index(last or first) + 1)


def _time(words: str) -> time | None:
    if (match := _CLOCK.match(words)) is not None:
        return time(int(match["hour"]), int(match["minute"]))
    if (match := _TIME.match(words)) is None:
        return None
    hour = int(match["hour"]) % 12 + (12 if match["half"] == "pm" else 0)
    return time(hour, int(match["minute"] or 0))
