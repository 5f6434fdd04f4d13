"""`patientapp score` and `change` against the published rules written a second time (P7, CLIN-05).

Every missing pattern, every edge of every threshold and some thousands of mixed rows for each
instrument, as cells of a file; what comes back is compared with exact fractions, all of it.
"""

from __future__ import annotations

import itertools
import re
from fractions import Fraction
from random import Random  # noqa: TID251 - seeded
from typing import TYPE_CHECKING, Any

import pytest

from patientapp.questionnaires.library import Library, data_folder
from tests.questionnaires.commands import rows_of, run
from tests.scoring.oracle import ORACLES, pam13
from tests.scoring.oracle_change import CHANGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

LIBRARY = Library.load(data_folder())
MIXED = 1500
SMALL = 6000
STRAYS = ["", "", "", " ", "11", "101", "999", "-1", "3.5", "three", "2.0", " 1 ", "+1", "1e0"]
Row = tuple[str, ...]


def bounds(name: str) -> dict[str, tuple[int, int]]:
    """Lowest and highest answer of each column, in file order."""
    columns = LIBRARY.get(name).plan.columns
    return {c.code: (int(c.minimum), int(c.maximum)) for c in columns if c.code not in ("age", "sex")}


def read(cell: str) -> tuple[int | None, bool]:
    """What a cell says by the contract: empty is none, and a whole number is the number."""
    text = cell.strip()
    if not text:
        return None, False
    whole = re.fullmatch(r"(\d{1,4})(\.0*)?", text)
    return (int(whole[1]), False) if whole else (None, True)


def answers_of(codes: Iterable[str], row: Row, ranges: Mapping[str, tuple[int, int]]) -> tuple[Any, int]:
    """The answers of a row, and how many of its cells are none though something stands there."""
    answers, bad = {}, 0
    top = None
    for code, cell in zip(codes, row, strict=True):
        value, stray = read(cell)
        low, high = ranges[code]
        if code == "scale_max":
            low, high = (4, 9) if value in (4, 9) else (1, 0)
            top = value if value in (4, 9) else None
        answers[code] = -99 if stray else value
        bad += stray or (value is not None and not low <= value <= high)
    if top == 4:  # answers of 5 to 9 are good on the longer scale only
        bad += sum(1 for code in ("q1", "q2", "q3") if answers[code] in range(5, 10))
    return answers, bad


def every_small(ranges: Mapping[str, tuple[int, int]]) -> Iterator[Row]:
    """Every combination of answers with one too low, one too high and none, where they are few."""
    cells = [["", *map(str, range(low, high + 2))] for low, high in ranges.values()]
    combinations = 1
    for one in cells:
        combinations *= len(one)
    if combinations <= SMALL:
        yield from itertools.product(*cells)


def missing_patterns(ranges: Mapping[str, tuple[int, int]]) -> Iterator[Row]:
    """Who left out what: every pattern over at most eleven columns, at two levels of answers."""
    for share in (0, 1):
        whole = [str(low + (high - low) * share) for low, high in ranges.values()]
        for gaps in itertools.product((False, True), repeat=len(whole)):
            yield tuple("" if gap else cell for gap, cell in zip(gaps, whole, strict=True))


def every_total(ranges: Mapping[str, tuple[int, int]]) -> Iterator[Row]:
    """Answers that add up to every total there is, filled from the front and from the back."""
    lows, highs = zip(*ranges.values(), strict=True)
    for total in range(sum(lows), sum(highs) + 1):
        row, left = list(lows), total - sum(lows)
        for i, (low, high) in enumerate(ranges.values()):
            row[i] += min(left, high - low)
            left -= row[i] - low
        yield tuple(map(str, row))


def mixed(ranges: Mapping[str, tuple[int, int]], dice: Random, rows: int = MIXED) -> Iterator[Row]:
    for _ in range(rows):
        odd = dice.choice([0, 0, 0.05, 0.3])
        yield tuple(
            dice.choice(STRAYS) if dice.random() < odd else str(dice.randint(low, high))
            for low, high in ranges.values()
        )


