"""One stored response as FHIR R4: its answers, and its scores as they were stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from patientapp.progress.shown import instrument_of
from patientapp.questionnaires.definition import Instrument
from patientapp.questionnaires.fhir import BASE, Given, observations, questionnaire_response
from patientapp.questionnaires.fhir_codes import extension
from patientapp.questionnaires.grade import Scored
from patientapp.scoring.scale import Reason

Resource = dict[str, Any]
CORRECTS = f"{BASE}/StructureDefinition/corrects"


def as_response(row: Any) -> Iterator[Resource]:
    """The QuestionnaireResponse of a row of `GIVEN`."""
    yield response_of(_instrument(row), row)


def as_observations(row: Any) -> Iterator[Resource]:
    """The Observations of a row of `GIVEN`, one for each score."""
    yield from observations_of(_instrument(row), row)


def response_of(instrument: Instrument, row: Any) -> Resource:
    """The answers; when they reached us stands beside when they were given (CLIN-06).

    Of corrected answers the status says so, and an extension names those that they stand for, so
    that who pulled those can put them aside.
    """
    made = questionnaire_response(instrument, given_in(row)) | {
        "meta": {"lastUpdated": row.received_at.isoformat()},
        "extension": [extension("mode", row.mode)],
    }
    if row.corrects_id is not None:
        old = {"reference": f"QuestionnaireResponse/{row.corrects_id}"}
        made["extension"].append({"url": CORRECTS, "valueReference": old})
        made["status"] = "amended"
    return made


def observations_of(instrument: Instrument, row: Any) -> Iterator[Resource]:
    """The scores, by the rules of their day: nothing is scored again (CLIN-05)."""
    known = {scale.code for scale in instrument.scales}
    scores = {code: _scored(stored) for code, stored in row.scores.items() if code in known}
    for made in observations(instrument, scores, given_in(row)):
        yield made | {
            "meta": {"lastUpdated": row.received_at.isoformat()},
            "issued": row.received_at.isoformat(),
            "status": made["status"] if row.corrects_id is None else "corrected",
        }


def given_in(row: Any) -> Given:
    """Who answered what and when. A proxy is said as such: the patient is not the author."""
    subject = f"Patient/{row.patient_id}"
    return Given(
        id=str(row.id),
        subject=subject,
        author=subject,
        answered_at=row.answered_at,
        language=row.language,
        answers=row.answers,
    )


def _scored(stored: object) -> Scored:
    if isinstance(stored, Mapping):
        return Scored(None, None, Reason(str(stored["reason"])))
    if isinstance(stored, str):
        return Scored(None, stored, None)
    assert isinstance(stored, int | float)
    return Scored(float(stored), None, None)


def _instrument(row: Any) -> Instrument:
    return instrument_of(row.instrument, row.instrument_version)
