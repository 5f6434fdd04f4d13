"""Installing licensed wording: what is taken, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from patientapp import clock
from patientapp.questionnaires import library as shelf
from patientapp.questionnaires.library import Library, data_folder, wording_folder
from patientapp.questionnaires.wording_file import template
from tests.factories import NOW
from tests.questionnaires.commands import run
from tests.questionnaires.licensed import LIBRARY, fhir, toml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.testing import Result

    from patientapp.questionnaires.definition import Instrument

GRANT = ("--licence", "MDA-2026-17", "--expires", "2027-03-31", "--by", "Robin Sample")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder of this test's own, on a standing day."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setenv("PATIENTAPP_DATA_DIR", str(tmp_path / "data"))
    shelf.SHELF.look()
    yield tmp_path
    shelf.SHELF.look()


def installed(content: str | bytes | dict[str, Any], folder: Path, *words: str, name: str = "") -> Result:
    """The command on a file of this content."""
    if isinstance(content, dict):
        content = json.dumps(content)
    path = folder / (name or "owner.file")
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return run("wording", "import", str(path), *(words or GRANT))


def now_known(name: str) -> Instrument:
    return Library.load(data_folder()).with_installed(wording_folder()).get(name)


def files() -> dict[str, str]:
    """Everything under the wording folder, by name and content."""
    return {
        str(path.relative_to(wording_folder())): path.read_text()
        for path in sorted(wording_folder().rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("name", sorted(one.id for one in LIBRARY if one.licence.needed))
@pytest.mark.parametrize("form", [toml, fhir])
def test_both_forms_of_every_licensed_instrument(
    name: str, form: Callable[[str], Any], folder: Path
) -> None:
    result = installed(form(name), folder)
    assert result.exit_code == 0, result.output
    found = now_known(name)
    words = found.wording("en")
    assert words is not None
    assert (words.status, words.title) == ("licensed", f"Set {name}")
    assert [words.item(item.code).text for item in found.items] == [
        f"Asked {item.code}?" for item in found.items
    ]
    for item in found.items:
        assert set(words.item(item.code).options) == set(item.options)
    assert found.broken == {}


def test_the_register_keeps_the_whole_right(folder: Path) -> None:
    content = toml("bpi_sf")
    installed(content, folder, name="md-anderson.toml")
    held = now_known("bpi_sf").installed["en"].registered
    assert held is not None
    assert (held.reference, str(held.expires), held.installed_by) == (
        "MDA-2026-17",
        "2027-03-31",
        "Robin Sample",
    )
    assert (held.file, held.file_sha256) == (
        "md-anderson.toml",
        hashlib.sha256(content.encode()).hexdigest(),
    )
    assert held.installed_at == NOW
    assert "MD Anderson" in held.owner
    listed = run("instruments").stdout
    for told in ("MDA-2026-17", "2027-03-31", "Robin Sample", held.file_sha256, held.terms):
        assert told in listed


def test_fhir_translations_are_installed_each_in_its_language(folder: Path) -> None:
    result = installed(fhir("pseq", into="cy"), folder)
    assert result.exit_code == 0, result.output
    assert sorted(now_known("pseq").installed) == ["cy", "en"]
    assert now_known("pseq").installed["cy"].item("q3").text == "cy: Asked q3?"
    assert now_known("pseq").installed["cy"].item("q3").low == "cy: lower"


def test_one_language_of_several(folder: Path) -> None:
    assert installed(fhir("pseq", into="cy"), folder, *GRANT, "--language", "cy").exit_code == 0
    assert sorted(now_known("pseq").installed) == ["cy"]
    result = installed(fhir("pseq", into="cy"), folder, *GRANT, "--language", "pl")
    assert (result.exit_code, "has no words in 'pl'; it has: en, cy" in result.stderr) == (2, True)


def change(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Replace what stands at `item.2.text`; None takes it away."""

    def do(resource: dict[str, Any]) -> None:
        *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        at: Any = resource
        for part in way:
            at = at[part]
        if value is None:
            del at[last]
        else:
            at[last] = value

    return do


