"""The API of progress: for clinicians of the patient's service."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.patients.queries import patient
from patientapp.progress import queries
from patientapp.progress.changes import change_of
from patientapp.progress.rules import Given, point, scale_rows
from patientapp.progress.schemas import PatientChangesSchema, PatientScoresSchema
from patientapp.progress.shown import instrument_of
from patientapp.web.api import Blueprint

blueprint = Blueprint("progress_api", __name__, description="Scores and change of my patients")


@blueprint.get("/patients/<uuid:patient_id>/scores")
@requires(Permission.SEE_PROGRESS)
@blueprint.response(200, PatientScoresSchema)
def scores(patient_id: UUID) -> dict[str, Any]:
    """Every score of one patient, with versions, and who answered how."""
    given = _given(patient_id, "looked at scores")
    return {"patient_id": patient_id, "responses": [_response(one) for one in given]}


@blueprint.get("/patients/<uuid:patient_id>/changes")
@requires(Permission.SEE_PROGRESS)
@blueprint.response(200, PatientChangesSchema)
def changes(patient_id: UUID) -> dict[str, Any]:
    """Change from the first scored time point, important and reliable side by side."""
    given = _given(patient_id, "looked at changes")
    rows = scale_rows(given, instrument_of, queries.own_spreads(viewer()))
    found = [change_of(row, step) for row in rows for step in row.steps]
    return {"patient_id": patient_id, "changes": found}


def _given(patient_id: UUID, action: str) -> list[Given]:
    with transaction():
        patient(viewer(), patient_id)
        record(viewer(), action, now=clock.now(), patient_id=patient_id)
        return queries.given(viewer(), patient_id)


def _response(given: Given) -> dict[str, Any]:
    instrument = instrument_of(given.instrument, given.instrument_version)
    scored = [(scale, point(given, scale.code)) for scale in instrument.scales]
    return {
        "id": given.response_id,
        "scores": [
            {
                "scale": scale.code,
                "title": scale.title,
                "value": found.value,
                "text": found.text,
                "reason": found.reason,
                "better": scale.better,
            }
            for scale, found in scored
            if found is not None
        ],
    } | {name: getattr(given, name) for name in _OF_RESPONSE}


_OF_RESPONSE = (
    "episode_id",
    "time_point",
    "instrument",
    "instrument_version",
    "rule_version",
    "language",
    "wording",
    "answered_by",
    "birth_date_confirmed",
    "answered_at",
    "received_at",
)
