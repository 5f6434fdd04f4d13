"""Reads of opioid doses, from behind the wall."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.db import db
from patientapp.opioids.models import OpioidDose
from patientapp.patients.queries import visible_ids


def doses_of(viewer: Viewer, patient_id: UUID) -> list[OpioidDose]:
    """A patient's doses, newest first."""
    theirs = sa.select(OpioidDose).where(
        OpioidDose.patient_id == patient_id, OpioidDose.patient_id.in_(visible_ids(viewer))
    )
    ordered = theirs.order_by(OpioidDose.taken_on.desc(), OpioidDose.confirmed_at.desc(), OpioidDose.id)
    return list(db.session.scalars(ordered))