def swapped(resource: dict[str, Any]) -> None:
    items = resource["item"]
    items[1], items[2] = items[2], items[1]


def swapped_answers(resource: dict[str, Any]) -> None:
    options = resource["item"][0]["answerOption"]
    options[0], options[1] = options[1], options[0]


def doubled(resource: dict[str, Any]) -> None:
    resource["item"].append(copy.deepcopy(resource["item"][0]))


def translated_in_part(resource: dict[str, Any]) -> None:
    del resource["item"][4]["_text"]


def one_range(resource: dict[str, Any]) -> None:
    limit = {"url": "http://hl7.org/fhir/StructureDefinition/maxValue", "valueInteger": 10}
    resource["item"][-1]["extension"] = [limit]


@pytest.mark.parametrize(
    ("name", "spoil", "told"),
    [
        ("start_back", swapped, "items.q3: stands in place 2, where the instrument has q2"),
        ("start_back", swapped_answers, "items.q1.options: the answers stand in another order"),
        ("start_back", doubled, "item q1: q1 stands there twice"),
        ("start_back", change("item.3", None), "items.q4: is missing"),
        ("start_back", change("item.3.linkId", "q44"), "items.q4: is missing"),
        ("start_back", change("item.8.answerOption.4", None), "q9.options: answer 4 does not match"),
        ("start_back", change("item.2.text", None), "items.q3.text: is missing"),
        ("start_back", change("item.2.text", " "), "items.q3.text: is empty"),
        ("start_back", change("item.2.text", 7), "item q3: holds something else"),
        ("start_back", change("item.2.text", "a\u202eb"), "items.q3.text: holds the character U+202E"),
        ("start_back", change("item.2.text", "a\x00b"), "items.q3.text: holds the character U+0000"),
        ("start_back", change("item.2.type", "string"), "item q3: a question of type 'string'"),
        ("start_back", change("item.2.type", "coding"), "item q3: a question of type 'coding'"),
        ("start_back", change("resourceType", "Patient"), "is a FHIR Patient, and not a Questionnaire"),
        ("start_back", change("status", "retired"), "status: 'retired' is none of"),
        ("start_back", change("item", 5), "is not built as a FHIR R4 Questionnaire is"),
        ("start_back", change("item.0", "q1"), "is not built as a FHIR R4 Questionnaire is"),
        ("start_back", change("language", "../../etc"), "'../../etc' is not a language tag"),
        ("start_back", change("language", 5), "language: must be a text, not 5"),
        ("eq5d5l", one_range, "items.vas.maximum: 10 does not match the instrument, which has 100"),
        ("bpi_sf", change("item.0.item", None), "items.worst.low: the words at both ends"),
    ],
)
def test_a_mismatch_is_named_and_nothing_is_changed(
    name: str, spoil: Callable[[dict[str, Any]], None], told: str, folder: Path
) -> None:
    """Exchanged or missing questions would be scored as each other."""
    installed(toml(name), folder)
    before = files()
    resource = fhir(name)
    spoil(resource)
    result = installed(resource, folder)
    assert (result.exit_code, told in result.stderr) == (2, True), result.output
    assert result.stderr.count("\n") == 1
    assert files() == before


def test_a_gap_in_a_translation_is_refused_whole(folder: Path) -> None:
    resource = fhir("pseq", into="cy")
    translated_in_part(resource)
    result = installed(resource, folder)
    assert (result.exit_code, files()) == (2, {})
    assert "item q5: text has no translation into cy" in result.stderr


