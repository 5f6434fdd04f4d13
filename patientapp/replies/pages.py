"""Staff read what people texted, as they sent it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, url_for

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.patients.queries import patient
from patientapp.replies import queries, texts
from patientapp.web.desk import staff_page

blueprint = Blueprint("replies", __name__, template_folder="templates")


@blueprint.get("/staff/patients/<uuid:patient_id>/replies")
@requires(Permission.HANDLE_ALERTS)
def of_patient(patient_id: UUID) -> str:
    """What came from this patient's number, newest first."""
    with transaction():
        person = patient(viewer(), patient_id)
        found = queries.replies_of(viewer(), patient_id)
        record(viewer(), "read replies", now=clock.now(), patient_id=person.id)
    return staff_page(
        "replies/patient.html",
        person=person,
        replies=found,
        texts=texts,
        back=url_for("progress.patient", patient_id=patient_id),
    )


@blueprint.get("/staff/replies")
@requires(Permission.HANDLE_ALERTS)
def of_nobody() -> str:
    """Texts from numbers that are nobody's."""
    with transaction():
        found = queries.system_from_nobody()
        ids = " ".join(str(one.id) for one in found or [])
        record(viewer(), "read texts of nobody", now=clock.now(), object=ids)
    return staff_page("replies/nobody.html", texts_found=found)
