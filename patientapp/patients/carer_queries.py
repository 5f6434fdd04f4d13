"""Reads of carers, from behind the patient's wall."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.db import db
from patientapp.errors import NotFound
from patientapp.patients.carer_models import Carer
from patientapp.patients.carer_rules import Act, has_ended, known_acts
from patientapp.patients.queries import visible_ids


def carers_of(viewer: Viewer, patient_id: UUID) -> Sequence[Carer]:
    """Everybody whom a patient has named, the newest first; those who ended too."""
    theirs = _visible(viewer).where(Carer.patient_id == patient_id)
    return db.session.scalars(theirs.order_by(Carer.invited_at.desc(), Carer.id)).all()


def carer(viewer: Viewer, patient_id: UUID, carer_id: UUID) -> Carer:
    """One carer of one patient; NotFound for a foreign id as for an unknown one (SEC-02)."""
    found = db.session.scalar(
        _visible(viewer).where(Carer.patient_id == patient_id, Carer.id == carer_id)
    )
    if found is None:
        raise NotFound
    return found


def _visible(viewer: Viewer) -> sa.Select[Carer]:
    return sa.select(Carer).where(
        Carer.service_id == viewer.service_id, Carer.patient_id.in_(visible_ids(viewer))
    )


def system_carer(carer_id: UUID, *, today: date) -> Carer | None:
    """A carer who may still act; None for one who ended, or never was."""
    found = db.session.get(Carer, carer_id, populate_existing=True)
    return found if found is not None and is_trusted(found, today=today) else None


def is_trusted(of: Carer, *, today: date) -> bool:
    """Whether this carer may still act."""
    return not has_ended(ends_on=of.ends_on, is_ended=of.ended_at is not None, today=today)


def system_carers_to_text(patient_id: UUID, *, today: date) -> list[Carer]:
    """The carers who get a copy of a patient's texts about visits."""
    standing = sa.select(Carer).where(
        Carer.patient_id == patient_id, Carer.ended_at.is_(None), Carer.ends_on >= today
    )
    return [one for one in db.session.scalars(standing.order_by(Carer.id)) if Act.TEXTS in acts_of(one)]


def acts_of(of: Carer) -> frozenset[str]:
    """What a carer may do, in codes."""
    return known_acts(of.acts)
