"""Pages of patients: the list, and adding one."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission, may
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.errors import Conflict, Invalid
from patientapp.i18n import gettext as _
from patientapp.patients import actions, queries, texts
from patientapp.patients.rules import Need, NewPatient, parse_birth_date, spaced_nhs_number
from patientapp.patients.schemas import ListingSchema, NewPatientSchema, first_messages
from patientapp.web.desk import staff_page
from patientapp.web.idempotency import FIELD, once

blueprint = Blueprint("patients", __name__, template_folder="templates")
blueprint.add_app_template_filter(spaced_nhs_number, "nhs_number")


@blueprint.get("/staff/patients")
@requires(Permission.SEE_PATIENTS)
def listing() -> str:
    """The patients of my service, found by name or NHS number."""
    try:
        asked = ListingSchema().load(request.args.to_dict())
    except ma.ValidationError as error:
        raise Invalid("The list cannot be shown so.", fields=error.messages_dict) from None
    with transaction():
        page = queries.page(viewer(), asked)
        ids = " ".join(str(one.id) for one in page.patients)
        record(viewer(), "looked at the list", now=clock.now(), object=ids)
    return staff_page(
        "patients/list.html",
        here="patients",
        page=page,
        asked=asked,
        sorts=texts.sorts(),
        may_open=may(viewer(), Permission.SEE_PROGRESS),
    )


@blueprint.get("/staff/patients/new")
@requires(Permission.ADD_PATIENTS)
def new() -> str:
    """The empty form."""
    return _form({"language": "en", "sex": "unknown"}, {})


@blueprint.post("/staff/patients/new")
@requires(Permission.ADD_PATIENTS)
@once
def add() -> ResponseReturnValue:
    """Add a patient, then open their record; else keep what was typed on the page."""
    typed = request.form.to_dict()
    try:
        added = actions.add_patient(viewer(), _read_form(), now=clock.now())
    except ma.ValidationError as error:
        return _form(typed, first_messages(error.messages_dict)), 422
    except Invalid as problem:
        wrong = {name: words[0] for name, words in problem.fields.items()}
        return _form(typed, wrong), 422
    except Conflict as problem:
        return _form(typed, {"nhs_number": problem.detail}), 409
    if may(viewer(), Permission.SEE_PROGRESS):
        return redirect(url_for("progress.patient", patient_id=added.id), 303)
    return redirect(url_for("patients.listing"), 303)


def _read_form() -> NewPatient:
    """The form through the same schema as JSON, which refuses a date that cannot be read."""
    form: dict[str, Any] = request.form.to_dict()
    for name in ("csrf_token", FIELD):
        form.pop(name, None)
    born = parse_birth_date(*(form.pop(part, "") for part in ("day", "month", "year")))
    form["birth_date"] = born.isoformat() if born else ""
    form["needs"] = request.form.getlist("needs")
    form["texts_ok"] = Need.NO_TEXTS not in form["needs"]
    made: NewPatient = NewPatientSchema().load(form)
    return made


def _form(typed: dict[str, str], wrong: dict[str, str]) -> str:
    wrong = {
        name: texts.of_field(name, words, typed=typed.get(name, "")) for name, words in wrong.items()
    }
    targets = {"birth_date": "dob-day"}
    return staff_page(
        "patients/new.html",
        here="new",
        errors=[(targets.get(name, name), words) for name, words in wrong.items()],
        wrong=wrong,
        typed=typed,
        chosen_needs=request.form.getlist("needs"),
        sexes=texts.sexes(),
        needs=texts.needs(),
        languages=texts.languages(),
        title=_("Add a patient"),
    )
