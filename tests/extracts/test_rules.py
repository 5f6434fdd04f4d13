"""What may be asked, where pages begin, and cells that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import statistics
from array import array
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from patientapp.cells import csv_line, safe_cell
from patientapp.extracts.rules import Place, place_of
from patientapp.extracts.summary_rules import Pairs, share_of, sums, t95
from patientapp.questionnaires.library import default_library

ATTACKS = [
    "=1+1",
    "+44",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff20a",
]


@pytest.mark.parametrize("cell", ATTACKS)
def test_io_03_what_looks_like_a_formula_is_made_text(cell: str) -> None:
    assert safe_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("number", [-3.5, 0, 7, "-3.5", "12"])
def test_io_03_real_numbers_stay_numbers(number: object) -> None:
    assert safe_cell(number) == str(number)


@pytest.mark.parametrize("cell", ['Ann "Bee" O\'Sample', "one, two", "two\nlines", "ŵ á 漢"])
def test_io_03_quotes_and_commas_come_back_whole(cell: str) -> None:
    line = csv_line([cell, None, 1.5])
    assert line.endswith("\r\n")
    assert next(csv.reader(io.StringIO(line, newline=""))) == [cell, "", "1.5"]


def test_a_place_comes_back_from_its_cursor() -> None:
    place = Place(datetime(2026, 3, 2, 10, 0, 0, 1, tzinfo=UTC), uuid4())
    assert place_of(place.cursor()) == place


@pytest.mark.parametrize("word", ["", "!!", "AAAA", "MjAyNi0wMS0wMXx4", "Zm9vfGJhcg", "\u00e9"])
def test_a_foreign_cursor_is_no_place(word: str) -> None:
    with pytest.raises(ValueError, match="no such cursor"):
        place_of(word)


# two-sided 95% points from published tables of Student's t
@pytest.mark.parametrize(
    ("freedom", "point"),
    [(1, 12.706), (2, 4.303), (4, 2.776), (6, 2.447), (9, 2.262), (29, 2.045), (120, 1.980)],
)
def test_the_points_of_students_t(freedom: int, point: float) -> None:
    assert t95(freedom) == pytest.approx(point, abs=0.001)


def test_a_share_of_all_or_none_keeps_an_interval_within_0_and_100() -> None:
    none, every = share_of(0, 20), share_of(20, 20)
    assert none
    assert every
    assert (none.low, every.high) == (0.0, 100.0)
    assert none.high == pytest.approx(100 - every.low) == pytest.approx(16.1, abs=0.05)
    assert share_of(0, 0) is None


def test_sums_are_the_textbooks() -> None:
    pseq = default_library().get("pseq").scale("total")
    base, follow = [20.0, 22.0, 30.0, 31.0], [26.0, 30.0, 29.0, 20.0]
    told = sums(pseq, Pairs(array("d", base), array("d", follow)))
    gains = [b - a for a, b in zip(base, follow, strict=True)]
    assert told["change"].value == statistics.mean(gains)
    assert told["change"].sd == pytest.approx(statistics.stdev(gains))
    half = 3.182 * statistics.stdev(gains) / 2
    assert told["change"].low == pytest.approx(statistics.mean(gains) - half, abs=0.01)
    assert [told[name].count for name in ("improved", "unchanged", "deteriorated")] == [2, 1, 1]
