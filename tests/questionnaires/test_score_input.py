"""`patientapp score`: files of every dialect, and mistakes named in one line."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patientapp.questionnaires import bulk_read
from patientapp.questionnaires.bulk import score_file
from patientapp.questionnaires.library import Library, data_folder
from tests.questionnaires.commands import run

LIBRARY = Library.load(data_folder())
EQ = b"mo,sc,ua,pd,ad,vas\n"
PSEQ = b"q1,q2,q3,q4,q5,q6,q7,q8,q9,q10\n"


@pytest.mark.parametrize(
    ("name", "typed", "message"),
    [
        ("eq5d5l", b"", "the input is empty"),
        ("eq5d5l", b"\n", "the input is empty"),
        ("eq5d5l", b"mob,sc,ua,pd,ad,vas\n", "the column 'mo' is missing (the nearest is 'mob')"),
        ("eq5d5l", b"MO,sc,ua,pd,ad,vas\n", "the column 'mo' is missing (the nearest is 'MO')"),
        ("eq5d5l", b"a;b;c\n", "the column 'mo' is missing"),
        ("eq5d5l", b"mo,sc,ua,pd,ad,vas,mo\n", "the column 'mo' stands there twice"),
        ("eq5d5l", EQ + b"1,1,1,1,1,50,7\n", "record 1 has 7 cells, and the header 6"),
        ("eq5d5l", EQ + b'1,1,1,1,1,50\n"1,1,1,1,1,50\n', "record 2: a quote is never closed"),
        ("eq5d5l", b'"mo,sc\n', "header: a quote is opened and never closed"),
        ("eq5d5l", "mo,sc\n".encode("utf-16"), "UTF-16"),
        ("eq5d", EQ, "no instrument is called 'eq5d'; the nearest is 'eq5d5l'"),
    ],
)
def test_the_callers_mistake_is_named_in_one_line(name: str, typed: bytes, message: str) -> None:
    result = run("score", name, typed=typed)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (b"\xef\xbb\xbf" + EQ + b"1,1,1,1,1,50\n", b"1,1,1,1,1,50,11111,5,50000,1,1,50,0\n"),
        (EQ + b"1,1,1,1,1,50", b"1,1,1,1,1,50,11111,5,50000,1,1,50,0\n"),
        (EQ + b"1,1,1,1,1,50\n\n\n", b"1,1,1,1,1,50,11111,5,50000,1,1,50,0\n"),
        (EQ + b"1,1,1,1,1\n", b"1,1,1,1,1,,11111,5,50000,1,1,,0\n"),
        (
            EQ.replace(b"\n", b"\r\n") + b"1,1,1,1,1,50\r\n1,1,1,1,1,\r\n",
            b"1,1,1,1,1,50,11111,5,50000,1,1,50,0\r\n1,1,1,1,1,,11111,5,50000,1,1,,0\r\n",
        ),
        (
            EQ.replace(b",", b"\t") + b"1\t1\t1\t1\t1\t50\n",
            b"1\t1\t1\t1\t1\t50\t11111\t5\t50000\t1\t1\t50\t0\n",
        ),
        (
            b'"mo","sc","ua","pd","ad","vas"\n"1","1","1","1","1","50"\n',
            b'"1","1","1","1","1","50",11111,5,50000,1,1,50,0\n',
        ),
        (b" mo ,sc,ua,pd,ad,vas\n1,1,1,1,1,50\n", b"1,1,1,1,1,50,11111,5,50000,1,1,50,0\n"),
        (EQ + b"9,1,1,1,1,999\n", b"9,1,1,1,1,999,,,,,,,2\n"),
    ],
    ids=[
        "bom",
        "no-newline",
        "blank-lines",
        "short-row",
        "crlf",
        "tabs",
        "quotes",
        "spaces",
        "missing-codes",
    ],
)
def test_dialects_are_read_and_kept(typed: bytes, expected: bytes) -> None:
    result = run("score", "eq5d5l", typed=typed)
    assert result.exit_code == 0, result.stderr
    assert result.stdout_bytes.split(b"\n", 1)[1] == expected


def test_other_columns_pass_through_byte_for_byte() -> None:
    """Commas and line breaks in quotes, inches, Latin-1 bytes, doubled foreign names."""
    odd = [b'"a, b"', b'"two\nlines"', b'5" pipe', b'"say ""hi"""', b"caf\xe9", b"", b" x "]
    typed = b"note,mo,sc,ua,pd,ad,vas,note\n"
    typed += b"".join(b"%b,1,1,1,1,1,50,%b\n" % (cell, cell) for cell in odd)
    result = run("score", "eq5d5l", typed=typed)
    wanted = b"".join(b"%b,1,1,1,1,1,50,%b,11111,5,50000,1,1,50,0\n" % (cell, cell) for cell in odd)
    assert result.stdout_bytes.split(b"\n", 1)[1] == wanted


NUMBER = re.compile(r"[+-][0-9 .,]*(?:e[+-]?[0-9]+)?\s*", re.ASCII | re.IGNORECASE)


def runs(note: str) -> bool:
    """IO-03 in other words: a sign in front, and no number."""
    return note[:1] in set("=+-@\t＝＋－＠") and not NUMBER.fullmatch(note)


