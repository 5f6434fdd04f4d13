"""How a contract's clocks run for one episode: from when, until when, and where each stands.

The readings are those of readings.md: a receipt after closing, where the contract states hours, or on a
day that is closed, begins on the next working day, which is day 0 (`cutoff`, `closed_day_receipt`); an
act is judged by its day and not its hour (`cutoff_on_end`); working days that have passed are counted,
so an act on the Saturday after the last day is in time (`closed_day_act`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from patientapp.services.profile import Clock, EpisodeLimit, LimitUnit
from patientapp.workdays import (
    add_months,
    is_working_day,
    london_day,
    london_time,
    working_days_after,
)

WEEK = 7
DAY = timedelta(days=1)
OVER = ("discharged", "discharged_to_pifu", "returned")  # after these no clock of an episode runs on


class ClockState(StrEnum):
    """Where a clock stands."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    OVERDUE = "overdue"
    IN_TIME = "in_time"
    LATE = "late"
    NOT_TIMED = "not_timed"  # it was done, and when its clock began was never recorded
    NOT_DONE = "not_done"  # the episode is over without it
    BY_CHOICE = "by_choice"  # the person chose to wait: left out of the figure


@dataclass(frozen=True, kw_only=True)
class ClockLine:
    """One clock of one episode."""

    clock: Clock
    state: ClockState
    began_on: date | None = None
    due_on: date | None = None  # the last day in time
    ended_on: date | None = None


def day_zero(at: datetime, closes: time | None) -> date:
    """The day from which a clock counts."""
    day = london_day(at)
    if is_working_day(day) and (closes is None or london_time(at) <= closes):
        return day
    return working_days_after(day, 1)


def due_on(clock: Clock, at: datetime, closes: time | None) -> date:
    """The last day in time, closed days after it included: nobody works then, so nothing is lost."""
    if clock.unit is LimitUnit.WORKING_DAYS:
        return working_days_after(day_zero(at, closes), clock.limit + 1) - DAY
    start = london_day(at)
    if clock.unit is LimitUnit.MONTHS:
        return add_months(start, clock.limit)
    return start + timedelta(days=clock.limit * (WEEK if clock.unit is LimitUnit.WEEKS else 1))


def clock_line(
    clock: Clock,
    events: Mapping[str, datetime],
    *,
    urgency: str,
    closes: time | None,
    today: date,
) -> ClockLine | None:
    """Where one clock stands by the first of each event; None where it is of another urgency."""
    if clock.urgency and clock.urgency != urgency:
        return None
    ends = [london_day(events[name]) for name in clock.ends if name in events]
    start, ended = events.get(clock.start), min(ends, default=None)
    if start is None:
        return ClockLine(clock=clock, state=_not_begun(clock, events, ended), ended_on=ended)
    due = due_on(clock, start, closes)
    state = _state(clock, due, ended, chose=_chose(events, start, ended), today=today)
    if state in {ClockState.RUNNING, ClockState.OVERDUE} and _is_over(clock, events, start):
        state = ClockState.NOT_DONE
    return ClockLine(clock=clock, state=state, began_on=london_day(start), due_on=due, ended_on=ended)


def _not_begun(clock: Clock, events: Mapping[str, datetime], ended: date | None) -> ClockState:
    if ended is not None:
        return ClockState.NOT_TIMED
    return ClockState.NOT_DONE if _is_over(clock, events, None) else ClockState.NOT_STARTED


def _is_over(clock: Clock, events: Mapping[str, datetime], start: datetime | None) -> bool:
    """Whether the episode ended since this clock began; a clock that its end begins runs on."""
    over = [events[name] for name in OVER if name in events and name != clock.start]
    return any(start is None or at >= start for at in over)


def _chose(events: Mapping[str, datetime], start: datetime, ended: date | None) -> bool:
    since = events.get("wait_by_choice_from")
    return since is not None and (ended is None or london_day(since) <= ended)


def _state(clock: Clock, due: date, ended: date | None, *, chose: bool, today: date) -> ClockState:
    if clock.choice_pauses and chose:
        return ClockState.BY_CHOICE
    if ended is not None:
        return ClockState.IN_TIME if ended <= due else ClockState.LATE
    return ClockState.RUNNING if today <= due else ClockState.OVERDUE


@dataclass(frozen=True)
class LimitDays:
    """When an episode is listed as long, and when it is late."""

    warn_on: date
    late_after: date


def limit_days(limit: EpisodeLimit, events: Mapping[str, datetime]) -> LimitDays | None:
    """The two days of an episode that goes on; None where it has not begun, or has ended."""
    starts = [london_day(events[name]) for name in limit.start if name in events]
    if not starts or any(name in events for name in limit.ends):
        return None
    first = min(starts)
    return LimitDays(add_months(first, limit.warn_months), add_months(first, limit.months))


def is_follow_up(visit: date, former: Collection[date]) -> bool:
    """A visit within 12 months of a former attended one is a follow-up (C30)."""
    return any(add_months(visit, -12) <= day < visit for day in former)