PSEQ = toml("pseq")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "does not say which instrument it is for"),
        ("nonsense", "not readable as TOML"),
        ("{", "not readable as JSON"),
        ('{"a": 1, "a": 2}', "a key stands there twice"),
        ("[" * 100_000, "not readable as TOML"),
        ('{"a": ' * 100_000, "not readable as JSON"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (PSEQ.replace('"pseq"', '"psq"', 1), "there is no instrument 'psq'"),
        (toml("pseq", version=2), "there is no instrument 'pseq' version 2"),
        (toml("pseq", version="one"), "there is no instrument 'pseq' version one"),
        (toml("pseq", status="demonstration"), "'demonstration' cannot be installed"),
        (toml("pseq", status="own"), "'own' cannot be installed"),
        (toml("pseq", language="../../x"), "'../../x' is not a language tag"),
        (toml("pseq", language="en/../../x"), "is not a language tag"),
        (toml("pseq", language="EN"), "is not a language tag"),
        (PSEQ.replace('language = "en"\n', ""), "language: is missing"),
        (PSEQ + "[items.q11]\ntext = 'x'\n", "items.q11: is not known here"),
        (PSEQ.replace("[items.q7]", "[items.q77]"), "items.q7: is missing"),
        (PSEQ.replace('high = "most"', "", 1), "items.q1.low: the words at both ends"),
        (PSEQ.replace("Asked q2?", "x" * 5000), "items.q2.text: has more than 4,000 characters"),
        (PSEQ.replace("[items.q2]", "[items.q2]\nmaximum = 10"), "q2.maximum: 10 does not match"),
        (PSEQ.replace("[items.q2]", "[items.q2]\noptions = { 0 = 'a' }"), "q2.options: answer 1"),
        (PSEQ.replace('text = "Asked q2?"', "text = 5"), "items.q2.text: must be a text"),
        ("items = 5\nlanguage = 'en'\ntitle = 'x'\ninstrument = 'pseq'", "items: must be a table"),
        (template(LIBRARY.get("pseq")), "language: is empty"),
    ],
)
def test_weird_toml_is_refused_by_name(content: str | bytes, told: str, folder: Path) -> None:
    result = installed(content, folder)
    assert (result.exit_code, told in result.stderr) == (2, True), result.output
    assert (result.stderr.count("\n"), files()) == (1, {})


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--licence", "X", "--expires", "2026-09-21"), "the licence ended on 2026-09-21"),
        (("--licence", "X", "--expires", "20270331"), "is not a day"),
        (("--licence", "X", "--expires", "2027-02-30"), "is not a day"),
        (("--licence", "X"), "--expires is needed: bpi_sf needs a licence"),
        (("--licence", " ", "--expires", "2027-01-01"), "--licence: one line"),
        (("--licence", "a\nb", "--expires", "2027-01-01"), "--licence: one line"),
        (("--expires", "2027-01-01"), "Missing option '--licence'"),
        ((*GRANT, "--instrument", "pseq"), "says that it is for bpi_sf/v1, and not for pseq"),
    ],
)
def test_a_licence_is_a_reference_and_a_day_to_come(
    words: tuple[str, ...], told: str, folder: Path
) -> None:
    result = installed(toml("bpi_sf"), folder, *words)
    assert (result.exit_code, told in result.stderr) == (2, True), result.output
    assert files() == {}


def test_the_last_day_of_a_licence_counts(folder: Path) -> None:
    assert installed(toml("bpi_sf"), folder, "--licence", "X", "--expires", "2026-09-22").exit_code == 0


@pytest.mark.parametrize("name", ["fft", "work"])
def test_what_needs_no_licence_needs_no_end(name: str, folder: Path) -> None:
    assert installed(toml(name), folder, "--licence", "OGL 3.0").exit_code == 0
    assert now_known(name).installed["en"].status == ("licensed" if name == "fft" else "own")


def test_a_file_that_does_not_name_its_instrument_is_matched_by_its_items(folder: Path) -> None:
    lines = toml("bpi_sf").split("\n", 2)[2]
    assert installed(lines, folder).exit_code == 0
    assert "bpi_sf" in str(files().keys())


def test_loinc_codes_name_the_items_of_a_panel(folder: Path) -> None:
    resource = fhir("start_back", url="http://loinc.org/q/91349-1", code=[{"code": "91349-1"}])
    for item, told in zip(resource["item"], LIBRARY.get("start_back").items, strict=True):
        item["linkId"] = f"/{told.codes[0].code}"
    assert installed(resource, folder).exit_code == 0
    assert "q9" in now_known("start_back").installed["en"].items


