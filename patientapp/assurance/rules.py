"""Kinds of incidents, what one needs, and what a year of them comes to (D36, N61). PURE."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from patientapp.workdays import add_months

LONGEST_TEXT = 4_000
YEAR = 12  # months between two looks at a pack (003 s.3.21: "reviewed yearly")


class IncidentKind(StrEnum):
    """What was harmed: data protection names the first three (N52)."""

    CONFIDENTIALITY = "confidentiality"
    INTEGRITY = "integrity"
    AVAILABILITY = "availability"
    SAFETY = "safety"
    OTHER = "other"


class Harm(StrEnum):
    """How much, as far as it is known; the service's own procedure grades it for good."""

    NONE = "none"
    LOW = "low"
    MODERATE = "moderate"
    SEVERE = "severe"


@dataclass(frozen=True, kw_only=True)
class Told:
    """An incident as somebody reports it."""

    kind: IncidentKind
    harm: Harm
    happened_on: date
    words: str


def incident_mistakes(told: Told, *, today: date) -> dict[str, str]:
    """What keeps a report from being kept, by field."""
    wrong = {}
    if told.happened_on > today:
        wrong["happened_on"] = "is still to come"
    if not told.words.strip():
        wrong["words"] = "say what happened"
    elif len(told.words) > LONGEST_TEXT:
        wrong["words"] = "is too long"
    return wrong


@dataclass(frozen=True, kw_only=True)
class Counted:
    """One incident, as the annual report counts it."""

    kind: IncidentKind
    harm: Harm
    reported_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class YearOf:
    """A year's incidents: how many of each kind and harm, how many are open, days until closed."""

    all: int
    open: int
    by_kind: Mapping[IncidentKind, Mapping[Harm, int]]
    longest_days: int | None


def year_of(incidents: Sequence[Counted]) -> YearOf:
    """The annual report."""
    found = Counter((one.kind, one.harm) for one in incidents)
    days = [(one.closed_at - one.reported_at).days for one in incidents if one.closed_at is not None]
    return YearOf(
        all=len(incidents),
        open=sum(one.closed_at is None for one in incidents),
        by_kind={kind: {harm: found[kind, harm] for harm in Harm} for kind in IncidentKind},
        longest_days=max(days, default=None),
    )


def next_look(approved_on: date) -> date:
    """When what was approved is looked at again: a year later (N55)."""
    return add_months(approved_on, YEAR)
