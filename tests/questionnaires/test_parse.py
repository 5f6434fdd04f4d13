"""A broken instrument stops the start, naming file, key and reason."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from patientapp.questionnaires.library import BrokenInstrument, Library, data_folder

if TYPE_CHECKING:
    from pathlib import Path

STRUCTURE, WORDS, EXAMPLES = "instrument.toml", "text.en.toml", "golden.csv"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with two good instruments."""
    for name in ("pseq", "eq5d5l"):
        shutil.copytree(data_folder() / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "file", "old", "new", "message"),
    [
        ("pseq", STRUCTURE, 'id = "pseq"', 'id = "other"', "id: other v1 does not belong"),
        ("pseq", STRUCTURE, "version = 1", "version = 2", "id: pseq v2 does not belong"),
        ("pseq", STRUCTURE, "version = 1", 'version = "1"', "version: must be a whole number"),
        ("pseq", STRUCTURE, "minutes = 2", "", "minutes: is missing"),
        ("pseq", STRUCTURE, "minutes = 2", "minutes = true", "minutes: must be a whole number"),
        ("pseq", STRUCTURE, "minutes = 2", "minuets = 2\nminutes = 2", "minuets: is not known here"),
        ("pseq", STRUCTURE, "minutes = 2", "minutes = = 2", "not readable as TOML"),
        ("pseq", STRUCTURE, 'owner = "M. K. Nicholas"', 'owner = " "', "licence.owner: is empty"),
        ("pseq", STRUCTURE, 'show = "row"', 'show = "slider"', "items[1].show: 'slider' is none of"),
        ("pseq", STRUCTURE, "maximum = 6", "maximum = 0", "items[1].maximum: must be above"),
        ("pseq", STRUCTURE, '"q10"]\nshow', '"q9"]\nshow', "items: 'q9' stands there twice"),
        ("pseq", STRUCTURE, '"q10"]\nshow', '"Q10"]\nshow', "items[1].codes: 'Q10' is not a name"),
        ("pseq", STRUCTURE, '["q5", "q9"]', '["q5", "q11"]', "scales: no such item: q11"),
        ("pseq", STRUCTURE, 'method = "prorated"', 'method = "guess"', "method: 'guess' is none of"),
        ("pseq", STRUCTURE, 'better = "higher"', 'better = "up"', "scales[1].better: 'up' is none of"),
        ("pseq", STRUCTURE, "range = [0, 60]", "range = [60, 0]", "scales[1].range: must be"),
        (
            "pseq",
            STRUCTURE,
            "change = 5.5, source",
            "change = 5.5, sauce",
            "important.source: is missing",
        ),
        ("pseq", STRUCTURE, "r = 0.86", "r = 1.86", "scales[1].reliable.r: must lie between 0 and 1"),
        ("pseq", STRUCTURE, 'kind = "reliable"', 'kind = "sure"', "changes[3].kind: 'sure' is none of"),
        ("pseq", STRUCTURE, 'column = "total_change"\nkind', 'column = ""\nkind', "column: is empty"),
        ("pseq", STRUCTURE, 'scale = "total"', 'scale = "sum"', "changes: 'sum' is no scale"),
        ("pseq", WORDS, "q3 = {", "q33 = {", "items.q3: is missing"),
        ("pseq", WORDS, "[ends]", "q = 1\n[ends]", "q: is not known here"),
        ("pseq", WORDS, "[items]", '[items]\nq11 = { text = "x" }', "items.q11: is not known here"),
        ("pseq", WORDS, 'low = "Not sure at all"', "", "ends.low: is missing"),
        ("pseq", WORDS, 'status = "demonstration"', 'status = "fine"', "status: 'fine' is none of"),
        ("pseq", WORDS, 'language = "en"', 'language = "pl"', "language: 'pl' does not belong"),
        ("eq5d5l", WORDS, '1 = "None", ', "", "items.pd.options: answer 1 does not match"),
        ("eq5d5l", WORDS, '1 = "None", ', 'one = "None", ', "items.pd.options.one: is not the number"),
        ("eq5d5l", STRUCTURE, "values = [5]", "values = [6]", "risks[1].values: are not answers of 'ad'"),
        ("eq5d5l", STRUCTURE, 'advice = "urgent"', 'advice = "later"', "advice: 'later' is none of"),
        (
            "eq5d5l",
            STRUCTURE,
            '"uk_dsu_map"]',
            '"uk_map"]',
            "value_sets/uk_map.toml: the file is missing",
        ),
        ("pseq", EXAMPLES, None, "q1,q2\n", "golden.csv: is missing or has no worked example"),
    ],
)
def test_what_is_wrong_is_named(
    copy: Path, name: str, file: str, old: str | None, new: str, message: str
) -> None:
    path = copy / name / "v1" / file
    text = path.read_text(encoding="utf-8")
    assert old is None or old in text
    path.write_text(new if old is None else text.replace(old, new), encoding="utf-8")
    with pytest.raises(BrokenInstrument) as caught:
        Library.load(copy)
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{name}/v1/")


def test_no_examples_no_instrument(copy: Path) -> None:
    (copy / "pseq" / "v1" / EXAMPLES).unlink()
    with pytest.raises(BrokenInstrument, match=r"pseq/v1/golden\.csv"):
        Library.load(copy)


def test_an_empty_folder_is_no_library(tmp_path: Path) -> None:
    with pytest.raises(BrokenInstrument, match="holds no instrument"):
        Library.load(tmp_path)


def test_answers_keep_the_version_they_were_given(copy: Path) -> None:
    """CLIN-05: a correction is a version of its own beside the old one; the newest is offered."""
    shutil.copytree(copy / "pseq" / "v1", copy / "pseq" / "v2")
    path = copy / "pseq" / "v2" / STRUCTURE
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("version = 1", "version = 2"), encoding="utf-8")
    library = Library.load(copy)
    assert library.get("pseq").version == 2
    assert library.version("pseq", 1).version == 1
    assert [one.key for one in library] == ["eq5d5l/v1", "pseq/v2"]


def test_without_wording_an_instrument_loads_and_says_so(copy: Path) -> None:
    (copy / "pseq" / "v1" / WORDS).unlink()
    instrument = Library.load(copy).get("pseq")
    assert instrument.wording("en") is None
    assert instrument.title("en") == "Pain Self-Efficacy Questionnaire"
