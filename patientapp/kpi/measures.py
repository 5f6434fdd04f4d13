"""Measures and readings as their data files say them; a mistake names file, key and reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from patientapp.kpi.vocabulary import RULES, arguments
from patientapp.questionnaires.tables import Table

HERE = Path(__file__).parent


class Unit(StrEnum):
    """What a figure is."""

    PERCENT = "percent"
    RATIO = "ratio"
    DAYS = "days"
    COUNT = "count"


class Span(StrEnum):
    """Over how long a figure is meant to be reckoned."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half year"
    YEAR = "year"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One KPI: what is counted over what, who is left out, and the rule that does it."""

    id: str
    title: str
    unit: Unit
    period: Span
    numerator: str
    denominator: str
    exclusions: str
    empty: str
    source: str
    rule: str
    readings: tuple[str, ...]
    parts: str = ""
    least_published: int = 0
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """How a clause is read unless a contract says otherwise, and the other ways."""

    taken: str
    others: tuple[str, ...]


@cache
def readings() -> Mapping[str, Reading]:
    """Every reading, by name."""
    top = Table.read(HERE / "readings.toml", name="kpi/readings.toml")
    found = {}
    for name in top.data:
        table = top.table(name)
        assert table is not None
        found[name] = Reading(table.text("taken"), table.many("others", str))
        table.done()
    return found


@cache
def measures() -> Mapping[str, Measure]:
    """Every measure, by id."""
    paths = sorted((HERE / "measures").glob("*.toml"))
    return {one.id: one for one in map(_measure, paths)}


def _measure(path: Path) -> Measure:
    top = Table.read(path, name=f"kpi/measures/{path.name}")
    given = top.table("with", None)
    rule = top.text("rule")
    if rule not in RULES:
        raise top.broken("rule", f"{rule!r} is none of: {', '.join(sorted(RULES))}")
    values = dict(given.data) if given else {}
    for name in values:
        if name not in arguments(rule):
            raise top.broken(f"with.{name}", f"is not known to {rule}")
    unit = top.choice("unit", Unit)
    found = Measure(
        id=top.text("id"),
        title=top.text("title"),
        unit=unit,
        period=top.choice("period", Span),
        numerator=top.text("numerator"),
        denominator="" if unit is Unit.COUNT else top.text("denominator"),
        exclusions=top.text("exclusions"),
        empty="" if unit is Unit.COUNT else top.text("empty"),
        source=top.text("source"),
        rule=rule,
        readings=_named(top),
        parts=top.get("parts", str, ""),
        least_published=top.whole("least_published", 0),
        given=values,
    )
    if found.id != path.stem:
        raise top.broken("id", f"must be {path.stem!r}, as the file")
    top.done()
    return found


def _named(top: Table) -> tuple[str, ...]:
    names: tuple[str, ...] = top.many("readings", str, [])
    for name in names:
        if name not in readings():
            raise top.broken("readings", f"{name!r} is no reading of kpi/readings.toml")
    return names
