"""How cells are read, by tables of cases."""

from __future__ import annotations

import io
from datetime import date

import pytest

from patientapp.appointments.rules import VisitMode
from patientapp.imports.appointments import COLUMNS
from patientapp.imports.reading import UnreadableFile, rows
from patientapp.imports.rules import (
    BadCell,
    Column,
    Mistake,
    day,
    header_mistakes,
    london_moment,
    one_of,
    read_row,
    text,
    wall_words,
    whole,
    yes_no,
)

MOMENTS = [
    ("2025-03-28T17:31", "2025-03-28T17:31:00+00:00"),
    ("2025-06-28T17:31", "2025-06-28T16:31:00+00:00"),
    ("2025-06-28T17:31:05", "2025-06-28T16:31:05+00:00"),
    ("2026-10-25T01:30", "2026-10-25T00:30:00+00:00"),  # happens twice: the first
    ("2026-03-29T01:30", "2026-03-29T01:00:00+00:00"),  # does not happen: right after the gap
]


@pytest.mark.parametrize(("cell", "moment"), MOMENTS)
def test_time_02_times_are_london_wall_times(cell: str, moment: str) -> None:
    assert london_moment(cell).isoformat() == moment


@pytest.mark.parametrize(
    "cell",
    [
        "28/03/2025 17:31",  # as a spreadsheet writes it
        "45744.73",  # as a spreadsheet keeps it
        "2025-03-28 17:31",
        "2025-03-28",
        "2025-03-28T17:31Z",
        "2025-03-28T17:31+01:00",
        "2025-02-29T10:00",
        "2025-13-01T10:00",
        "2025-03-28T24:00",
        "2025-03-28T10:60",
        "0001-01-01T00:00",
        "9999-12-31T23:59",
        "٢٠٢٥-٠٣-٢٨T١٠:٠٠",
        "'2025-03-28T17:31",
        "",
    ],
)
def test_what_is_no_london_time_says_how_to_write_one(cell: str) -> None:
    with pytest.raises(BadCell, match="write the London time like 2025-03-28T17:31"):
        london_moment(cell)


def test_a_time_read_and_written_is_the_same() -> None:
    assert wall_words(london_moment("2025-06-28T17:31")) == "2025-06-28T17:31"


CELLS = [
    (whole(1, 480), "45", 45),
    (whole(1, 480), "0", None),
    (whole(1, 480), "481", None),
    (whole(1, 480), "45.0", None),
    (whole(1, 480), "4e1", None),
    (whole(1, 480), "9" * 400, None),
    (whole(1, 480), "-5", None),
    (yes_no, "y", True),
    (yes_no, "n", False),
    (yes_no, "Y", None),
    (one_of(VisitMode), "video", VisitMode.VIDEO),
    (one_of(VisitMode), "Video", None),
    (text(3), "abc", "abc"),
    (text(3), "abcd", None),
    (text(30), "a\tb", None),
    (text(30), "Łódź 👍", "Łódź 👍"),
    (day, "2025-03-28", date(2025, 3, 28)),
    (day, "28.03.2025", None),
    (day, "1900-01-01", None),
]


@pytest.mark.parametrize(("read", "cell", "value"), CELLS)
def test_cells(read: object, cell: str, value: object) -> None:
    if value is None:
        with pytest.raises(BadCell):
            read(cell)  # type: ignore[operator]
    else:
        assert read(cell) == value  # type: ignore[operator]


GOOD = [column.name for column in COLUMNS]
HEADERS = [
    (GOOD, []),
    (GOOD[::-1], []),
    ([name for name in GOOD if name not in {"minutes", "booked_at", "reminder_arm"}], []),
    ([*GOOD, "nhs_number"], [("nhs_number", "there is no such column")]),
    ([*GOOD, "Status"], [("Status", "there is no such column")]),
    ([*GOOD, ""], [("(cannot be shown)", "there is no such column")]),
    ([*GOOD, "mode"], [("mode", "stands twice")]),
    ([name for name in GOOD if name != "status"], [("status", "is needed and missing")]),
    ([";".join(GOOD)], [("", "separate the columns with commas")]),
]


@pytest.mark.parametrize(("header", "wrong"), HEADERS)
def test_unknown_columns_are_refused_by_name(header: list[str], wrong: list[tuple[str, str]]) -> None:
    found = header_mistakes(header, COLUMNS)
    assert [(one.column, one.reason) for one in found] == wrong
    assert {one.line for one in found} <= {1}


def test_a_row_names_every_bad_cell_and_never_what_stood_in_it() -> None:
    by_name = {
        "key": Column(name="key", read=text(5), needed=True),
        "n": Column(name="n", read=whole(1, 9)),
    }
    _values, wrong = read_row(7, ["key", "n"], ["", "9990000018"], by_name)
    assert [(one.line, one.column) for one in wrong] == [(7, "key"), (7, "n")]
    assert "9990000018" not in str(wrong)
    values, wrong = read_row(8, ["key"], [" a "], by_name)
    assert (values, wrong) == ({"key": "a", "n": None}, [])
    _values, wrong = read_row(9, ["key", "n"], ["a"], by_name)
    assert wrong == [Mistake(line=9, column="", reason="has 1 cells and the first line has 2")]


FILES = [
    (b"a,b\n1,2\n", [(1, ["a", "b"]), (2, ["1", "2"])]),
    (b"a,b\r\n1,2\r\n", [(1, ["a", "b"]), (2, ["1", "2"])]),
    (b"\xef\xbb\xbfa,b\n1,2", [(1, ["a", "b"]), (2, ["1", "2"])]),
    (b"a,b\n\n,\n1,2\n", [(1, ["a", "b"]), (4, ["1", "2"])]),
    (b'a,b\n"x\ny",2\n3,4\n', [(1, ["a", "b"]), (2, ["x\ny", "2"]), (4, ["3", "4"])]),
    ('a\n"Łó,""dź"""\n'.encode(), [(1, ["a"]), (2, ['Łó,"dź"'])]),
    (b"", []),
]


@pytest.mark.parametrize(("raw", "expected"), FILES)
def test_files_as_they_come(raw: bytes, expected: list[object]) -> None:
    assert list(rows(io.BytesIO(raw))) == expected


BROKEN = [
    (b"a,b\n1,caf\xe9\n", 2, "UTF-8"),  # Latin-1
    (b"\xff\xfea\x00,\x00b\x00", 1, "UTF-8"),  # UTF-16
    (b'a,b\n1,"x\n', 2, "CSV"),  # a quote that never ends
    (b'a,b\n1,"x"y\n', 2, "CSV"),
    (b"a,b\n1,\x00\n", 2, "NUL"),
    (b"a,b\n" + b"x" * 70_000, 2, "too long"),
]


@pytest.mark.parametrize(("raw", "line", "said"), BROKEN)
def test_files_that_cannot_be_read_say_where_and_what_to_do(raw: bytes, line: int, said: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        list(rows(io.BytesIO(raw)))
    assert caught.value.mistake.line == line
    assert said in caught.value.mistake.reason


def test_people_are_older_than_the_health_service() -> None:
    """D13: a birth in 1931 is a day like any other; the service's own dates begin in 1948."""
    assert day("1931-05-04") == date(1931, 5, 4)
    with pytest.raises(BadCell):
        day("0193-05-04")