FREE = st.text(st.characters(exclude_characters="\r\n\x00", exclude_categories=["Cs"]), max_size=6)
CELLS = st.sampled_from(["", "0", "1", "2", "3", "4", "5", "6", "7", "x", " 2", "10", "3.0"])


@settings(max_examples=60)
@given(rows=st.lists(st.tuples(FREE, st.lists(CELLS, min_size=10, max_size=10)), max_size=8))
def test_blocks_are_cut_anywhere_without_loss(rows: list[tuple[str, list[str]]]) -> None:
    """The csv module as the second opinion, with blocks of a few bytes and quotes wherever needed."""
    source = io.StringIO()
    writer = csv.writer(source, lineterminator="\n")
    writer.writerow(["note", *PSEQ.decode().strip().split(",")])
    writer.writerows([note, *cells] for note, cells in rows)
    data, out = source.getvalue().encode(), io.BytesIO()
    small = pytest.MonkeyPatch()
    with small.context() as patch:
        patch.setattr(bulk_read, "CHUNK", 7)
        score_file(LIBRARY.get("pseq"), io.BytesIO(data), out, lambda size: None)
    found = list(csv.DictReader(io.StringIO(out.getvalue().decode(), newline="")))
    assert len(found) == len(rows)
    for row, (note, cells) in zip(found, rows, strict=True):
        assert row["note"] == (f"'{note}" if runs(note) else note)
        assert [row[f"q{i}"] for i in range(1, 11)] == cells
        answered = [
            int(float(c)) for c in cells if c.strip() in {"0", "1", "2", "3", "4", "5", "6", "3.0"}
        ]
        assert row["n_answered"] == str(len(answered))
        assert row["total"] == (str(sum(answered)) if len(answered) == 10 else "")
        assert row["n_invalid"] == str(sum(c.strip() in {"7", "x", "10"} for c in cells))


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        (b"=1+1", b"'=1+1"),
        (b"=cmd|' /C calc'!A0", b"'=cmd|' /C calc'!A0"),
        (b"@SUM(A1)", b"'@SUM(A1)"),
        (b"+A1", b"'+A1"),
        (b"-A1", b"'-A1"),
        (b"-2+3", b"'-2+3"),
        (b"\t=1", b"'\t=1"),
        (b"\r=1", b"'\r=1"),
        (b'"\n=1"', b'"\'\n=1"'),
        (b'"=1,2"', b'"\'=1,2"'),
        (b'"=LINK(""x"")"', b'"\'=LINK(""x"")"'),
        (b'=LINK("x")', b'"\'=LINK(""x"")"'),
        ("＝1".encode(), "'＝1".encode()),
        ("＋A1".encode(), "'＋A1".encode()),
        ("－A1".encode(), "'－A1".encode()),
        ("＠A1".encode(), "'＠A1".encode()),
    ],
)
def test_io_03_a_cell_that_a_spreadsheet_would_run_is_made_text(cell: bytes, wanted: bytes) -> None:
    """Safety goes before "passed through untouched"; whoever asked for the file is told how many."""
    typed = b"note,response,last\n" + cell + b",1," + cell + b"\nx,1,y\n"
    result = run("score", "fft", typed=typed)
    head, row = b"note,response,last,class,counted,n_invalid\n", b",positive,1,0\n"
    assert result.stdout_bytes == head + wanted + b",1," + wanted + row + b"x,1,y" + row
    assert (result.exit_code, result.stderr.startswith("2 cells")) == (0, True)


@pytest.mark.parametrize(
    "cell",
    ["-1", "+44", "-1.50", "+1e-3", "-1,5", "+44 7700 900123", "-", "a=1", "'=1", " =1", "５", "a@b", ""],
)
def test_io_03_numbers_and_ordinary_words_stay_byte_for_byte(cell: str) -> None:
    quoted = f'"{cell}"' if "," in cell else cell
    result = run("score", "fft", typed=f"note,response,last\n{quoted},1,{quoted}\n".encode())
    assert result.stdout.splitlines()[1] == f"{quoted},1,{quoted},positive,1,0"
    assert result.stderr == ""


def test_io_03_headers_and_items_are_made_text_too_and_read_the_same_again() -> None:
    """A formula in an item is no answer, before and after; the second time nothing is left to do."""
    once = run("score", "fft", typed=b"=a,response\n-1,=1\n+5,2\n")
    assert once.stdout == "'=a,response,class,counted,n_invalid\n-1,'=1,,0,1\n+5,2,positive,1,0\n"
    again = run("score", "fft", typed=once.stdout_bytes)
    assert [line.split(",")[:2] for line in again.stdout.splitlines()[1:]] == [["-1", "'=1"], ["+5", "2"]]
    assert again.stderr == ""


def test_io_03_holds_for_both_occasions() -> None:
    header = ",".join(f"{when}_q{i}" for when in ("base", "follow") for i in range(1, 11))
    result = run("change", "pseq", typed=f"note\t{header}\n".replace(",", "\t").encode())
    assert result.exit_code == 0
    cells = "=x," + ",".join(["3"] * 20)
    result = run("change", "pseq", typed=f"note,{header}\n{cells}\n".encode())
    assert result.stdout.splitlines()[1].startswith("'=x,3,3,")