def test_dry_run_checks_and_installs_nothing(folder: Path) -> None:
    result = installed(PSEQ, folder, *GRANT, "--dry-run")
    assert ("would be installed" in result.stdout, files()) == (True, {})


def test_what_is_replaced_stays_to_be_read(folder: Path) -> None:
    installed(PSEQ, folder)
    first = files()["pseq/v1/text.en.toml"]
    installed(PSEQ, folder, "--licence", "NEXT", "--expires", "2028-01-01")
    assert first in files().values()
    assert len(files()) == 2
    held = now_known("pseq").installed["en"].registered
    assert held is not None
    assert held.reference == "NEXT"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Asked q2?", "Asked otherwise?", "changed after they were installed"),
        ("2027-03-31", '"soon"', "expires: must be a day"),
        ("expires = 2027-03-31\n", "", "expires: is missing"),
        ("expires = 2027-03-31", "expires = 2027-03-31T00:00:00Z", "expires: must be a day"),
        ("version = 1", "version = 2", "is not pseq/v1"),
        ('language = "en"', 'language = "cy"', "does not belong in text.en.toml"),
        ('status = "licensed"', 'status = "own"', "'own' cannot be installed here"),
        ("[register]", "[registr]", "register: is missing"),
        ("[register]", "[[register]]", "register: must be a table"),
    ],
)
def test_an_edited_file_is_not_used(old: str, new: str, told: str, folder: Path) -> None:
    installed(PSEQ, folder)
    path = wording_folder() / "pseq/v1/text.en.toml"
    content = path.read_text()
    assert old in content
    path.write_text(content.replace(old, new, 1))
    found = now_known("pseq")
    assert (found.installed, told in found.broken["en"]) == ({}, True), found.broken
    assert found.broken["en"] in run("instruments", "check").stderr


def test_an_installed_file_can_be_installed_elsewhere(folder: Path) -> None:
    installed(PSEQ, folder)
    again = files()["pseq/v1/text.en.toml"]
    assert installed(again, folder, "--licence", "OTHER", "--expires", "2029-01-01").exit_code == 0
    assert "OTHER" in files()["pseq/v1/text.en.toml"]


def test_a_running_process_sees_what_was_installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers look at most every LOOK_EVERY seconds, and need no restart."""
    assert shelf.LOOK_EVERY <= 60
    moment = 1000.0
    monkeypatch.setattr(shelf.time, "monotonic", lambda: moment)
    mine = shelf.Shelf()
    assert mine.library().get("pseq").installed == {}
    installed(PSEQ, folder)
    assert mine.library().get("pseq").installed == {}
    moment += shelf.LOOK_EVERY
    assert "en" in mine.library().get("pseq").installed
    (wording_folder() / "pseq/v1/text.en.toml").unlink()
    moment += shelf.LOOK_EVERY
    assert mine.library().get("pseq").installed == {}
    assert mine.library() is mine.library(), "nothing is read again while nothing changes"


def test_a_file_from_standard_input(folder: Path) -> None:
    done = run("wording", "import", "-", *GRANT, typed=PSEQ.encode())
    assert (done.exit_code, "pseq" in now_known("pseq").installed["en"].title) == (0, True)


def test_the_words_of_a_country_serve_its_language(folder: Path) -> None:
    """Owners' files say en-GB; a patient's page asks for en."""
    installed(toml("pseq", language="en-US"), folder)
    installed(toml("pseq", language="en-GB"), folder)
    words = now_known("pseq").wording("en")
    assert words is not None
    assert (words.language, words.status) == ("en-GB", "licensed")
    assert now_known("pseq").wording("cy") is None
    assert now_known("pseq").wording("e") is None


def test_a_file_too_large_is_refused(folder: Path) -> None:
    result = installed(PSEQ + "#" * 5_000_000, folder)
    assert (result.exit_code, "is larger than" in result.stderr) == (2, True)


def test_nowhere_to_write_changes_nothing(folder: Path) -> None:
    (folder / "data").write_text("a file where the folder should be")
    result = installed(PSEQ, folder)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
