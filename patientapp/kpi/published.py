"""A return as one viewer may see it: all of it for the care team, without small counts for others.

Two steps. First the figures themselves, over every sum that holds between them; then their groups,
with the figures settled, so that a figure is hidden or shown whoever asks and however it is grouped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction

from patientapp.kpi.contract import Line
from patientapp.kpi.engine import Figure, value_of
from patientapp.kpi.groups import GROUPS
from patientapp.kpi.hiding import Equation, determined, hidden
from patientapp.kpi.measures import Unit
from patientapp.kpi.spreads import Cell
from patientapp.kpi.tally import Group
from patientapp.kpi.ties import ties

TOTAL = ("", "")


class Form(StrEnum):
    """What is kept of a period: figures as commissioners see them, with their groups, or all of it."""

    TOTALS = "totals"
    GROUPS = "groups"
    WHOLE = "whole"


@dataclass(frozen=True)
class Count:
    """One row of a table: what may be shown of it, None for what is hidden."""

    numerator: int | None
    denominator: int | None
    value: Fraction | None
    is_hidden: bool


@dataclass(frozen=True)
class Published:
    """One figure with its groups, as a viewer may see it; nothing is said of a hidden one."""

    line: Line
    total: Count
    met: bool | None
    band: str | None
    notes: tuple[str, ...] = ()
    groups: Mapping[str, Sequence[tuple[str, Count]]] = field(default_factory=dict)


Sums = Mapping[tuple[str, Group], tuple[int, int]]


def published(made: Sequence[Figure], *, hides: bool) -> list[Published]:
    """Figures with their groups, small counts hidden from whoever may not see cases."""
    sums = dict(_sums(made))
    out, dropped = _hidden(made, sums) if hides else (frozenset(), frozenset())
    found = [_published(one, sums, out, dropped) for one in made]
    return [replace(one, notes=()) for one in found] if hides else found


def _sums(made: Sequence[Figure]) -> Iterator[tuple[tuple[str, Group], tuple[int, int]]]:
    for one in made:
        found = one.tally
        yield (one.line.id, TOTAL), (found.numerator, found.denominator)
        if found.counted and not found.has_nobody:
            yield from (((one.line.id, group), sums) for group, sums in found.groups.items())


def _sides(figure: Figure, numerator: int, denominator: int) -> Iterator[tuple[str, int]]:
    """The counts of people in a row: a sum of days is none; a share has a rest."""
    unit = figure.line.measure.unit
    if unit is not Unit.DAYS:
        yield "met", numerator
    if unit is not Unit.COUNT:
        yield "all", denominator
    if unit is Unit.PERCENT and figure.tally.is_part:
        yield "rest", denominator - numerator


def _hidden(made: Sequence[Figure], sums: Sums) -> tuple[frozenset[Cell], frozenset[tuple[str, str]]]:
    """Hidden cells, and (figure, dimension) pairs of which nothing can be shown safely."""
    totals = _cells(made, sums, [TOTAL])
    plain = list(_equations(made, sums, [TOTAL]))
    exact, bounds = _tied(totals, [TOTAL])
    first = hidden(totals, [*plain, *exact], bounds=bounds)
    settled = {cell: cell in first for cell in totals}
    if len(sums) == len(made):
        return first, frozenset()
    every = [TOTAL, *((dimension, name) for dimension, names in GROUPS.items() for name in names)]
    cells = _cells(made, sums, every)
    exact, _bounds = _tied(cells, every)
    equations = [*_equations(made, sums, every), *_margins(made, sums), *exact]
    out = hidden(cells, equations, settled)
    known = determined(equations, out)
    return out, frozenset((cell[0], cell[1][0]) for cell in known if cell[1] != TOTAL)  # type: ignore[index]


def _tied(cells: Mapping[Cell, int], groups: Sequence[Group]) -> tuple[list[Equation], list[Equation]]:
    """The ties between lines that are exact here, and those that are sums above 0."""
    exact: list[Equation] = []
    bounds: list[Equation] = []
    for group in groups:
        for tie in ties(lambda line, side, at=group: (line, at, side) in cells):  # type: ignore[misc]
            one: dict[Cell, int] = {(line, group, side): n for (line, side), n in tie.items()}
            over = sum(cells[cell] * factor for cell, factor in one.items())
            if over >= 0:
                (bounds if over else exact).append(one)
    return exact, bounds


def _cells(made: Sequence[Figure], sums: Sums, groups: Sequence[Group]) -> dict[Cell, int]:
    return {
        (one.line.id, group, side): count
        for one in made
        for group in groups
        if (one.line.id, group) in sums
        for side, count in _sides(one, *sums[one.line.id, group])
    }


def _equations(made: Sequence[Figure], sums: Sums, groups: Sequence[Group]) -> Iterator[Equation]:
    """What always holds within a row, and between figures: parts, equal bases."""
    for group in groups:
        bases: dict[int, Cell] = {}
        for one in made:
            if (one.line.id, group) not in sums:
                continue
            row = {
                side: (one.line.id, group, side) for side, _n in _sides(one, *sums[one.line.id, group])
            }
            if "rest" in row:
                yield {row["met"]: 1, row["rest"]: 1, row["all"]: -1}
            if "all" in row:  # equal bases are taken for the same people: an attacker may know so
                base = sums[one.line.id, group][1]
                if base in bases:
                    yield {row["all"]: 1, bases[base]: -1}
                bases[base] = row["all"]


def _margins(made: Sequence[Figure], sums: Sums) -> Iterator[Equation]:
    """The groups of a dimension add up to the whole."""
    for one in made:
        for dimension, groups in GROUPS.items():
            names = [(dimension, name) for name in groups]
            if (one.line.id, names[0]) not in sums:
                continue
            for side, _count in _sides(one, *sums[one.line.id, TOTAL]):
                parts: dict[Cell, int] = {(one.line.id, name, side): 1 for name in names}
                yield parts | {(one.line.id, TOTAL, side): -1}


def _published(
    figure: Figure, sums: Sums, out: frozenset[Cell], dropped: frozenset[tuple[str, str]]
) -> Published:
    name, total = figure.line.id, _count(figure, sums, TOTAL, out)
    groups = {
        dimension: [(each, _count(figure, sums, (dimension, each), out)) for each in names]
        for dimension, names in GROUPS.items()
        if (name, (dimension, names[0])) in sums and (name, dimension) not in dropped
    }
    band = figure.band.name if figure.band else None
    met = None if total.is_hidden else figure.met
    return Published(figure.line, total, met, None if total.is_hidden else band, figure.notes, groups)


def _count(figure: Figure, sums: Sums, group: Group, out: frozenset[Cell]) -> Count:
    unit, name = figure.line.measure.unit, figure.line.id
    numerator, denominator = sums[name, group]
    no_under = (name, group, "all") in out
    is_out = no_under or (name, group, "all" if unit is Unit.DAYS else "met") in out
    under = None if unit is Unit.COUNT or no_under else denominator
    if is_out:
        # "0 of hidden" would say of each of 1 to 4 people that they are not better
        return Count(None, under, None, is_hidden=True)
    value = value_of(unit, numerator, under)
    if group == TOTAL:
        value = figure.value
    return Count(numerator, under, value, is_hidden=False)
