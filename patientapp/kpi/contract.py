"""What one contract asks: its lines with clause, threshold and days, and how its clauses are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from fractions import Fraction
from typing import Any

from patientapp.kpi.event_rules import DISCHARGES
from patientapp.kpi.measures import Measure, Unit, measures, readings
from patientapp.kpi.outcomes import NAMES
from patientapp.kpi.vocabulary import fitting
from patientapp.questionnaires.tables import Table

MOST_PERCENT = 100


@dataclass(frozen=True)
class Band:
    """One band of a figure: from a value on, or above it; the last has no lower edge."""

    name: str
    edge: Fraction | None = None
    above: bool = False

    def holds(self, value: Fraction) -> bool:
        """Whether a value is in it, given that it is in none before."""
        if self.edge is None:
            return True
        return value > self.edge if self.above else value >= self.edge


@dataclass(frozen=True, kw_only=True)
class Line:
    """One measure in one contract."""

    id: str
    measure: Measure
    clause: str
    title: str
    threshold: Fraction | None = None
    bands: tuple[Band, ...] = ()
    exempt_months: int = 0
    sample_percent: int = 0
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Contract:
    """One contract as the engine sees it."""

    id: str
    first_day: date | None
    closing: int | None
    outcomes: tuple[str, ...]
    choices: Mapping[str, str]
    lines: tuple[Line, ...]


def contract(
    top: Table,
    *,
    profile: str,
    first_day: date | None,
    closing: time | None,
) -> Contract:
    """The contract in a profile's keys `outcomes`, `readings` and `kpis`; a mistake names its place."""
    outcomes: tuple[str, ...] = top.many("outcomes", str, [])
    lines = [line for table in top.tables("kpis") for line in _lines(table, outcomes)]
    seen = [line.id for line in lines]
    for name in {name for name in seen if seen.count(name) > 1}:
        raise top.broken("kpis", f"{name} stands twice")
    return Contract(
        id=profile,
        first_day=first_day,
        closing=None if closing is None else closing.hour * 3600 + closing.minute * 60,
        outcomes=outcomes,
        choices=_choices(top),
        lines=tuple(lines),
    )


def _choices(top: Table) -> Mapping[str, str]:
    taken = {name: reading.taken for name, reading in readings().items()}
    table = top.table("readings", None)
    for name in table.data if table else ():
        assert table is not None
        if name not in taken:
            raise table.broken(name, "is no reading")
        known = (taken[name], *readings()[name].others)
        if table.text(name) not in known:
            raise table.broken(name, f"must be one of: {', '.join(known)}")
        taken[name] = table.text(name)
    return taken


def _lines(table: Table, outcomes: Iterable[str]) -> Iterator[Line]:
    name = table.text("id")
    measure = measures().get(name)
    if measure is None:
        raise table.broken("id", f"{name!r} is no measure: kpi/measures has {', '.join(measures())}")
    known = ("id", "clause", "title", "threshold", "bands", "exempt_months", "sample_percent")
    given = {key: value for key, value in table.data.items() if key not in known}
    if why := fitting(measure.rule, {**measure.given, **given}):
        raise table.broken(name, why)
    line = Line(
        id=name,
        measure=measure,
        clause=table.get("clause", str, ""),
        title=table.get("title", str, measure.title),
        threshold=_percent(table, "threshold", measure),
        bands=tuple(_bands(table)),
        exempt_months=table.whole("exempt_months", 0),
        sample_percent=table.whole("sample_percent", 0),
        given={**measure.given, **given},
    )
    yield line
    yield from _parts(line, outcomes)


def _percent(table: Table, key: str, measure: Measure) -> Fraction | None:
    if key not in table.data:
        return None
    value = Fraction(str(table.number(key)))
    if value < 0 or (measure.unit is Unit.PERCENT and value > MOST_PERCENT):
        raise table.broken(key, f"must be from 0 to 100, not {table.data[key]}")
    return value


def _bands(table: Table) -> Iterator[Band]:
    for one in table.tables("bands", []):
        above = "above" in one.data
        edge = one.number("above" if above else "at_least", None)
        if edge is not None and not 0 <= edge <= MOST_PERCENT:
            raise one.broken("above" if above else "at_least", f"must be from 0 to 100, not {edge}")
        yield Band(one.text("name"), None if edge is None else Fraction(str(edge)), above)
        one.done()


def _parts(line: Line, outcomes: Iterable[str]) -> Iterator[Line]:
    """The lines that stand beside one: each outcome measure, each discharge reason."""
    if line.measure.parts == "outcomes":
        for name in outcomes:
            for end, kind in (("", "K1.any"), (".mic", "K1.mic")):
                measure = measures()[kind]
                given = {**measure.given, "outcome": name}
                title = f"{measure.title} ({NAMES[name]})"
                made = f"{line.id}.{name}{end}"
                yield Line(id=made, measure=measure, clause=line.clause, title=title, given=given)
    if line.measure.parts == "reasons":
        measure = measures()["K22.reason"]
        for reason in DISCHARGES:
            given = {"reasons": (reason,)}
            title = f"{measure.title}: {reason.replace('_', ' ')}"
            made = f"{line.id}.{reason}"
            yield Line(id=made, measure=measure, clause=line.clause, title=title, given=given)
