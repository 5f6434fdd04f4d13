"""Did our texts work? Missed visits by what was sent, when and to whom, with honest intervals.

What is compared here was not decided by chance: people with no number, far bookings or other
languages differ in many ways. Only the arms of a trial were (trials.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from math import sqrt

from patientapp.workdays import london_day

Z = 1.959964  # 95%
AGES = ((0, 29), (30, 49), (50, 64), (65, 79), (80, 200))
DAYS_BEFORE = ((0, 0), (1, 2), (3, 6), (7, 10_000))
NONE = "none"


class Outcome(StrEnum):
    """What became of a visit."""

    ATTENDED = "attended"
    MISSED = "missed"
    BY_PATIENT = "cancelled_by_patient"
    BY_SERVICE = "cancelled_by_service"
    NOT_MARKED = "not_marked"


class Group(StrEnum):
    """What visits are told apart by."""

    KIND = "kind"
    TIMING = "timing"
    LANGUAGE = "language"
    AGE = "age"
    ARM = "arm"


@dataclass(frozen=True, kw_only=True)
class VisitFact:
    """One visit, without its patient."""

    starts_at: datetime
    outcome: Outcome
    last_text: str = ""  # the template of the last text about it that left before it
    last_text_at: datetime | None = None
    language: str = "en"
    birth_date: date | None = None
    arms: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rate:
    """One line of the table."""

    label: str
    booked: int
    missed: int
    by_patient: int
    by_service: int
    not_marked: int
    low: float
    high: float

    @property
    def percent(self) -> float | None:
        """Missed of all that were booked; None for none."""
        return 100 * self.missed / self.booked if self.booked else None


def wilson(count: int, of: int) -> tuple[float, float]:
    """The 95% interval of a share, in per cent (Wilson 1927); everything for nothing."""
    if not of:
        return 0.0, 100.0
    share, square = count / of, Z * Z / of
    middle = (share + square / 2) / (1 + square)
    half = Z * sqrt(share * (1 - share) / of + square / (4 * of)) / (1 + square)
    return 100 * max(0.0, middle - half), 100 * min(1.0, middle + half)


def rates(facts: Iterable[VisitFact], group: Group) -> list[Rate]:
    """Each group's visits, in the order of its labels; a visit may be in several arms or none."""
    members: defaultdict[str, list[VisitFact]] = defaultdict(list)
    for fact in facts:
        for label in LABELS[group](fact):
            members[label].append(fact)
    return [rate_of(label, members[label]) for label in sorted(members)]


def rate_of(label: str, facts: Sequence[VisitFact]) -> Rate:
    """The figures of some visits."""
    counts = {outcome: sum(fact.outcome is outcome for fact in facts) for outcome in Outcome}
    low, high = wilson(counts[Outcome.MISSED], len(facts))
    return Rate(
        label=label,
        booked=len(facts),
        missed=counts[Outcome.MISSED],
        by_patient=counts[Outcome.BY_PATIENT],
        by_service=counts[Outcome.BY_SERVICE],
        not_marked=counts[Outcome.NOT_MARKED],
        low=low,
        high=high,
    )


def _kind(fact: VisitFact) -> list[str]:
    return [fact.last_text or NONE]


def _timing(fact: VisitFact) -> list[str]:
    if fact.last_text_at is None:
        return [NONE]
    days = (london_day(fact.starts_at) - london_day(fact.last_text_at)).days
    return [_band(days, DAYS_BEFORE)]


def _age(fact: VisitFact) -> list[str]:
    if fact.birth_date is None:
        return [NONE]
    day, born = london_day(fact.starts_at), fact.birth_date
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return [_band(years, AGES)]


def _band(number: int, bands: Sequence[tuple[int, int]]) -> str:
    """Sorts as it counts: 00-29, 30-49 and so on."""
    low, high = next(band for band in bands if band[0] <= max(number, 0) <= band[1])
    return f"{low:02d}-{high:02d}" if high < bands[-1][1] else f"{low:02d}+"


LABELS: dict[Group, Callable[[VisitFact], list[str]]] = {
    Group.KIND: _kind,
    Group.TIMING: _timing,
    Group.LANGUAGE: lambda fact: [fact.language],
    Group.AGE: _age,
    Group.ARM: lambda fact: list(fact.arms),
}


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How many people of a service can be texted at all: its own figure, before any effect."""

    people: int
    with_mobile: int
    may_text: int

    @property
    def percent_with_mobile(self) -> float | None:
        """Share of living people with a mobile number; None for nobody."""
        return 100 * self.with_mobile / self.people if self.people else None

    @property
    def percent_may_text(self) -> float | None:
        """Share that can and may be texted."""
        return 100 * self.may_text / self.people if self.people else None
