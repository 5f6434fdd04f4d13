"""Time points, packs and what may be answered when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from patientapp.workdays import london_day

LATE_DAYS = timedelta(days=3)  # begun in time, sent late: 72 hours (REL-03)
LOOK_AFTER_ANSWER = timedelta(hours=24)  # a set begun and not finished is worth one text then
SKIPPED = "skipped"
NOT_REACHED = "not_reached"
TWO_MARKED = "two_marked"  # on paper: which of the two was meant is nobody's to guess
CANNOT_READ = "cannot_read"
UNANSWERED = frozenset({SKIPPED, NOT_REACHED, TWO_MARKED, CANNOT_READ})


class TimePoint(StrEnum):
    """When in an episode (requirements.md): entry, programme, discharge, months after it, re-entry."""

    T0 = "T0"
    TPS = "TPs"
    TPE = "TPe"
    TD = "TD"
    T3 = "T3"
    T6 = "T6"
    TPIFU = "TPIFU"
    REVIEW = "review"


class AnswerMode(StrEnum):
    """How the answers were given (contract.md section 6)."""

    SELF = "self"
    HELPED = "helped"
    INTERPRETER = "interpreter"
    PHONE = "phone"
    PAPER = "paper"
    PROXY = "proxy"
    KIOSK = "kiosk"


class PackState(StrEnum):
    """Where a pack stands today."""

    NOT_OPEN = "not_open"
    OPEN = "open"
    OVERDUE = "overdue"
    CLOSED = "closed"
    DONE = "done"


class TaskState(StrEnum):
    """Where one questionnaire stands, in the words of the task list."""

    NOT_STARTED = "not_started"
    STARTED = "started"
    DONE = "done"


@dataclass(frozen=True)
class PackDays:
    """The days of a pack."""

    opens_on: date
    due_on: date
    closes_on: date


@dataclass(frozen=True)
class SavedAnswer:
    """One draft answer: a value, or None when skipped on purpose."""

    item: str
    value: int | None
    version: int
    saved_at: datetime


def pack_state(days: PackDays, *, done: int, total: int, today: date) -> PackState:
    """Done when every questionnaire is; else by the day. It is due through its due day."""
    if total and done >= total:
        return PackState.DONE
    if today < days.opens_on:
        return PackState.NOT_OPEN
    if today > days.closes_on:
        return PackState.CLOSED
    return PackState.OVERDUE if today > days.due_on else PackState.OPEN


def may_answer(days: PackDays, *, begun_at: datetime | None, now: datetime) -> bool:
    """Open today, or begun while it was open and at most 72 hours past (REL-03)."""
    today = london_day(now)
    if days.opens_on <= today <= days.closes_on:
        return True
    begun_in_time = begun_at is not None and london_day(begun_at) <= days.closes_on
    return begun_in_time and days.closes_on < today <= days.closes_on + LATE_DAYS


def next_question(items: Sequence[str], saved: Mapping[str, SavedAnswer]) -> int | None:
    """The number (from 1) of the first question neither answered nor skipped; None at the end."""
    return next((n for n, item in enumerate(items, 1) if item not in saved), None)


def final_answers(items: Sequence[str], saved: Mapping[str, SavedAnswer]) -> dict[str, int | str]:
    """What is kept for each item: its value, `skipped` or `not_reached`."""
    return {item: _kept(saved.get(item)) for item in items}


def _kept(answer: SavedAnswer | None) -> int | str:
    if answer is None:
        return NOT_REACHED
    return SKIPPED if answer.value is None else answer.value


def values_of(answers: Mapping[str, int | str]) -> dict[str, int | None]:
    """What scoring sees: a value, or None for whatever was not answered."""
    return {item: answer if isinstance(answer, int) else None for item, answer in answers.items()}


def whole_years(born: date, on: date) -> int:
    """Age in whole years; somebody born on 29 February is a year older on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
