"""What the values of search parameters mean: dates with prefixes, tokens, references (FHIR R4 3.1.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from patientapp.workdays import at_london

DEFAULT_COUNT = 50
LARGEST_COUNT = 200
NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
_DATE = re.compile(
    r"(?P<prefix>eq|ne|gt|ge|lt|le|sa|eb)?"
    r"(?P<day>\d{4}(-\d{2}(-\d{2})?)?)"
    r"(?P<time>T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?\Z"
)


class Prefix(StrEnum):
    """How a date in a search compares."""

    EQ = "eq"
    NE = "ne"
    GT = "gt"
    GE = "ge"
    LT = "lt"
    LE = "le"
    SA = "sa"  # starts after
    EB = "eb"  # ends before


@dataclass(frozen=True)
class Span:
    """A date of a search: how it compares, its first instant, and the first one past it."""

    prefix: Prefix
    begin: datetime
    end: datetime


def span_of(value: str) -> Span:
    """What a date says, as exactly as it says it; days are London's. ValueError says what to send."""
    found = _DATE.match(value.strip())
    if found is None:
        raise ValueError("Use a date such as 2026-03-02 or ge2026-03-02T10:00:00Z.")
    prefix = Prefix(found["prefix"] or "eq")
    try:
        if found["time"]:
            return Span(prefix, *_moment(f"{found['day']}{found['time']}".replace(" ", "+")))
        first, past = _days([int(part) for part in found["day"].split("-")])
    except (ValueError, OverflowError):
        raise ValueError(f"{value} is not a date.") from None
    return Span(prefix, at_london(first, time(0)), at_london(past, time(0)))


def _moment(text: str) -> tuple[datetime, datetime]:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = at_london(moment.date(), moment.time())
    has_seconds = text.count(":") - text[-6:].count(":") * (text[-6] in "+-") > 1
    step = timedelta(seconds=1) if has_seconds else timedelta(minutes=1)
    begin = moment.astimezone(UTC)
    return begin, begin + (step if not moment.microsecond else timedelta(microseconds=1))


def _days(parts: list[int]) -> tuple[date, date]:
    match parts:
        case [year]:
            return date(year, 1, 1), date(year + 1, 1, 1)
        case [year, month]:
            return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    first = date(*parts)
    return first, first + timedelta(days=1)


@dataclass(frozen=True)
class Token:
    """A code of a search; no system: any system."""

    system: str | None
    code: str


def token_of(value: str) -> Token:
    """`system|code`, `|code` (no system) or `code`."""
    system, bar, code = value.rpartition("|")
    return Token(system if bar else None, code)


def reference_of(value: str, kind: str) -> UUID:
    """The id of `Patient/<id>`, a bare id, or an absolute address that ends so; ValueError else."""
    *before, last = value.split("/")
    if before and before[-1] != kind:
        raise ValueError(f"Use {kind}/<id>.")
    return UUID(last)


@dataclass(frozen=True)
class Place:
    """Just past this row in the order of a search, and past so many resources of it."""

    at: datetime
    id: UUID
    skip: int = 0

    def word(self) -> str:
        """In one word, for the next link."""
        return f"{self.at.isoformat()}~{self.id}~{self.skip}"


def place_of(word: str) -> Place:
    """The place that a next link names; ValueError for what we did not make."""
    at, row, skip = word.replace(" ", "+").split("~")
    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None or not skip.isascii() or not skip.isdigit() or len(skip) > 3:
        raise ValueError("no place of ours")
    return Place(moment.astimezone(UTC), UUID(row), int(skip))
