"""EQ-5D value sets: shipped ones equal the published tables, and only right tables are imported."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from patientapp.questionnaires.library import Library, data_folder, score_one
from patientapp.scoring.values import key_of
from tests.questionnaires.commands import rows_of, run

if TYPE_CHECKING:
    from collections.abc import Callable

TABLES = Path(__file__).resolve().parents[3] / "shared" / "reference" / "eq5d"
needs_tables = pytest.mark.skipif(
    not TABLES.is_dir(), reason="the published EQ-5D tables are not at hand beside this project"
)
LIBRARY = Library.load(data_folder())
CROSSWALK = "uk_crosswalk_2012_vanhout.csv"
DSU = "uk_dsu_map_5l_to_3l.csv"


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATIENTAPP_DATA_DIR", str(tmp_path))
    return tmp_path


@needs_tables
@pytest.mark.parametrize(
    ("name", "file"),
    [("uk_5l_2026", "uk_5l_2026_rowen.csv"), ("england_5l_2018", "england_5l_2018_devlin.csv")],
)
def test_shipped_decrements_give_every_published_index(name: str, file: str) -> None:
    table = LIBRARY.get("eq5d5l").value_sets[name].table
    with (TABLES / file).open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == len(table) == 3125
    for row in rows:
        assert table[key_of(row["profile"])] == float(row["index"])


@pytest.mark.parametrize(
    ("name", "total", "lowest"),
    [("uk_5l_2026", "1007.500", "-0.567"), ("england_5l_2018", "1196.875", "-0.285")],
)
def test_shipped_tables_add_up_as_published(name: str, total: str, lowest: str) -> None:
    values = [Decimal(repr(value)) for value in LIBRARY.get("eq5d5l").value_sets[name].table.tolist()]
    assert (sum(values), min(values), max(values)) == (Decimal(total), Decimal(lowest), 1)


@needs_tables
def test_imported_tables_appear_as_columns(data_dir: Path) -> None:
    for name, file in (("uk_crosswalk_2012", CROSSWALK), ("uk_dsu_map", DSU)):
        assert run("value-sets", "import", name, str(TABLES / file)).exit_code == 0
    assert "imported" in run("value-sets").stdout
    typed = b"mo,sc,ua,pd,ad,vas,age,sex\n5,5,5,5,5,0,34,female\n2,1,2,3,2,60,45,Male\n"
    rows = rows_of(run("score", "eq5d5l", typed=typed))
    shown = [(r["index_uk_crosswalk_2012"], round(float(r["index_uk_dsu_map"]), 3)) for r in rows]
    assert shown == [("-0.594", -0.524), ("0.654", 0.636)]


@needs_tables
@pytest.mark.parametrize(
    ("age", "sex", "band"),
    [
        ("17", "male", None),
        ("18", "male", "18-34"),
        ("34", "male", "18-34"),
        ("35", "female", "35-44"),
        ("65", "female", "65+"),
        ("100", "male", "65+"),
        ("101", "male", None),
        ("", "male", None),
        ("45.5", "male", None),
        ("50", "", None),
        ("50", "unknown", None),
        ("50", "1", None),
    ],
)
def test_the_mapping_needs_an_age_of_18_to_100_and_a_sex(
    data_dir: Path, age: str, sex: str, band: str | None
) -> None:
    """Else null with a reason, which is no bad answer of the questionnaire."""
    run("value-sets", "import", "uk_dsu_map", str(TABLES / DSU))
    typed = f"mo,sc,ua,pd,ad,vas,age,sex\n1,2,3,4,5,50,{age},{sex}\n"
    row = rows_of(run("score", "eq5d5l", typed=typed.encode()))[0]
    assert (row["index_uk_5l_2026"], row["n_invalid"]) == ("0.114", "0")
    assert row["index_uk_dsu_map"] == ("" if band is None else _published(band, sex))
    library = Library.load(data_folder(), data_dir / "value-sets")
    answers: dict[str, float | str | None] = {"mo": 1, "sc": 2, "ua": 3, "pd": 4, "ad": 5}
    scored = score_one(library.get("eq5d5l"), {**answers, "sex": sex or None, "age": _age(age)})
    assert scored["index_uk_dsu_map"].reason == ("no_value_set_inputs" if band is None else None)


def _age(text: str) -> float | None:
    return float(text) if text else None


def _published(band: str, sex: str) -> str:
    with (TABLES / DSU).open(newline="") as lines:
        found = [r["index"] for r in csv.DictReader(lines) if _key(r) == ("12345", band, sex)]
    return repr(float(found[0]))


def _key(row: dict[str, str]) -> tuple[str, str, str]:
    return row["profile"], row["age_band"], row["sex"]


@needs_tables
def test_every_row_of_the_mapping_comes_back(data_dir: Path) -> None:
    run("value-sets", "import", "uk_dsu_map", str(TABLES / DSU))
    with (TABLES / DSU).open(newline="") as lines:
        published = list(csv.DictReader(lines))
    typed = ["mo,sc,ua,pd,ad,vas,age,sex"]
    typed += [f"{','.join(r['profile'])},1,{r['age_band'][:2]},{r['sex']}" for r in published]
    rows = rows_of(run("score", "eq5d5l", typed="\n".join(typed).encode()))
    found = [float(row["index_uk_dsu_map"]) for row in rows]
    assert found == [float(row["index"]) for row in published]


def _line(text: str, place: int, line: str) -> str:
    lines = text.splitlines()
    lines[place] = line
    return "\n".join(lines)


def _exchanged(text: str, one: int, other: int) -> str:
    (first, a), (second, b) = (text.splitlines()[place].split(",") for place in (one, other))
    assert a != b
    return _line(_line(text, one, f"{first},{b}"), other, f"{second},{a}")


CHANGES: dict[str, tuple[Callable[[str], str], str]] = {
    "one row changed": (lambda text: _line(text, 100, "11455,0.123"), "add up to"),
    "two rows exchanged": (lambda text: _exchanged(text, 2, 3), "rows are exchanged"),
    "an anchor changed": (lambda text: text.replace("55555,-0.594", "55555,-0.6"), "55555"),
    "a row left out": (lambda text: "\n".join(text.splitlines()[:-1]), "has 3124 rows"),
    "a row twice": (lambda text: text + "11111,1\n", "stands there twice"),
    "no number": (lambda text: _line(text, 100, "11455,high"), "line 101"),
    "no profile": (lambda text: _line(text, 100, "11456,0.1"), "'11456' is not known"),
    "another header": (lambda text: text.replace("index", "value", 1), "'index' is missing"),
    "not a number": (lambda text: _line(text, 100, "11455,NaN"), "line 101"),
}


@needs_tables
@pytest.mark.parametrize("case", sorted(CHANGES))
def test_a_wrong_table_is_refused_and_nothing_is_left(case: str, data_dir: Path) -> None:
    change, message = CHANGES[case]
    wrong = data_dir / "wrong.csv"
    wrong.write_text(change((TABLES / CROSSWALK).read_text()))
    result = run("value-sets", "import", "uk_crosswalk_2012", str(wrong))
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert list(data_dir.iterdir()) == [wrong]


@needs_tables
def test_a_table_spoiled_after_its_import_stops_the_start(data_dir: Path) -> None:
    run("value-sets", "import", "uk_crosswalk_2012", str(TABLES / CROSSWALK))
    path = data_dir / "value-sets" / "uk_crosswalk_2012.csv"
    path.write_text(path.read_text().replace("55555,-0.594", "55555,-0.593"))
    result = run("score", "eq5d5l", typed=b"mo,sc,ua,pd,ad,vas\n")
    assert result.exit_code == 2
    assert "uk_crosswalk_2012.csv" in result.stderr


@pytest.mark.parametrize("name", ["uk_5l_2026", "nobody_knows"])
def test_only_sets_that_are_not_shipped_can_be_imported(name: str, data_dir: Path) -> None:
    result = run("value-sets", "import", name, "x.csv")
    assert result.exit_code == 2
    assert "uk_crosswalk_2012" in result.stderr
