"""Which cells a commissioner may not see: small counts, and whatever would give them away (SEC-05).

Published tables are fixed and cover each person once: a figure has one partition of time (its own
contract period, ended), and one table for each single group, never a crossing of two. A cell is
hidden where a count of 1 to 4 people stands in it or beside it; then more are hidden until no hidden
cell follows from all that is shown, by any sums of any tables. That is tested by linear algebra over
every equation that holds between the cells, and by the limits of whole numbers from 1 to 4, not by
rules of thumb. Rounding was turned down: money moves at exact edges.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from patientapp.kpi.spreads import Cell, is_small, told

TINY = 1e-9  # of sums of small whole numbers: zero
OPEN = 1e-7

Equation = Mapping[Cell, int]  # coefficients of a sum that is 0


def hidden(
    values: Mapping[Cell, int],
    equations: Sequence[Equation],
    settled: Mapping[Cell, bool] | None = None,
    *,
    bounds: Sequence[Equation] | None = None,
) -> frozenset[Cell]:
    """The cells to hide, consistent over all tables; deterministic, so asking twice tells nothing.

    `settled` cells were decided before, hidden or not, and stay so. With `bounds`, sums that are 0 or
    more, no count of 1 to 4 is told by its limits either.
    """
    fixed = settled or {}
    out = {cell for cell, value in values.items() if is_small(value)}
    out = {cell for cell in out if cell not in fixed} | {cell for cell, is_out in fixed.items() if is_out}
    sums = None if bounds is None else (equations, bounds)
    while more := _needed(values, equations, out, fixed) or _tellers(values, sums, out, fixed):
        out |= more
    return frozenset(out)


def _needed(
    values: Mapping[Cell, int], equations: Sequence[Equation], out: set[Cell], fixed: Mapping[Cell, bool]
) -> set[Cell]:
    """What must be hidden besides: for a sum of few that shows, or a cell that can be worked out."""
    more = set()
    for equation in equations:
        unseen = [cell for cell in equation if cell in out]
        together = abs(sum(equation[cell] * values[cell] for cell in unseen))
        if unseen and (len(unseen) == 1 or is_small(together)):
            more |= _next_smallest(values, equation, out, fixed)
    if more:
        return more
    known = determined(equations, out)
    for equation in equations:
        if any(cell in known for cell in equation):
            more |= _next_smallest(values, equation, out, fixed)
    return more


def _tellers(
    values: Mapping[Cell, int],
    sums: tuple[Sequence[Equation], Sequence[Equation]] | None,
    out: set[Cell],
    fixed: Mapping[Cell, bool],
) -> set[Cell]:
    """For each count that its limits tell, one of the shown cells that tell it."""
    found = told(values, *sums, out).values() if sums else ()
    return set().union(*(_next_smallest(values, shown, out, fixed) for shown in found))


def _next_smallest(
    values: Mapping[Cell, int], equation: Iterable[Cell], out: set[Cell], fixed: Mapping[Cell, bool]
) -> set[Cell]:
    """The shown cell of a sum with the fewest people in it; a cell of nobody hides nothing."""
    shown = [cell for cell in equation if cell not in out and cell not in fixed]
    if not shown:
        return set()
    return {min(shown, key=lambda cell: (values[cell] == 0, values[cell], repr(cell)))}


def determined(equations: Iterable[Equation], out: Iterable[Cell]) -> frozenset[Cell]:
    """The hidden cells that follow from the shown ones by sums alone."""
    found: set[Cell] = set()
    for cells, rows in _blocks(list(equations), set(out)):
        place = {cell: at for at, cell in enumerate(cells)}
        matrix = np.zeros((len(rows), len(cells)))
        for row, equation in enumerate(rows):
            for cell, factor in equation.items():
                if cell in place:
                    matrix[row, place[cell]] = factor
        sizes, ways = np.linalg.eigh(matrix.T @ matrix)  # ways that no equation sees leave cells open
        free = np.abs(ways[:, sizes < TINY]).max(axis=1, initial=0.0)
        found |= {cell for cell, at in place.items() if free[at] < OPEN}
    return frozenset(found)


def _blocks(equations: Sequence[Equation], out: set[Cell]) -> Iterable[tuple[list[Cell], list[Equation]]]:
    """Hidden cells and their equations in parts that have nothing to do with each other."""
    by_cell: dict[Cell, list[int]] = {cell: [] for cell in out}
    for row, equation in enumerate(equations):
        for cell in equation:
            if cell in out:
                by_cell[cell].append(row)
    left = sorted(out, key=repr)
    seen: set[Cell] = set()
    for start in left:
        if start in seen:
            continue
        cells, rows, todo = [], set(), [start]
        seen.add(start)
        while todo:
            cell = todo.pop()
            cells.append(cell)
            for row in by_cell[cell]:
                if row not in rows:
                    rows.add(row)
                    near = [one for one in equations[row] if one in out and one not in seen]
                    seen.update(near)
                    todo += near
        yield cells, [equations[row] for row in sorted(rows)]
