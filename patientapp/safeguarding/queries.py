"""Reads of disclosures, from behind the wall and for clinicians alone."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from patientapp.access.matrix import Permission, may
from patientapp.access.viewer import Viewer
from patientapp.db import db
from patientapp.patients.queries import visible_ids
from patientapp.safeguarding.models import Disclosure


def _of(viewer: Viewer, patient_id: UUID) -> sa.Select[Disclosure]:
    """Nobody but who handles alerts reads any: not the patient's own phone either."""
    own = sa.select(Disclosure).where(
        Disclosure.patient_id == patient_id, Disclosure.patient_id.in_(visible_ids(viewer))
    )
    return own if may(viewer, Permission.HANDLE_ALERTS) else own.where(sa.false())


def disclosures_of(viewer: Viewer, patient_id: UUID) -> list[Disclosure]:
    """What one patient told in private, the newest first."""
    in_order = _of(viewer, patient_id).order_by(Disclosure.told_at.desc(), Disclosure.id)
    return list(db.session.scalars(in_order))


def has_disclosed(viewer: Viewer, patient_id: UUID) -> bool:
    """Whether there is anything to read in private."""
    return db.session.execute(_of(viewer, patient_id).limit(1)).first() is not None
