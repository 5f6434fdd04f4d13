"""How far hidden counts of 1 to 4 can be narrowed by what is shown beside them (SEC-05).

A whole number that is known to be 1 to 4 is told by less than an equation: three of them with 3 in
all are 1 each. So their limits are drawn in, sum by sum, until no sum narrows any more.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from math import inf

SMALLEST_SHOWN = 5  # counts of 1 to 4 are hidden (SEC-05)

Cell = Hashable
Sum = Mapping[Cell, int]  # factors of a sum that is not below 0
Limits = dict[Cell, tuple[float, float]]


def is_small(value: int) -> bool:
    """Whether so many people are too few to be shown."""
    return 0 < value < SMALLEST_SHOWN


def told(
    values: Mapping[Cell, int], equations: Iterable[Sum], bounds: Iterable[Sum], out: Collection[Cell]
) -> Mapping[Cell, frozenset[Cell]]:
    """The small hidden counts that one value alone fits, each with the shown cells that tell it."""
    sums = [sum_ for one in equations for sum_ in (one, {cell: -n for cell, n in one.items()})]
    sums = [one for one in (*sums, *bounds) if any(cell in out for cell in one)]
    limits = {cell: _at_first(values[cell], is_out=cell in out) for one in sums for cell in one}
    why: dict[Cell, frozenset[Cell]] = {cell: frozenset() for cell in limits}
    while sum(_narrowed(one, limits, why, out) for one in sums):
        pass  # each round over every sum
    return {
        cell: why[cell]
        for cell, (least, most) in limits.items()
        if cell in out and least == most and is_small(values[cell])
    }


def _at_first(value: int, *, is_out: bool) -> tuple[float, float]:
    if not is_out:
        return value, value
    if is_small(value):
        return 1, SMALLEST_SHOWN - 1
    return min(value, 1), inf


def _narrowed(one: Sum, limits: Limits, why: dict[Cell, frozenset[Cell]], out: Collection[Cell]) -> bool:
    """Draw in the hidden cells of one sum; whether anything moved. No limit passes a true count."""
    top = {cell: max(factor * end for end in limits[cell]) for cell, factor in one.items()}
    endless = [cell for cell, most in top.items() if most == inf]
    if len(endless) > 1:
        return False
    moved = False
    for cell, factor in one.items():
        if cell not in out or (endless and endless != [cell]):
            continue
        need = -sum(most for other, most in top.items() if other != cell)  # of factor * cell, at least
        least, most = limits[cell]
        drawn = (max(least, need), most) if factor > 0 else (least, min(most, -need))
        if drawn != limits[cell]:
            limits[cell], moved = drawn, True
            why[cell] = _reasons(one, why, out)
    return moved


def _reasons(one: Sum, why: Mapping[Cell, frozenset[Cell]], out: Collection[Cell]) -> frozenset[Cell]:
    """The shown cells of a sum, and those that drew in its hidden ones before."""
    shown: Sequence[Cell] = [cell for cell in one if cell not in out]
    return frozenset(shown).union(*(why[cell] for cell in one))
