"""What a day's opioids come to in oral morphine; exact, so that 100 is 100."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("table.toml")
MOST_MG = Decimal(10_000)  # of one line: more is a slip of the finger
MOST_LINES = 4


class BrokenTable(ValueError):
    """The conversion table cannot be used; says why."""


class Point(StrEnum):
    """When in the episode the dose was taken down (D07 compares the first and the last)."""

    FIRST = "first_attendance"
    REVIEW = "review"
    DISCHARGE = "discharge"


@dataclass(frozen=True, kw_only=True)
class Opioid:
    """One medicine and its ratio; none: the clinician types the equivalent."""

    id: str
    name: str
    ratio: Decimal | None
    other: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Table:
    """One version of the conversion table."""

    version: str
    source: str
    status: str
    threshold: Decimal
    opioids: Mapping[str, Opioid]


@dataclass(frozen=True)
class Line:
    """What a person takes of one medicine in 24 hours; for one without a ratio, its equivalent."""

    opioid: str
    mg: Decimal


@dataclass(frozen=True, kw_only=True)
class Total:
    """What the lines come to, and how far other published ratios would take it."""

    lines: Sequence[tuple[Line, Decimal]]
    mg: Decimal
    lowest: Decimal
    highest: Decimal

    def tells_gp(self, table: Table) -> bool:
        """Whether the GP must be told: at the threshold or above it."""
        return self.mg >= table.threshold


@cache
def table() -> Table:
    """The table in use."""
    return read(tomllib.loads(FILE.read_text(encoding="utf-8")))


def read(data: Mapping[str, Any]) -> Table:
    """A table out of its file; BrokenTable says what is missing."""
    for key in ("version", "source", "status", "threshold_mg"):
        if not data.get(key):
            raise BrokenTable(f"{FILE.name}: {key} is missing")
    made = {}
    for row in data["opioids"]:
        ratio, other = _number(row, "ratio"), _number(row, "other")
        made[row["id"]] = Opioid(id=row["id"], name=row["name"], ratio=ratio, other=other)
    return Table(
        version=data["version"],
        source=data["source"],
        status=data["status"],
        threshold=Decimal(data["threshold_mg"]),
        opioids=made,
    )


def _number(row: Mapping[str, Any], key: str) -> Decimal | None:
    if key not in row:
        return None
    try:
        found = Decimal(row[key])
    except (InvalidOperation, TypeError):
        raise BrokenTable(f"{FILE.name}: {row['id']}: {key} is not a number") from None
    if not found.is_finite() or found <= 0:
        raise BrokenTable(f"{FILE.name}: {row['id']}: {key} must be above 0")
    return found


def total(lines: Sequence[Line], by: Table) -> Total:
    """The sum of all lines, exact; 0 mg where nothing is taken."""
    worked = [(line, line.mg * (by.opioids[line.opioid].ratio or 1)) for line in lines]
    spans = [_span(line, by.opioids[line.opioid]) for line in lines]
    return Total(
        lines=worked,
        mg=sum((mg for _line, mg in worked), Decimal(0)),
        lowest=sum((low for low, _high in spans), Decimal(0)),
        highest=sum((high for _low, high in spans), Decimal(0)),
    )


def _span(line: Line, opioid: Opioid) -> tuple[Decimal, Decimal]:
    ratios = [one for one in (opioid.ratio, opioid.other) if one is not None] or [Decimal(1)]
    return line.mg * min(ratios), line.mg * max(ratios)


def milligrams(given: str) -> Decimal | None:
    """A typed number of milligrams, a comma or a point in it; None where it is none we can use."""
    try:
        found = Decimal(given.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 < found <= MOST_MG else None


def said(mg: Decimal) -> str:
    """Milligrams as they are written: no needless noughts."""
    return f"{mg.quantize(Decimal('0.1')).normalize():f}" if mg != mg.to_integral() else f"{mg:.0f}"
