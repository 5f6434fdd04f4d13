"""The words of a FHIR R4 Questionnaire, one language at a time, as the tables of our own TOML form.

Only words are taken. Codes, order, answers and ranges are handed on as the file has them, so that
they are checked against the instrument by the same lines as our own form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patientapp.questionnaires.tables import BrokenInstrument

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from patientapp.questionnaires.definition import Instrument

    Resource = Mapping[str, Any]

TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
CONTROL = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"
LIMITS = {
    "http://hl7.org/fhir/StructureDefinition/minValue": "minimum",
    "http://hl7.org/fhir/StructureDefinition/maxValue": "maximum",
}
PARTS = {"lower": "low", "upper": "high", "help": "hint"}
"""What the display items inside a question are, by their control."""
TOP = ("intro", "recall")
QUESTIONS = ("choice", "open-choice", "integer", "decimal", "quantity")


def languages(questionnaire: Resource) -> list[str]:
    """The language of the file, then those of its translations."""
    found = [questionnaire.get("language", "en")]
    for extension in _extensions(questionnaire):
        if extension.get("url") == TRANSLATION:
            found.append(_part(extension, "lang"))
    return list(dict.fromkeys(found))


def _extensions(element: Any) -> Iterator[Resource]:
    """Every extension anywhere below."""
    if isinstance(element, dict):
        yield from (one for one in element.get("extension", ()) if isinstance(one, dict))
        for value in element.values():
            yield from _extensions(value)
    elif isinstance(element, list):
        for value in element:
            yield from _extensions(value)


def _part(extension: Resource, name: str) -> str:
    """The value of a part of a translation."""
    for part in extension.get("extension", ()):
        if isinstance(part, dict) and part.get("url") == name:
            value = next((part[key] for key in part if key.startswith("value")), None)
            if isinstance(value, str):
                return value
    raise BrokenInstrument(f"a translation extension has no {name}")


class Reader:
    """One questionnaire in one of its languages."""

    def __init__(self, questionnaire: Resource, language: str, *, file: str) -> None:
        self.questionnaire, self.language, self.file = questionnaire, language, file
        self.is_base = language == questionnaire.get("language", "en")

    def table(self, instrument: Instrument) -> dict[str, Any]:
        """The words as our own TOML form has them."""
        top: dict[str, Any] = {"language": self.language, "items": {}}
        top["title"] = self._said(self.questionnaire, "title", "title") or instrument.name
        notes: dict[str, list[str]] = {name: [] for name in TOP}
        names = _names(instrument)
        for item in flat(self.questionnaire.get("item", ())):
            link = item.get("linkId")
            if not isinstance(link, str) or not link:
                raise self._broken("item", "has no linkId")
            if item.get("type") == "display":
                if said := self._said(item, "text", f"item {link}"):
                    notes[link if link in TOP else TOP[0]].append(said)
                continue
            code = _code(item, names)
            if code in top["items"]:
                raise self._broken(f"item {link}", f"{code} stands there twice")
            top["items"][code] = self._item(item, f"item {link}")
        return top | {name: "\n".join(said) for name, said in notes.items() if said}

    def _item(self, item: Resource, place: str) -> dict[str, Any]:
        if item.get("type") not in QUESTIONS:
            raise self._broken(place, f"a question of type {item.get('type')!r} cannot be asked")
        words: dict[str, Any] = {}
        if (text := self._said(item, "text", place)) is not None:
            words["text"] = text
        for extension in item.get("extension", ()):
            if key := LIMITS.get(str(extension.get("url"))):
                words[key] = extension.get("valueInteger")
        for inner in item.get("item", ()):
            if inner.get("type") == "display" and (part := PARTS.get(_control(inner))):
                words[part] = self._said(inner, "text", place)
        if options := item.get("answerOption"):
            words["options"] = dict(self._option(one, place) for one in options)
            if len(words["options"]) != len(options):
                raise self._broken(place, "two answers have the same number")
        return words

    def _option(self, option: Resource, place: str) -> tuple[str, str]:
        """The number of an answer, as text, and its words."""
        if "valueInteger" in option:
            return str(option["valueInteger"]), str(option["valueInteger"])
        coding = option.get("valueCoding")
        if not isinstance(coding, dict):
            raise self._broken(place, "an answer is neither a coding nor a whole number")
        number = _ordinal(option, coding)
        if number is None:
            raise self._broken(place, f"the answer {coding.get('code')!r} has no number")
        return number, self._said(coding, "display", place) or ""

    def _said(self, element: Resource, key: str, place: str) -> str | None:
        """What an element says in this language; a gap in a translation is refused."""
        base = element.get(key)
        if base is None or self.is_base:
            return base if base is None or isinstance(base, str) else self._no_text(place)
        beside = element.get(f"_{key}")
        for extension in beside.get("extension", ()) if isinstance(beside, dict) else ():
            if extension.get("url") == TRANSLATION and _part(extension, "lang") == self.language:
                return _part(extension, "content")
        raise self._broken(place, f"{key} has no translation into {self.language}")

    def _no_text(self, place: str) -> str:
        raise self._broken(place, "holds something else where words belong")

    def _broken(self, place: str, why: str) -> BrokenInstrument:
        return BrokenInstrument(f"{self.file}: {place}: {why}")


def flat(items: Any) -> Iterator[Resource]:
    """Questions and notes in order, out of their groups."""
    for item in items:
        if item.get("type") == "group":
            yield from flat(item.get("item", ()))
        else:
            yield item


def _names(instrument: Instrument) -> dict[str, str]:
    """Item codes by every name that a file may know them by: our own code, a LOINC code."""
    own = {item.code: item.code for item in instrument.items}
    return own | {code.code: item.code for item in instrument.items for code in item.codes}


def _code(item: Resource, names: Mapping[str, str]) -> str:
    """Our code of an item; its own link where we know none, which is then refused by name."""
    said = [item["linkId"], str(item["linkId"]).strip("/")]
    said += [coding.get("code") for coding in item.get("code", ()) if isinstance(coding, dict)]
    return next((names[name] for name in said if name in names), item["linkId"])


def _control(item: Resource) -> str:
    for extension in item.get("extension", ()):
        if extension.get("url") == CONTROL:
            codings = extension.get("valueCodeableConcept", {}).get("coding", ())
            return str(next((coding.get("code") for coding in codings), ""))
    return ""


def _ordinal(option: Resource, coding: Resource) -> str | None:
    """The number of an answer: its ordinal value, else its code."""
    for extension in (*option.get("extension", ()), *coding.get("extension", ())):
        if extension.get("url") == ORDINAL:
            value = extension.get("valueDecimal")
            return str(int(value)) if isinstance(value, (int, float)) and value == int(value) else None
    code = coding.get("code")
    return code if isinstance(code, str) and code.isascii() and code.isdigit() else None
