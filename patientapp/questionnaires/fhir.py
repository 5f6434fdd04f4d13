"""Instruments and results in the shapes of FHIR R4: dictionaries out, and nothing else needed.

Words go out only where they may: our own and licensed ones, demonstration wording never unless it
is asked for. LOINC and SNOMED CT codes stand where they are known, our own code system always, so a
reader who knows neither can still tell every score apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patientapp.questionnaires.fhir_check import faults
from patientapp.questionnaires.fhir_codes import BASE, SYSTEMS, canonical, coding, extension, own
from patientapp.questionnaires.fhir_results import Given, observations, questionnaire_response
from patientapp.questionnaires.fhir_words import CONTROL, LIMITS, ORDINAL
from patientapp.questionnaires.words import WordingStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from patientapp.questionnaires.definition import Instrument, Item
    from patientapp.questionnaires.words import ItemWords, Wording

    Resource = dict[str, Any]

__all__ = [
    "BASE",
    "Given",
    "canonical",
    "faults",
    "observations",
    "questionnaire",
    "questionnaire_response",
]

ITEM_CONTROL = "http://hl7.org/fhir/questionnaire-item-control"
ENDS = (("low", "lower"), ("high", "upper"), ("hint", "help"))


def questionnaire(
    instrument: Instrument, wording: Wording | None = None, *, demonstration: bool = False
) -> Resource:
    """An instrument version as a Questionnaire; without words that may be given, its structure."""
    if wording and wording.status == WordingStatus.DEMONSTRATION and not demonstration:
        wording = None
    made: Resource = {
        "resourceType": "Questionnaire",
        "id": f"{instrument.id}-v{instrument.version}".replace("_", "-"),
        "url": f"{BASE}/Questionnaire/{instrument.id}",
        "version": str(instrument.version),
        "name": "".join(part.capitalize() for part in instrument.id.split("_")),
        "title": wording.title if wording else instrument.name,
        "status": "active",
        "subjectType": ["Patient"],
        "copyright": f"{instrument.licence.owner}. {instrument.licence.terms}",
        "extension": [extension("rule-version", instrument.rule_version)],
    }
    if wording:
        made["language"] = wording.language
        made["extension"].append(extension("wording-status", wording.status))
    if codings := [coding(code) for code in instrument.codes if code.system in SYSTEMS]:
        made["code"] = codings
    return made | {"item": [*_notes(wording), *_items(instrument, wording)]}


def _notes(wording: Wording | None) -> Iterator[Resource]:
    for name in ("intro", "recall") if wording else ():
        if text := getattr(wording, name):
            yield {"linkId": name, "type": "display", "text": text}


def _items(instrument: Instrument, wording: Wording | None) -> Iterator[Resource]:
    for item in instrument.items:
        words = wording.item(item.code) if wording else None
        made: Resource = {
            "linkId": item.code,
            "code": [own("items", f"{instrument.id}.{item.code}"), *map(coding, item.codes)],
            "type": "choice" if item.options else "integer",
            "required": False,
        }
        if words:
            made["text"] = words.text
        if item.options:
            made["answerOption"] = [_option(instrument, item, value, words) for value in item.options]
        else:
            ends = zip(LIMITS, (item.minimum, item.maximum), strict=True)
            made["extension"] = [{"url": url, "valueInteger": value} for url, value in ends]
        if inner := list(_ends(item, words)):
            made["item"] = inner
        yield made


def _option(instrument: Instrument, item: Item, value: int, words: ItemWords | None) -> Resource:
    """One answer, with the number that scoring takes it for."""
    made = own("answers", f"{instrument.id}.{item.code}.{value}")
    if words and value in words.options:
        made["display"] = words.options[value].text
    return {"valueCoding": made | {"extension": [{"url": ORDINAL, "valueDecimal": value}]}}


def _ends(item: Item, words: ItemWords | None) -> Iterator[Resource]:
    for name, control in ENDS if words else ():
        if text := getattr(words, name):
            kind = {"coding": [{"system": ITEM_CONTROL, "code": control}]}
            yield {
                "linkId": f"{item.code}-{name}",
                "type": "display",
                "text": text,
                "extension": [{"url": CONTROL, "valueCodeableConcept": kind}],
            }
