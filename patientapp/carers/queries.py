"""What the patient and staff see of carers: who, what they may do, and each act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.audit.models import AuditEntry
from patientapp.db import db
from patientapp.patients.carer_models import Carer, CarerAnswer
from patientapp.patients.carer_queries import acts_of, carers_of, is_trusted
from patientapp.patients.queries import patient

MOST_ACTS = 100


@dataclass(frozen=True, kw_only=True)
class ActDone:
    """One thing that a carer did or looked at, from the audit itself."""

    carer: str
    action: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Known:
    """One carer as a page shows them."""

    carer: Carer
    acts: frozenset[str]
    is_trusted: bool
    answers: Sequence[CarerAnswer] = ()


def known(viewer: Viewer, patient_id: UUID, *, today: date) -> list[Known]:
    """Every carer of a patient, the newest first."""
    return [
        Known(
            carer=one,
            acts=acts_of(one),
            is_trusted=is_trusted(one, today=today),
            answers=_answers(one.id) if viewer.staff_id else (),
        )
        for one in carers_of(viewer, patient_id)
    ]


def _answers(carer_id: UUID) -> Sequence[CarerAnswer]:
    theirs = sa.select(CarerAnswer).where(CarerAnswer.carer_id == carer_id)
    return db.session.scalars(theirs.order_by(CarerAnswer.at.desc())).all()


def acts_done(viewer: Viewer, patient_id: UUID) -> list[ActDone]:
    """Each act of this patient's carers, the newest first: the audit says it, nothing beside it."""
    names = {f"carer:{one.id}": one.name for one in carers_of(viewer, patient(viewer, patient_id).id)}
    asked = (
        sa.select(AuditEntry)
        .where(AuditEntry.chain == f"patient:{patient_id}", AuditEntry.actor.in_(names))
        .order_by(AuditEntry.seq.desc())
        .limit(MOST_ACTS)
    )
    return [
        ActDone(carer=names[one.actor], action=one.action, at=one.at) for one in db.session.scalars(asked)
    ]


def last_answered(viewer: Viewer) -> datetime | None:
    """When this carer last answered about themselves."""
    asked = sa.select(sa.func.max(CarerAnswer.at)).where(CarerAnswer.carer_id == viewer.carer_id)
    return db.session.scalar(asked)
