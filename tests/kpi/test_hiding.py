"""SEC-05: no set of filters gives a hidden count back."""

from __future__ import annotations

import random  # noqa: TID251 - made-up tables out of a seed
from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import pytest

from patientapp.kpi.hiding import Equation, determined, hidden
from patientapp.kpi.spreads import SMALLEST_SHOWN, Cell, is_small

GROUPS = {"age": 5, "sex": 3, "ethnicity": 6, "deprivation": 5}


def tables(seed: int, people: int) -> tuple[dict[Cell, int], list[Equation]]:
    """Numerator, rest and denominator of a figure, in all and by each group, of made-up people."""
    draw = random.Random(seed)
    crowd = [
        (draw.random() < 0.6, *(min(int(draw.expovariate(0.9)), n - 1) for n in GROUPS.values()))
        for _person in range(people)
    ]
    values: dict[Cell, int] = {}
    equations: list[Equation] = []

    def put(name: tuple[str, int], chosen: Sequence[tuple[object, ...]]) -> None:
        met = sum(bool(one[0]) for one in chosen)
        for side, count in (("met", met), ("rest", len(chosen) - met), ("all", len(chosen))):
            values[(name, side)] = count
        equations.append({(name, "met"): 1, (name, "rest"): 1, (name, "all"): -1})

    put(("total", 0), crowd)
    for place, (group, size) in enumerate(GROUPS.items(), 1):
        for value in range(size):
            put((group, value), [one for one in crowd if one[place] == value])
        for side in ("met", "rest", "all"):
            cells = {((group, value), side): 1 for value in range(size)}
            equations.append({**cells, (("total", 0), side): -1})
    return values, equations


@pytest.mark.parametrize("people", [3, 12, 40, 150, 600])
@pytest.mark.parametrize("seed", range(4))
def test_sec_05_no_hidden_cell_follows_from_the_shown(seed: int, people: int) -> None:
    """SEC-05: every small count is hidden, and none is determined by all equations together."""
    values, equations = tables(seed, people)
    out = hidden(values, equations)
    assert all(cell in out for cell, value in values.items() if is_small(value))
    assert not determined(equations, out)


def test_sec_05_an_attack_of_500_filter_sets() -> None:
    """SEC-05: 500 random sets of filters, each a shown sum, solved together by least squares."""
    values, equations = tables(9, 90)
    out = hidden(values, equations)
    assert out, "the attack needs something to look for"
    draw, names = random.Random(1), sorted(values, key=repr)
    place = {cell: at for at, cell in enumerate(names)}
    rows, told = [], []
    for cells, known in _filter_sets(values, out, draw, equations):
        row = np.zeros(len(names))
        for cell, factor in cells.items():
            row[place[cell]] += factor
        rows.append(row)
        told.append(known)
    matrix, right = np.array(rows), np.array(told)
    assert len(rows) >= 500
    _u, sizes, vectors = np.linalg.svd(matrix)
    rank = int((sizes > 1e-8).sum())
    found = np.linalg.lstsq(matrix, right, rcond=None)[0]
    sure = np.abs(vectors[rank:]).max(axis=0) < 1e-8
    for cell in values:
        if cell not in out:
            assert sure[place[cell]], "the attack can read what is shown"
            assert found[place[cell]] == pytest.approx(values[cell])
        else:
            assert not sure[place[cell]], f"{cell} can be worked out"


def _filter_sets(
    values: Mapping[Cell, int], out: frozenset[Cell], draw: random.Random, equations: Sequence[Equation]
) -> list[tuple[Equation, int]]:
    """What an attacker has: each shown cell, the sums that always hold, and sums of what is shown."""
    shown = [cell for cell in values if cell not in out]
    single: list[tuple[Equation, int]] = [({cell: 1}, values[cell]) for cell in shown]
    always: list[tuple[Equation, int]] = [(one, 0) for one in equations]
    mixed: list[tuple[Equation, int]] = []
    while len(mixed) < 500:
        chosen = draw.sample(shown, draw.randint(2, min(6, len(shown))))
        mixed.append((dict.fromkeys(chosen, 1), sum(values[cell] for cell in chosen)))
    return single + always + mixed


def test_hiding_is_the_same_each_time() -> None:
    """A second look with the same filters tells nothing new."""
    values, equations = tables(3, 60)
    turned = dict(reversed(list(values.items())))
    assert hidden(values, equations) == hidden(turned, list(reversed(equations)))


@pytest.mark.parametrize(("met", "rest"), list(product((0, 1, 4, 5, 30), repeat=2)))
def test_a_figure_beside_a_small_count_is_hidden(met: int, rest: int) -> None:
    """96 of 100 tells of 4: the count beside a small one is hidden with it."""
    values: dict[Cell, int] = {"met": met, "rest": rest, "all": met + rest}
    out = hidden(values, [{"met": 1, "rest": 1, "all": -1}])
    if any(0 < value < SMALLEST_SHOWN for value in values.values()):
        assert len(out) >= 2
    else:
        assert not out
