"""Answers and scores as FHIR R4 QuestionnaireResponse and Observations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patientapp.questionnaires.definition import Show
from patientapp.questionnaires.fhir_codes import canonical, coding, extension, own
from patientapp.questionnaires.fhir_words import ORDINAL
from patientapp.scoring.scale import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from patientapp.questionnaires.definition import Instrument, Item
    from patientapp.questionnaires.grade import Scored
    from patientapp.scoring.scale import Scale

    Resource = dict[str, Any]

ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
NO_SCORE = {
    Reason.INCOMPLETE: ("unknown", "An answer that the score needs is missing"),
    Reason.OUT_OF_RANGE: ("error", "An answer that the score needs is out of range"),
    Reason.NO_VALUE_SET_INPUTS: ("unknown", "Age or sex, which the value set needs, is missing"),
}
"""HL7 has no code for a score that could not be formed; our own reason stands beside theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Who answered what and when, as references that the caller makes."""

    id: str
    subject: str
    author: str
    answered_at: datetime
    language: str
    answers: Mapping[str, int | str | None]
    """A value for each item answered; what is skipped or not reached is no number."""


def questionnaire_response(instrument: Instrument, given: Given) -> Resource:
    """The answers of one person; an item that was not answered stands without an answer."""
    return {
        "resourceType": "QuestionnaireResponse",
        "id": given.id,
        "language": given.language,
        "questionnaire": canonical(instrument),
        "status": "completed",
        "subject": {"reference": given.subject},
        "authored": given.answered_at.isoformat(),
        "author": {"reference": given.author},
        "item": [_answered(instrument, item, given) for item in instrument.items],
    }


def _answered(instrument: Instrument, item: Item, given: Given) -> Resource:
    value = given.answers.get(item.code)
    made: Resource = {"linkId": item.code}
    if not isinstance(value, int):
        return made
    if item.show in (Show.VAS, Show.NUMBER):
        return made | {"answer": [{"valueInteger": value}]}
    chosen = own("answers", f"{instrument.id}.{item.code}.{value}")
    ordinal = {"extension": [{"url": ORDINAL, "valueDecimal": value}]}
    return made | {"answer": [{"valueCoding": chosen | ordinal}]}


def observations(instrument: Instrument, scores: Mapping[str, Scored], given: Given) -> list[Resource]:
    """One Observation for each score that is due: its value, or why there is none (CLIN-05)."""
    return [
        _observation(instrument, instrument.scale(code), scored, given) for code, scored in scores.items()
    ]


def _observation(instrument: Instrument, scale: Scale, scored: Scored, given: Given) -> Resource:
    made: Resource = {
        "resourceType": "Observation",
        "id": f"{given.id}-{scale.code}".replace("_", "-")[:64],
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": "survey"}]}],
        "code": {"coding": _codings(instrument, scale), "text": scale.title or scale.code},
        "subject": {"reference": given.subject},
        "effectiveDateTime": given.answered_at.isoformat(),
        "derivedFrom": [{"reference": f"QuestionnaireResponse/{given.id}"}],
        "extension": [
            extension("instrument", canonical(instrument)),
            extension("rule-version", instrument.rule_version),
        ],
    }
    if scale.value_set is not None:
        made["extension"].append(extension("value-set", scale.value_set.id))
        method = own("value-sets", scale.value_set.id) | {"display": scale.value_set.title}
        made["method"] = {"coding": [method]}
    return made | _value(instrument, scale, scored)


def _value(instrument: Instrument, scale: Scale, scored: Scored) -> Resource:
    if scored.reason is not None:
        code, words = NO_SCORE[scored.reason]
        codings = [{"system": ABSENT, "code": code}, own("reasons", scored.reason.value)]
        return {"dataAbsentReason": {"coding": codings, "text": words}}
    if scored.text is None:
        return {"valueQuantity": {"value": scored.value, "unit": "{score}", **UNIT}}
    if not scale.labels:
        return {"valueString": scored.text}
    known = [coding(code) for code in scale.codes if code.label == scored.text]
    ours = own("classes", f"{instrument.id}.{scale.code}.{scored.text}")
    return {"valueCodeableConcept": {"coding": [*known, ours], "text": scored.text}}


UNIT = {"system": "http://unitsofmeasure.org", "code": "{score}"}


def _codings(instrument: Instrument, scale: Scale) -> list[Resource]:
    """What a score is called: publicly where that is known, and by us."""
    public = [coding(code) for code in scale.codes if not code.label]
    return [*public, own("scores", f"{instrument.id}.{scale.code}") | {"display": scale.title}]