def same(cell: str, exact: Fraction | str | None, digits: int | None = None) -> bool:
    if exact is None or isinstance(exact, str):
        return cell == (exact or "")
    if not cell:
        return False
    return round(float(cell) - float(exact), digits or 17) == 0


def printed(codes: Sequence[str], rows: Iterable[Row]) -> bytes:
    return "".join(",".join(row) + "\n" for row in [tuple(codes), *rows]).encode()


@pytest.mark.parametrize("name", sorted(ORACLES))
def test_p7_score_equals_the_published_rules(name: str) -> None:
    ranges = bounds(name)
    rows = [*every_small(ranges), *missing_patterns(ranges), *every_total(ranges)]
    rows += mixed(ranges, Random(name))
    rows = [row for row in rows if any(row)]
    found = rows_of(run("score", name, typed=printed(list(ranges), rows)))
    exported = {scale.code for scale in LIBRARY.get(name).scales if scale.exported}
    for row, out in zip(rows, found, strict=True):
        answers, bad = answers_of(ranges, row, ranges)
        assert int(out["n_invalid"]) == bad, row
        for code, exact in ORACLES[name](answers).items():
            if code in exported:
                shown = out[f"score_{code}" if code in ranges else code]
                assert same(shown, exact), (row, code, shown, exact)


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_p7_change_equals_the_published_rules(name: str) -> None:
    """B01, N02: BPI, PSEQ and EQ-5D of a cohort."""
    ranges = bounds(name)
    twice = {f"{when}_{code}": ends for when in ("base", "follow") for code, ends in ranges.items()}
    totals, wide = list(every_total(ranges)), len(ranges)
    rows = [base + follow for base, follow in itertools.product(totals[::2], totals[1::3])]
    rows += [base + follow for base, follow in itertools.pairwise(totals)]
    rows += mixed(twice, Random(name), 2 * MIXED)
    found = rows_of(run("change", name, typed=printed(list(twice), rows)))
    for row, out in zip(rows, found, strict=True):
        base, bad = answers_of(ranges, row[:wide], ranges)
        follow, worse = answers_of(ranges, row[wide:], ranges)
        assert int(out["n_invalid"]) == bad + worse
        wanted = CHANGES[name](base, follow)
        assert set(wanted) == set(out) - set(twice) - {"n_invalid"}
        for column, exact in wanted.items():
            assert same(out[column], exact, 12), (row, column, out[column], exact)


def test_p7_levels_of_the_licensed_score() -> None:
    """Every tenth of a point, and what is none: no level is ever made of a bad score."""
    cells = [f"{n / 10:.1f}" for n in range(1001)] + ["", "100.1", "-0.1", "high", "1e1", "nan"]
    rows = rows_of(
        run("score", "pam13", typed="\n".join(["score,id", *(f"{c},x" for c in cells)]).encode())
    )
    for cell, row in zip(cells, rows, strict=True):
        good = re.fullmatch(r"\d+\.\d", cell)
        level = pam13({"score": Fraction(cell) if good else None})["level"]
        assert (row["level"], row["n_invalid"]) == (level or "", str(int(bool(cell) and not level))), cell


def test_other_cuts_of_the_level_are_asked_for_by_name() -> None:
    """instruments.md section 8: the cuts are data; older papers end level 3 at 67.0."""
    typed = b"score\n47.0\n47.1\n55.2\n67.0\n67.1\n72.4\n"
    rows = rows_of(run("score", "pam13", "--with", "level_to_67", typed=typed))
    assert [row["level_to_67"] for row in rows] == ["1", "2", "3", "3", "4", "4"]
    assert [row["level"] for row in rows] == ["1", "2", "3", "3", "3", "3"]
