"""The instruments that come with the app: what they promise, and that nobody changes them unseen."""

from __future__ import annotations

import doctest
import hashlib
import importlib
import pkgutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import patientapp.questionnaires
import patientapp.scoring
from patientapp.questionnaires.library import Instrument, Library, data_folder
from patientapp.scoring.scale import Reliability

LIBRARY = Library.load(data_folder())
HASHES = Path(__file__).with_name("hashes.toml")
EACH = pytest.mark.parametrize("instrument", list(LIBRARY), ids=lambda one: one.id)


def published() -> dict[str, str]:
    """Every file that answers or scores depend on; worked examples may be added at any time."""
    paths = (p for p in data_folder().glob("*/v*/**/*.toml"))
    return {
        path.relative_to(data_folder()).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(paths)
    }


def test_a_published_version_never_changes() -> None:
    """CLIN-05: a correction is a new version; to publish one, add its lines to hashes.toml."""
    assert published() == tomllib.loads(HASHES.read_text(encoding="utf-8"))


@EACH
def test_only_our_own_words_are_shipped(instrument: Instrument) -> None:
    statuses = {wording.status for wording in instrument.wordings.values()}
    assert statuses <= {"demonstration", "own"}
    if instrument.licence.needed:
        assert "own" not in statuses


@EACH
def test_every_figure_has_its_source(instrument: Instrument) -> None:
    assert instrument.licence.source
    for scale in instrument.scales:
        assert scale.source
        assert scale.missing_source
        assert scale.important is None or scale.important.source
        if scale.reliability is not None:
            assert scale.reliability.source
            assert scale.reliability.sd_source
        if scale.important is not None or scale.patient_facing:
            assert scale.better is not None


@EACH
def test_every_item_has_words_for_every_answer(instrument: Instrument) -> None:
    for wording in instrument.wordings.values():
        for item in instrument.items:
            words = wording.item(item.code)
            assert words.text
            for value in item.options:
                assert item.accepts(value)
                assert wording.option(item.code, value).text


def test_what_patients_see_of_their_scores() -> None:
    """Severity, interference, confidence and health rating; never an index or a risk group."""
    seen = {(one.id, scale.code) for one in LIBRARY for scale in one.scales if scale.patient_facing}
    assert seen == {
        ("bpi_sf", "severity_mean"),
        ("bpi_sf", "interference_mean"),
        ("pseq", "total"),
        ("eq5d5l", "vas"),
    }


@pytest.mark.parametrize(
    ("code", "value", "accepted"),
    [
        ("mo", 1, True),
        ("mo", 5, True),
        ("mo", 0, False),
        ("mo", 6, False),
        ("mo", True, False),
        ("vas", 0, True),
        ("vas", 100, True),
        ("vas", 101, False),
        ("vas", -1, False),
    ],
)
def test_an_item_knows_its_answers(code: str, value: int, *, accepted: bool) -> None:
    assert LIBRARY.get("eq5d5l").item(code).accepts(value) is accepted


@pytest.mark.parametrize(("level", "codes"), [(5, ["ad_worst"]), (4, []), (None, [])])
def test_the_worst_anxiety_level_is_a_risk_answer(level: int | None, codes: list[str]) -> None:
    """P6: named as data, with the advice that goes first."""
    risks = LIBRARY.get("eq5d5l").risks({"mo": 5, "ad": level})
    assert [risk.code for risk in risks] == codes
    assert all(risk.advice == "urgent" for risk in risks)


def test_start_back_answers_are_stacked_words_and_pain_is_a_row() -> None:
    assert {item.show for item in LIBRARY.get("start_back").items} == {"words"}
    assert {item.show for item in LIBRARY.get("bpi_sf").items} == {"row"}
    assert LIBRARY.get("eq5d5l").item("vas").show == "vas"


def test_feedback_is_anonymous_and_nothing_else_is() -> None:
    assert [one.id for one in LIBRARY if one.anonymous] == ["fft"]


def test_a_published_smallest_change_goes_before_the_derived_one() -> None:
    plain = Reliability(r=0.86, kind="ICC", sd=11.1, source="x")
    assert plain.sdc95 == pytest.approx(11.51, abs=0.01)
    assert Reliability(r=0.86, kind="ICC", sd=11.1, source="x", published_sdc95=11.52).sdc95 == 11.52


MODULES = [
    name
    for package in (patientapp.scoring, patientapp.questionnaires)
    for _, name, _ in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
]


@pytest.mark.parametrize("name", ["patientapp.scoring", *MODULES])
def test_examples_in_docstrings_run(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_scoring_and_the_library_load_no_framework() -> None:
    """The purity contract: a clinician's rules run without a web or a database behind them."""
    names = [name for name in MODULES if "cli" not in name.rpartition(".")[2]]
    program = f"import sys\nfor name in {names!r}: __import__(name)\n"
    program += "print(sorted({m.partition('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    banned = {"flask", "sqlalchemy", "twilio", "marshmallow", "click"}
    assert not banned & set(done.stdout.replace("'", " ").replace(",", " ").split())
