"""A QuestionnaireResponse that somebody sent, read item by item; what cannot be used is named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from patientapp.access.viewer import AnsweredBy
from patientapp.assessments.rules import AnswerMode
from patientapp.errors import Invalid
from patientapp.questionnaires.definition import Instrument
from patientapp.questionnaires.fhir import BASE
from patientapp.questionnaires.fhir_words import ORDINAL
from patientapp.questionnaires.library import Library
from patientapp.workdays import at_london

MODE = f"{BASE}/StructureDefinition/mode"
ANSWERS = f"{BASE}/CodeSystem/answers"
CLOCKS_APART = timedelta(minutes=5)  # a sender's clock may be so far ahead (TIME-04)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_ID = re.compile(r"Patient/([0-9a-fA-F-]{36})\Z")
Resource = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Received:
    """What was sent, in our own terms."""

    patient_id: str
    instrument: Instrument
    values: Mapping[str, int | None]
    answered_at: datetime
    answered_by: AnsweredBy
    mode: AnswerMode
    language: str
    identifier: str | None


class AnotherVersion(Invalid):
    """These answers are to a version of the questionnaire that is not asked here; nothing was stored."""

    title = "That is another version of the questionnaire"


def received(resource: object, library: Library, *, now: datetime) -> Received:
    """The answers of a resource; Invalid names every element that cannot be used."""
    if not isinstance(resource, dict) or resource.get("resourceType") != "QuestionnaireResponse":
        raise Invalid("Send a QuestionnaireResponse.", fields={"resourceType": ["QuestionnaireResponse"]})
    if resource.get("status") != "completed":
        raise Invalid("Send answers that are complete.", fields={"status": ["Use completed."]})
    instrument = _instrument(resource.get("questionnaire"), library)
    by, mode = _author(resource)
    return Received(
        patient_id=_patient(resource.get("subject")),
        instrument=instrument,
        values=_values(instrument, resource.get("item")),
        answered_at=_authored(resource.get("authored"), now=now),
        answered_by=by,
        mode=mode,
        language=_text(resource, "language") or "en",
        identifier=identifier_of(resource.get("identifier")),
    )


def identifier_of(identifier: object) -> str | None:
    """A business identifier as `system|value`; None where there is none."""
    if identifier is None:
        return None
    if not isinstance(identifier, dict) or not isinstance(identifier.get("value"), str):
        raise Invalid("The identifier has no value.", fields={"identifier": ["Give system and value."]})
    return f"{identifier.get('system') or ''}|{identifier['value']}"[:200]


def _instrument(name: object, library: Library) -> Instrument:
    url, _bar, version = name.partition("|") if isinstance(name, str) else ("", "", "")
    known = url.removeprefix(f"{BASE}/Questionnaire/")
    if known not in library:
        raise Invalid(
            "No such questionnaire.",
            fields={"questionnaire": [f"Use the url of one of ours: {BASE}/Questionnaire/…"]},
        )
    versions = sorted(number for code, number in library.versions if code == known)
    newest = library.get(known)
    if (not version and len(versions) > 1) or (version and version != str(newest.version)):
        said = f"Use {url}|{newest.version}; answers to another version score differently."
        raise AnotherVersion(said, fields={"questionnaire": [said]})
    return newest


def _patient(subject: object) -> str:
    reference = subject.get("reference") if isinstance(subject, dict) else None
    found = _ID.search(reference) if isinstance(reference, str) else None
    if found is None:
        raise Invalid("Say whose answers these are.", fields={"subject": ["Use Patient/<id>."]})
    return found[1]


def _authored(value: object, *, now: datetime) -> datetime:
    """When they were answered: never guessed. A day alone is its noon, before now."""
    wrong = {"authored": ["Say when they were answered, such as 2026-03-02T10:00:00Z."]}
    if not isinstance(value, str):
        raise Invalid("The day of the answers is missing.", fields=wrong)
    try:
        moment = datetime.fromisoformat(value)
        if _DAY.match(value):
            moment = min(at_london(moment.date(), time(12)), now)
            if moment.date() < datetime.fromisoformat(value).date():
                raise ValueError("a day to come")
        if moment.tzinfo is None or not moment.year >= 1948:
            raise ValueError("no zone")
        at = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("The day of the answers is not a date with a zone.", fields=wrong) from None
    if at > now + CLOCKS_APART:
        raise Invalid("The answers are from the future.", fields={"authored": ["Check your clock."]})
    return min(at, now)


def _author(resource: Resource) -> tuple[AnsweredBy, AnswerMode]:
    """Who answered and how: said by our own extension, else by the kind of `source` or `author`."""
    for one in resource.get("extension") or ():
        if isinstance(one, dict) and one.get("url") == MODE:
            if one.get("valueString") not in set(AnswerMode):
                said = f"The mode is one of {', '.join(AnswerMode)}."
                raise Invalid(said, fields={"extension": [said]})
            mode = AnswerMode(one["valueString"])
            return _BY.get(mode, AnsweredBy.SELF), mode
    source = resource.get("source") or resource.get("author") or {}
    reference = source.get("reference", "") if isinstance(source, dict) else ""
    if str(reference).startswith("RelatedPerson/"):
        return AnsweredBy.PROXY, AnswerMode.PROXY
    if str(reference).startswith(("Practitioner/", "PractitionerRole/")):
        return AnsweredBy.HELPED, AnswerMode.HELPED
    return AnsweredBy.SELF, AnswerMode.SELF


_BY = {
    AnswerMode.HELPED: AnsweredBy.HELPED,
    AnswerMode.INTERPRETER: AnsweredBy.HELPED,
    AnswerMode.PHONE: AnsweredBy.HELPED,
    AnswerMode.PROXY: AnsweredBy.PROXY,
}


def _text(resource: Resource, name: str) -> str:
    value = resource.get(name)
    return value[:15] if isinstance(value, str) else ""


def _values(instrument: Instrument, items: object) -> dict[str, int | None]:
    """A number for each item that has an answer; every item that cannot be used is named."""
    values: dict[str, int | None] = {}
    wrong: dict[str, list[str]] = {}
    for item in _flat(items):
        name = str(item.get("linkId"))
        given = item.get("answer") or []
        if name not in instrument.item_by_code:
            if given or "item" not in item:
                wrong[name] = [f"not an item of {instrument.key}"]
        elif name in values:
            wrong[name] = ["stands twice"]
        elif not isinstance(given, list) or len(given) > 1:
            wrong[name] = ["takes one answer"]
        elif given:
            value = _number(given[0], instrument, name)
            if value is None or not instrument.item(name).accepts(value):
                low, high = instrument.item(name).minimum, instrument.item(name).maximum
                wrong[name] = [f"must be a whole number from {low} to {high}, or one of our codes"]
            values[name] = value
    if wrong:
        raise Invalid("Some answers cannot be used.", fields=wrong)
    if not values:
        raise Invalid("Nothing is answered.", fields={"item": ["Send at least one answer."]})
    return values


def _flat(items: object) -> Iterator[Resource]:
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict):
            yield item
            yield from _flat(item.get("item"))


def _number(answer: object, instrument: Instrument, item: str) -> int | None:
    if not isinstance(answer, dict):
        return None
    for name in ("valueInteger", "valueDecimal"):
        value = answer.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer():
            return int(value)
    coding = answer.get("valueCoding")
    return _of_coding(coding, f"{instrument.id}.{item}.") if isinstance(coding, dict) else None


def _of_coding(coding: Resource, ours: str) -> int | None:
    code = coding.get("code")
    if coding.get("system") == ANSWERS:
        told = code.removeprefix(ours) if isinstance(code, str) and code.startswith(ours) else ""
        return int(told) if told.isascii() and told.isdigit() and len(told) < 5 else None
    for one in coding.get("extension") or ():
        if isinstance(one, dict) and one.get("url") == ORDINAL:
            return _number({"valueDecimal": one.get("valueDecimal")}, None, "")  # type: ignore[arg-type]
    return None
