"""The API of patients: for staff of their service."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.patients import actions, queries
from patientapp.patients.queries import Listing
from patientapp.patients.rules import NewPatient
from patientapp.patients.schemas import (
    ListingSchema,
    NewPatientSchema,
    PatientPageSchema,
    PatientSchema,
)
from patientapp.web.api import Blueprint
from patientapp.web.idempotency import once

blueprint = Blueprint("patients_api", __name__, description="Patients of my service")


@blueprint.get("/patients")
@requires(Permission.SEE_PATIENTS)
@blueprint.arguments(ListingSchema, location="query")
@blueprint.response(200, PatientPageSchema)
def list_patients(listing: Listing) -> dict[str, Any]:
    """My service's patients, a page at a time."""
    with transaction():
        page = queries.page(viewer(), listing)
        ids = " ".join(str(one.id) for one in page.patients)
        record(viewer(), "looked at the list", now=clock.now(), object=ids)
    return {"patients": page.patients, "next_cursor": page.next_after}


@blueprint.post("/patients")
@requires(Permission.ADD_PATIENTS)
@once
@blueprint.arguments(NewPatientSchema)
@blueprint.response(201, PatientSchema)
def add_patient(new: NewPatient) -> object:
    """Add a patient to my service; 409 when the NHS number is there already."""
    return actions.add_patient(viewer(), new, now=clock.now())


@blueprint.get("/patients/<uuid:patient_id>")
@requires(Permission.SEE_PATIENTS)
@blueprint.response(200, PatientSchema)
def one_patient(patient_id: UUID) -> object:
    """One patient of my service."""
    with transaction():
        found = queries.patient(viewer(), patient_id)
        record(viewer(), "looked at a patient", now=clock.now(), patient_id=patient_id)
    return found
