"""The clinician's page on which answers are put right: what it was before stays, with the reason."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.assessments.correcting import Corrected, CorrectedMeanwhile, correct, newest_of, response
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.errors import Invalid, NotFound
from patientapp.paper import form, shown, texts
from patientapp.patients.queries import patient
from patientapp.web.desk import check_form_patient, staff_page
from patientapp.web.idempotency import once

blueprint = Blueprint("corrections", __name__, template_folder="templates")
ONE = "/staff/patients/<uuid:patient_id>/answers/<uuid:response_id>/correct"


@blueprint.get(ONE)
@requires(Permission.SEE_PROGRESS)
def look(patient_id: UUID, response_id: UUID) -> str:
    """The answers as they stand, to be changed."""
    found = _of(patient_id, response_id)
    with transaction():
        record(viewer(), "looked at a patient", now=clock.now(), patient_id=patient_id)
    return _page(found, form.as_typed(found.answers), {})


@blueprint.post(ONE)
@requires(Permission.SEE_PROGRESS)
@once
def put_right(patient_id: UUID, response_id: UUID) -> ResponseReturnValue:
    """Add the corrected set; the scores of it are a new row (CLIN-05)."""
    found = _of(patient_id, response_id)
    check_form_patient(patient_id)
    asked = shown.set_of(found.instrument, found.instrument_version)
    typed, reason = form.read(asked, request.form), request.form.get("reason", "")
    wrong = dict(typed.wrong)
    to = Corrected(values=typed.values, unclear=typed.unclear, reason=reason)
    try:
        made = None if wrong else correct(viewer(), response_id, to, now=clock.now())
    except Invalid as refused:
        wrong = {name: str(words[0]) for name, words in refused.fields.items()}
    if wrong or made is None:
        return _page(found, request.form, wrong), 422
    if made.risks:
        return redirect(url_for("paper.kept", patient_id=patient_id, response_id=made.response_id), 303)
    return redirect(url_for("progress.patient", patient_id=patient_id), 303)


def _of(patient_id: UUID, response_id: UUID) -> Any:
    """The newest form of these answers; CorrectedMeanwhile where they were put right since."""
    found = response(viewer(), response_id)
    if found.patient_id != patient_id:
        raise NotFound
    if newest_of(found) is not found:
        raise CorrectedMeanwhile(CorrectedMeanwhile.__doc__ or "")
    return found


def _page(found: Any, typed: Any, wrong: dict[str, str]) -> str:
    asked = shown.set_of(found.instrument, found.instrument_version)
    words = shown.words_of(asked)
    return staff_page(
        "paper/correct.html",
        person=patient(viewer(), found.patient_id),
        found=found,
        title=asked.title(),
        words=words,
        boxes=form.boxes(asked, words),
        marks=texts.marks(),
        typed=typed,
        wrong=wrong,
        errors=list(wrong.items()),
        wording_status=words.status,
        back=url_for("progress.patient", patient_id=found.patient_id),
    )
