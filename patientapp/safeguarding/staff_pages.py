"""Staff's page of what one patient told in private, with guidance."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, url_for

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.patients.queries import patient
from patientapp.safeguarding import queries, texts
from patientapp.web.desk import staff_page

blueprint = Blueprint("private_staff", __name__, template_folder="templates")


@blueprint.get("/staff/patients/<uuid:patient_id>/private")
@requires(Permission.HANDLE_ALERTS)
def of_patient(patient_id: UUID) -> str:
    """What was told, closed until it is opened, and what to do about words of abuse."""
    with transaction():
        person = patient(viewer(), patient_id)
        found = queries.disclosures_of(viewer(), patient_id)
        record(viewer(), "looked at what was told in private", now=clock.now(), patient_id=person.id)
    return staff_page(
        "safeguarding/staff.html",
        person=person,
        found=found,
        ways=dict(texts.ways()),
        back=url_for("progress.patient", patient_id=patient_id),
    )
