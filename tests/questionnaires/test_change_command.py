"""`patientapp change`: the same columns twice, and what happened between them."""

from __future__ import annotations

import pytest

from tests.questionnaires.commands import rows_of, run

EQ = ["mo", "sc", "ua", "pd", "ad", "vas"]
PSEQ = [f"q{i}" for i in range(1, 11)]
BPI = ["worst", "least", "average", "now"]
BPI += ["general_activity", "mood", "walking", "work", "relations", "sleep", "enjoyment"]


def changed(name: str, items: list[str], base: list[object], follow: list[object]) -> dict[str, str]:
    header = [f"base_{item}" for item in items] + [f"follow_{item}" for item in items]
    typed = ",".join(header) + "\n" + ",".join(map(str, base + follow)) + "\n"
    return rows_of(run("change", name, typed=typed.encode()))[0]


@pytest.mark.parametrize(
    ("base", "follow", "wanted"),
    [
        (2, 2, ("0", "unchanged", "no_reliable_change")),
        (2, 3, ("10", "improved", "no_reliable_change")),
        (1, 4, ("30", "improved", "reliable_improvement")),
        (4, 1, ("-30", "deteriorated", "reliable_deterioration")),
        (2, "", ("", "", "")),
        (2, 9, ("", "", "")),
    ],
)
def test_pseq(base: object, follow: object, wanted: tuple[str, ...]) -> None:
    row = changed("pseq", PSEQ, [base] * 10, [follow] * 10)
    assert (row["total_change"], row["mic_class"], row["reliable_class"]) == wanted
    assert row["n_invalid"] == ("10" if follow == 9 else "0")


@pytest.mark.parametrize(
    ("base", "follow", "wanted"),
    [
        ([8, 3, 5, 6] + [5] * 7, [8, 3, 5, 6] + [4] * 7, ("0", "-1", "improved", "0", "none")),
        (
            [8, 3, 6, 7] + [4] * 7,
            [4, 1, 3, 4] + [5] * 7,
            ("-3", "1", "deteriorated", "50", "substantial"),
        ),
        ([8, 3, 10, 7] + [4] * 7, [4, 1, 7, 4] + [4] * 7, ("-3", "0", "unchanged", "30", "moderate")),
        ([0] * 11, [1] * 11, ("1", "1", "deteriorated", "", "undefined")),
        ([5] * 11, ["", 5, 6, 5] + [5] * 4 + ["", "", ""], ("", "0", "unchanged", "-20", "worse")),
        ([5] * 11, ["", 5, "", 5] + [5] * 3 + [""] * 4, ("", "", "", "", "")),
    ],
)
def test_bpi(base: list[object], follow: list[object], wanted: tuple[str, ...]) -> None:
    row = changed("bpi_sf", BPI, base, follow)
    names = ["severity_change", "interference_change", "interference_class"]
    names += ["average_pain_reduction_pct", "average_pain_category"]
    assert tuple(row[name] for name in names) == wanted


def test_a_fall_of_one_point_in_sevenths_is_an_important_one() -> None:
    """30/7 to 23/7 is not 1.0 in binary, and 27/7 - 20/7 is: both are improved."""
    for high in (30, 29, 27, 23, 22, 21, 20, 19, 15):
        base, follow = _seven(high), _seven(high - 7)
        row = changed("bpi_sf", BPI, [5] * 4 + base, [5] * 4 + follow)
        assert (row["interference_change"], row["interference_class"]) == ("-1", "improved")


def _seven(total: int) -> list[object]:
    return [total // 7 + (1 if i < total % 7 else 0) for i in range(7)]


@pytest.mark.parametrize(
    ("base", "follow", "pchc", "vas", "index"),
    [
        ([2, 1, 2, 3, 2, 60], [2, 1, 2, 2, 2, 71], "Improve", "11", "0.01"),
        ([2, 1, 2, 3, 2, 60], [2, 2, 2, 2, 2, 60], "Mixed change", "0", "-0.028"),
        ([1, 1, 1, 1, 1, 60], [1, 1, 1, 1, 1, ""], "No change", "", "0"),
        ([1, 1, 1, 1, 1, 60], [1, 1, 1, 1, 2, 50], "Worsen", "-10", "-0.041"),
        ([1, 1, 1, 1, "", 60], [1, 1, 1, 1, 2, 50], "", "-10", ""),
    ],
)
def test_eq5d(base: list[object], follow: list[object], pchc: str, vas: str, index: str) -> None:
    row = changed("eq5d5l", EQ, base, follow)
    assert (row["pchc"], row["vas_change"], row["change_uk_5l_2026"]) == (pchc, vas, index)


def test_columns_are_those_promised_and_others_pass_through() -> None:
    header = ["id"] + [f"{when}_{item}" for item in EQ for when in ("base", "follow")]
    result = run("change", "eq5d5l", typed=(",".join(header) + "\n").encode())
    added = "pchc,vas_change,change_uk_5l_2026,change_england_5l_2018,n_invalid"
    assert result.stdout == ",".join(header) + "," + added + "\n"


@pytest.mark.parametrize(
    ("name", "typed", "message"),
    [
        ("start_back", b"base_q1\n", "no change is formed for start_back: it is a screener"),
        ("collaborate", b"base_q1\n", "no change is formed for collaborate"),
        ("pseq", b"base_q1,follow_q1\n", "the column 'base_q2' is missing"),
        ("pseq", b"q1,q2\n", "the column 'base_q1' is missing"),
    ],
)
def test_the_callers_mistake_is_named_in_one_line(name: str, typed: bytes, message: str) -> None:
    result = run("change", name, typed=typed)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
