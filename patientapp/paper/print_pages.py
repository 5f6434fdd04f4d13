"""The pack to print: each questionnaire on its own sheet, with a code that leads back to the record."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.assessments.offering import offered
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.paper import form, queries, shown
from patientapp.paper.rules import code_of
from patientapp.patients.queries import patient
from patientapp.services.queries import system_service
from patientapp.web.current import settings
from patientapp.web.scan import qr
from patientapp.workdays import london_day

blueprint = Blueprint("paper_print", __name__, template_folder="templates")


@blueprint.get("/staff/patients/<uuid:patient_id>/answers/print")
@requires(Permission.ENTER_ANSWERS)
def pack(patient_id: UUID) -> str:
    """Every questionnaire that is open, as far as its words may be printed today (H13)."""
    now = clock.now()
    today = london_day(now)
    with transaction():
        person = patient(viewer(), patient_id)
        sets = queries.open_sets(viewer(), patient_id, today=today)
        record(viewer(), "printed questionnaires", now=now, patient_id=patient_id)
    asked = [shown.set_of(one.instrument, one.version) for one in sets]
    service = system_service(viewer().service_id)
    slug = service.slug
    address = f"{settings().public_url.rstrip('/')}{url_for('education.service', slug=slug)}"
    sheets = [
        (one, words, form.boxes(one, words))
        for one in asked
        if (words := offered(one, today=today).wording) is not None
    ]
    return render_template(
        "paper/print.html",
        person=person,
        sheets=sheets,
        withheld=[one.title() for one in asked if offered(one, today=today).wording is None],
        code=code_of(person.id),
        address=address,
        qr=qr(address),
        phone=service.phone,
        is_large=request.args.get("size") == "large",
        printed_on=today,
        back=url_for("paper.choose", patient_id=person.id),
    )
