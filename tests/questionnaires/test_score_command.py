"""`patientapp score`: columns, order, bad cells, and every kind of bad input."""

from __future__ import annotations

import csv
import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest

from patientapp.questionnaires.library import Library, data_folder, score_one
from tests.questionnaires.commands import rows_of, run

if TYPE_CHECKING:
    from pathlib import Path

LIBRARY = Library.load(data_folder())
EQ = b"mo,sc,ua,pd,ad,vas\n"
PSEQ = b"q1,q2,q3,q4,q5,q6,q7,q8,q9,q10\n"
COLUMNS = {
    "bpi_sf": "severity_mean interference_mean interference_n_answered score_worst score_average",
    "eq5d5l": "profile level_sum level_freq index_uk_5l_2026 index_england_5l_2018 score_vas",
    "pseq": "total total_prorated n_answered pseq2",
    "start_back": "total distress risk",
    "start_msk": "pain_points total risk",
    "collaborate": "mean top_score",
    "fft": "class counted",
    "pam13": "level",
}


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_columns_are_those_promised_in_their_order(name: str) -> None:
    codes = LIBRARY.get(name).plan.codes
    result = run("score", name, typed=("id," + ",".join(codes) + ",note\n").encode())
    wanted = ["id", *codes, "note", *COLUMNS[name].split(), "n_invalid"]
    assert result.stdout == ",".join(wanted) + "\n"


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_a_file_and_one_person_are_scored_alike(name: str) -> None:
    instrument = LIBRARY.get(name)
    path = data_folder() / instrument.key / "golden.csv"
    rows = rows_of(run("score", name, typed=_without_commas(path)))
    for row in rows:
        answers = {code: _number(row.get(code, "")) for code in instrument.plan.codes}
        for code, score in score_one(instrument, answers).items():
            shown = next((row[n] for n in (f"score_{code}", code) if n in row), None)
            if instrument.scale(code).exported and shown is not None:
                assert shown == _shown(score.text if score.text is not None else score.value)


def _without_commas(path: Path) -> bytes:
    with path.open(encoding="utf-8", newline="") as file:
        return "".join(",".join(c.replace(",", ";") for c in r) + "\n" for r in csv.reader(file)).encode()


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def _shown(value: str | float | None) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return str(int(value)) if value == int(value) else repr(value)


@pytest.mark.parametrize(
    ("cell", "total", "bad"),
    [
        (b"3", "30", "0"),
        (b"", "", "0"),
        (b"  ", "", "0"),
        (b" 3 ", "30", "0"),
        (b'"3"', "30", "0"),
        (b'" 3"', "30", "0"),
        (b'""', "", "0"),
        (b"3.0", "30", "0"),
        (b"03", "30", "0"),
        (b"7", "", "1"),
        (b"11", "", "1"),
        (b"-1", "", "1"),
        (b"-2", "", "1"),
        (b"+3", "", "1"),
        (b"3.5", "", "1"),
        (b"three", "", "1"),
        (b"3;0", "", "1"),
        (b"1e0", "", "1"),
        (b"0x3", "", "1"),
        (b"nan", "", "1"),
        (b"65539", "", "1"),
        (b"99999999999999999999", "", "1"),
        ("٣".encode(), "", "1"),
        (b"\xff\xfe", "", "1"),
        (b"3\x00", "", "1"),
    ],
)
def test_a_cell_is_an_answer_or_none_and_never_fatal(cell: bytes, total: str, bad: str) -> None:
    """Outside the range or not whole is missing and counted; 3.0 is a whole number, three is none."""
    result = run("score", "pseq", typed=PSEQ + b",".join([cell] + [b"3"] * 9) + b"\n")
    assert result.exit_code == 0
    found = result.stdout_bytes.rstrip(b"\n").split(b"\n")[1].split(b",")
    assert (found[10].decode(), found[-1].decode()) == (total, bad)


def test_a_name_that_would_repeat_gets_a_prefix() -> None:
    result = run("score", "fft", typed=b"response,class,score_class\n1,a,b\n")
    assert result.stdout == (
        "response,class,score_class,score_score_class,counted,n_invalid\n1,a,b,positive,1,0\n"
    )


def test_a_table_of_one_column_keeps_its_empty_rows() -> None:
    result = run("score", "fft", typed=b"response\n1\n\n6\n")
    assert [row["class"] for row in rows_of(result)] == ["positive", "", "dont_know"]


@pytest.mark.parametrize(
    ("cells", "mean", "top", "bad"),
    [
        ("9,9,9,9", "9", "1", "0"),
        ("9,9,9,", "9", "1", "0"),
        ("4,4,4,4", "4", "1", "0"),
        ("4,4,4,9", "4", "0", "0"),
        ("4,4,5,4", "", "", "1"),
        ("4,4,4,7", "", "", "1"),
        ("4,4,4,x", "", "", "1"),
    ],
)
def test_each_row_of_collaborate_has_its_own_top(cells: str, mean: str, top: str, bad: str) -> None:
    """Rows of both scales may share a file, each scored on its own; groups of both are refused."""
    row = rows_of(run("score", "collaborate", typed=f"q1,q2,q3,scale_max\n{cells}\n".encode()))[0]
    assert (row["mean"], row["top_score"], row["n_invalid"]) == (mean, top, bad)


def test_collaborate_is_0_to_9_where_nothing_is_said() -> None:
    row = rows_of(run("score", "collaborate", typed=b"q1,q2,q3\n9,9,9\n"))[0]
    assert (row["mean"], row["top_score"]) == ("9", "1")


def test_every_number_of_up_to_three_digits_is_read_as_python_reads_it() -> None:
    cells = ["".join(digits) for n in (1, 2, 3) for digits in itertools.product("0123456789a", repeat=n)]
    typed = EQ + b"".join(f"1,1,1,1,1,{cell}\n".encode() for cell in cells)
    rows = rows_of(run("score", "eq5d5l", typed=typed))
    wanted = [str(int(cell)) if cell.isdigit() and int(cell) <= 100 else "" for cell in cells]
    assert [row["score_vas"] for row in rows] == wanted


def test_row_order_is_the_inputs() -> None:
    rng = np.random.default_rng(3)
    profiles = rng.integers(1, 6, size=(30_000, 5))
    typed = EQ + b"".join(b"%d,%d,%d,%d,%d,1\n" % tuple(row) for row in profiles.tolist())
    found = [row["profile"] for row in rows_of(run("score", "eq5d5l", typed=typed))]
    assert found == ["".join(map(str, row)) for row in profiles.tolist()]


def test_optional_scores_are_off_until_asked_for() -> None:
    """instruments.md section 2: activity and affect, off by default; all three items needed."""
    items = ["worst", "least", "average", "now", "general_activity", "mood", "walking", "work"]
    header = ",".join([*items, "relations", "sleep", "enjoyment"])
    typed = f"{header}\n8,3,5,6,7,6,5,9,4,7,5\n8,3,5,6,7,6,5,,4,7,5\n".encode()
    assert not {"activity_mean", "affect_mean"} & set(rows_of(run("score", "bpi_sf", typed=typed))[0])
    asked = ("score", "bpi_sf", "--with", "activity_mean", "--with", "affect_mean")
    rows = rows_of(run(*asked, typed=typed))
    assert [(row["activity_mean"], row["affect_mean"]) for row in rows] == [("7", "5"), ("", "5")]
    refused = run("score", "pseq", "--with", "activity_mean", typed=b"")
    assert (refused.exit_code, "it has: none" in refused.stderr) == (2, True)
