"""Who may ask to come back, until when, and by when somebody reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from patientapp.workdays import (
    BeyondHolidays,
    add_months,
    at_london,
    is_working_day,
    london_day,
    london_time,
)

WINDOW_MONTHS = 12  # B44, C26: 12 months of support after discharge; the agreement may say less
# Reply times and closing hour: placeholders until each service sets its own
# (patient-experience.md 3.5 "Clock": read within 3 working days, 1 for a worry; practice.md 3.1).
READ_WITHIN = 3
READ_SOONER = 1
CLOSES = time(17, 0)
WARN_DAYS = (30, 7)  # before the end of the window; then a person decides (CLIN-08)
LATE_DRAFT = timedelta(days=3)  # begun inside the window, sent after it (as REL-03)
LONGEST_WINDOW = timedelta(days=5 * 366)
DAY = timedelta(days=1)


class Signs(StrEnum):
    """The answer to "Do you have any of these signs?" (D2)."""

    YES = "yes"
    NO = "no"
    NOT_SURE = "not_sure"


class Window(StrEnum):
    """Whether somebody may ask today."""

    OPEN = "open"
    NOT_YET = "not_yet"
    OVER = "over"
    NONE = "none"  # nothing was agreed


class Move(StrEnum):
    """What the agreement does to the episode (K17b)."""

    MOVED = "moved_to_pifu"
    DISCHARGED = "discharged_to_pifu"


class Stage(StrEnum):
    """How far a request is, in the patient's words (D11)."""

    SENT = "sent"
    READ = "read"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


SOONER = "cannot_cope"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What was agreed, as far as the rules ask."""

    starts_on: date
    ends_on: date


def window(terms: Terms | None, *, today: date, begun_on: date | None = None) -> Window:
    """Whether a request may be made: through the last day, and a little later when begun by then."""
    if terms is None:
        return Window.NONE
    if today < terms.starts_on:
        return Window.NOT_YET
    if today <= terms.ends_on:
        return Window.OPEN
    in_time = begun_on is not None and terms.starts_on <= begun_on <= terms.ends_on
    return Window.OPEN if in_time and today <= terms.ends_on + LATE_DRAFT else Window.OVER


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What a service's contract says of coming back (X8, X9)."""

    may_agree: bool = True  # not where only a referrer may send somebody back
    months: int = WINDOW_MONTHS
    is_limit: bool = False  # the months are the most, not only the usual
    closes: time = CLOSES


def usual_end(starts_on: date, contract: Contract) -> date:
    """The last day of the usual window (C26: day 365 is the last, day 366 is too late)."""
    return add_months(starts_on, contract.months)


def terms_mistakes(
    starts_on: date | None, ends_on: date | None, contract: Contract, *, since: date | None = None
) -> dict[str, str]:
    """What is wrong with the days of an agreement, by field; empty when nothing is.

    since: the day from which a contract's months count, where it has come (discharge).
    """
    wrong = {} if contract.may_agree else {"starts_on": "referrer_only"}
    if starts_on is None or ends_on is None:
        missing = {"starts_on": starts_on, "ends_on": ends_on}
        return wrong | {name: "no_day" for name, day in missing.items() if day is None}
    if ends_on < starts_on:
        wrong["ends_on"] = "before_start"
    elif ends_on - starts_on > LONGEST_WINDOW:
        wrong["ends_on"] = "too_long"
    elif contract.is_limit and ends_on > add_months(since or starts_on, contract.months):
        wrong["ends_on"] = "beyond_contract"
    return wrong


def working_days(answers: Mapping[str, object]) -> int:
    """Within how many working days this request is read."""
    worried = answers.get("signs") in {Signs.YES, Signs.NOT_SURE}
    changed = answers.get("changed")
    cannot_cope = isinstance(changed, list) and SOONER in changed
    return READ_SOONER if worried or cannot_cope else READ_WITHIN


def read_by(received: datetime, days: int, *, closes: time = CLOSES) -> date:
    """The working day by which it is read (CLIN-09); a receipt out of hours counts from the next one.

    Readings: `closed_day_receipt` next_working_day_is_day_0; after the closing hour likewise.
    """
    day = london_day(received)
    if london_time(received) >= closes and _works(day):
        day += DAY
    while not _works(day):
        day += DAY
    for _each in range(days):
        day += DAY
        while not _works(day):
            day += DAY
    return day


def _works(day: date) -> bool:
    """Beyond the years whose bank holidays are known, Monday to Friday: a request is never refused."""
    try:
        return is_working_day(day)
    except BeyondHolidays:
        return day.weekday() < 5


def due_at(day: date, *, closes: time = CLOSES) -> datetime:
    """The end of that working day."""
    return at_london(day, closes)


def next_working_day(now: datetime) -> date:
    """The working day after today: by then we speak to whoever we have kept waiting."""
    day = london_day(now) + DAY
    while not _works(day):
        day += DAY
    return day


def warnings_due(ends_on: date, *, today: date) -> Iterable[int]:
    """Which of the two warnings are due: the last only, when both are."""
    left = (ends_on - today).days
    due = [days for days in WARN_DAYS if 0 <= left <= days]
    return due[-1:]


def check_ins_due(starts_on: date, ends_on: date, *, every: int, today: date) -> int:
    """How many of the agreed looks-in have come by today (B46); every: months, 0 for none."""
    if every <= 0:
        return 0
    count = 0
    while (day := add_months(starts_on, every * (count + 1))) <= min(today, ends_on):
        count += 1 if day else 0
    return count
