"""Two records become one, with what stands on them: links and waiting texts of the first end with it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from patientapp.access.viewer import Viewer
from patientapp.links.actions import end_links
from patientapp.links.rules import LinkEnd
from patientapp.messaging.actions import withdraw_of_patient
from patientapp.messaging.rules import Why
from patientapp.patients import merging
from patientapp.patients.models import Patient
from patientapp.patients.queries import patient


def merge_records(viewer: Viewer, patient_id: UUID, *, into: UUID, reason: str, now: datetime) -> Patient:
    """Make one record of two of one person; texts to the first one's number are never sent (LINK-05)."""
    patient(viewer, patient_id)
    end_links(patient_id=patient_id, reason=LinkEnd.STAFF, now=now)
    withdraw_of_patient(patient_id, why=Why.NUMBER_CHANGED, now=now)
    return merging.merge(viewer, from_id=patient_id, into_id=into, reason=reason, now=now)
