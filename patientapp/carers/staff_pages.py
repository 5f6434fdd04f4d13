"""Staff's page of a patient's carers: name one with the consent noted, end it, read what they said."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission, may
from patientapp.audit.actions import record
from patientapp.carers import actions, queries, rules, schemas, texts
from patientapp.carers.schemas import FIELDS, PLACES
from patientapp.db import transaction
from patientapp.errors import Invalid
from patientapp.patients.queries import patient
from patientapp.questionnaires.library import default_library
from patientapp.web.current import settings
from patientapp.web.desk import check_form_patient, staff_page
from patientapp.web.idempotency import once
from patientapp.workdays import london_day

blueprint = Blueprint("carers_staff", __name__, template_folder="templates")


@blueprint.get("/staff/patients/<uuid:patient_id>/carers")
@requires(Permission.SEE_PATIENTS)
def of_patient(patient_id: UUID) -> str:
    """Who is trusted with what and until when, what they did, what they said of themselves."""
    with transaction():
        person = patient(viewer(), patient_id)
        record(viewer(), "looked at carers", now=clock.now(), patient_id=person.id)
    return _page(person.id, {})


def _page(patient_id: UUID, wrong: dict[str, str]) -> str:
    words = default_library().get(rules.INSTRUMENT).wording("en")
    return staff_page(
        "carers/staff_carers.html",
        person=patient(viewer(), patient_id),
        carers=queries.known(viewer(), patient_id, today=london_day(clock.now())),
        code_of=lambda carer_id: rules.code_of(carer_id, key=settings().link_key),
        acts_done=queries.acts_done(viewer(), patient_id),
        may_change=may(viewer(), Permission.SEND_LINKS),
        words=words,
        texts=texts,
        given=request.form,
        chosen=request.form.getlist("acts"),
        wrong={name: texts.mistake(code) for name, code in wrong.items()},
        errors=[(PLACES.get(name, name), texts.mistake(code)) for name, code in wrong.items()],
        back=url_for("contact.of_patient", patient_id=patient_id),
    )


@blueprint.post("/staff/patients/<uuid:patient_id>/carers")
@requires(Permission.SEND_LINKS)
@once
def add(patient_id: UUID) -> ResponseReturnValue:
    """Name a carer for a patient who said so."""
    check_form_patient(patient(viewer(), patient_id).id)
    try:
        actions.name_carer(
            viewer(), patient_id, schemas.typed_carer(), link_key=settings().link_key, now=clock.now()
        )
    except Invalid as error:
        known = {name: codes[0] for name, codes in error.fields.items() if name in FIELDS}
        if not known:
            raise
        return _page(patient_id, known), 422
    return redirect(url_for(".of_patient", patient_id=patient_id), 303)


@blueprint.post("/staff/patients/<uuid:patient_id>/carers/<uuid:carer_id>/end")
@requires(Permission.SEND_LINKS)
@once
def end(patient_id: UUID, carer_id: UUID) -> ResponseReturnValue:
    """End it at once."""
    check_form_patient(patient(viewer(), patient_id).id)
    actions.end_carer(viewer(), patient_id, carer_id, now=clock.now())
    return redirect(url_for(".of_patient", patient_id=patient_id), 303)
