"""Files of made-up licensed wording, in both forms; the words are ours and mean nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from patientapp.questionnaires.fhir_words import CONTROL, ORDINAL, TRANSLATION
from patientapp.questionnaires.library import Library, data_folder

if TYPE_CHECKING:
    from patientapp.questionnaires.definition import Instrument, Item

LIBRARY = Library.load(data_folder())


def toml(name: str, **top: Any) -> str:
    """Our own form, every text made up of its place; `top` adds or replaces top-level values."""
    instrument = LIBRARY.get(name)
    facts = {"instrument": name, "version": 1, "language": "en", "title": f"Set {name}"} | top
    lines = [f"{key} = {json.dumps(value)}" for key, value in facts.items()]
    for item in instrument.items:
        lines += [f"[items.{item.code}]", f'text = "Asked {item.code}?"']
        if item.show in ("row", "vas"):
            lines += ['low = "least"', 'high = "most"']
        if item.show == "words":
            pairs = ", ".join(f'{value} = "answer {value}"' for value in item.options)
            lines.append(f"options = {{ {pairs} }}")
    return "\n".join(lines) + "\n"


def fhir(name: str, *, into: str = "", **top: Any) -> dict[str, Any]:
    """A FHIR R4 Questionnaire, with translations into one more language where asked."""
    instrument = LIBRARY.get(name)
    facts: dict[str, Any] = {
        "resourceType": "Questionnaire",
        "status": "active",
        "language": "en",
        "url": f"https://owner.example/fhir/Questionnaire/{name}",
        "item": [_item(item, into) for item in instrument.items],
    }
    return facts | said("title", f"Set {name}", into) | top


def said(key: str, text: str, into: str) -> dict[str, Any]:
    """A text, and its translation beside it."""
    if not into:
        return {key: text}
    parts = [{"url": "lang", "valueCode": into}, {"url": "content", "valueString": f"{into}: {text}"}]
    return {key: text, f"_{key}": {"extension": [{"url": TRANSLATION, "extension": parts}]}}


def _item(item: Item, into: str) -> dict[str, Any]:
    made: dict[str, Any] = {"linkId": item.code, **said("text", f"Asked {item.code}?", into)}
    if item.show in ("vas", "number"):
        made["type"] = "integer"
    else:
        made["type"] = "choice"
        made["answerOption"] = [_option(value, into) for value in item.options]
    if item.show in ("row", "vas"):
        made["item"] = [_end(item, control, into) for control in ("lower", "upper")]
    return made


def _option(value: int, into: str) -> dict[str, Any]:
    coding = {"code": f"LA{value}", **said("display", f"answer {value}", into)}
    return {"valueCoding": coding | {"extension": [{"url": ORDINAL, "valueDecimal": value}]}}


def _end(item: Item, control: str, into: str) -> dict[str, Any]:
    kind = {"coding": [{"system": "http://hl7.org/fhir/questionnaire-item-control", "code": control}]}
    return {
        "linkId": f"{item.code}-{control}",
        "type": "display",
        "extension": [{"url": CONTROL, "valueCodeableConcept": kind}],
        **said("text", control, into),
    }


def shown(instrument: Instrument) -> list[str]:
    """The question texts of an instrument as they would be made here."""
    return [f"Asked {item.code}?" for item in instrument.items]
