"""What staff read about coming back: the list of requests, the register, what was agreed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.db import db
from patientapp.patients.models import Patient
from patientapp.patients.queries import visible_ids
from patientapp.pifu.models import PifuAgreement, PifuEnd, PifuPress, PifuRequest, PifuWithdrawal
from patientapp.pifu.queries import NEWEST_FIRST, Progress, newest_event, progress, requests, running
from patientapp.pifu.rules import Stage
from patientapp.worklist.models import WorkItem
from patientapp.worklist.rules import ItemStep

MOST_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One line of staff's list of requests."""

    progress: Progress
    patient: Patient
    first: PifuPress
    presses: int
    is_overdue: bool


def agreements(viewer: Viewer, patient_id: UUID) -> Sequence[tuple[PifuAgreement, PifuEnd | None]]:
    """Every agreement of one of this viewer's patients, newest first, with its end."""
    asked = (
        sa.select(PifuAgreement, PifuEnd)
        .outerjoin(PifuEnd, PifuEnd.agreement_id == PifuAgreement.id)
        .where(PifuAgreement.patient_id == patient_id)
        .where(PifuAgreement.patient_id.in_(visible_ids(viewer)))
        .order_by(*NEWEST_FIRST)
    )
    return [(row[0], row[1]) for row in db.session.execute(asked)]


def register(viewer: Viewer, *, limit: int = MOST_SHOWN) -> Sequence[tuple[PifuAgreement, Patient]]:
    """Everybody who may come back, the soonest end first: nobody drops off silently (CLIN-08)."""
    asked = (
        running()
        .add_columns(Patient)
        .join(Patient, Patient.id == PifuAgreement.patient_id)
        .where(PifuAgreement.service_id == viewer.service_id)
        .where(PifuAgreement.patient_id.in_(visible_ids(viewer)))
        .order_by(PifuAgreement.ends_on, PifuAgreement.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in db.session.execute(asked)]


def waiting(
    viewer: Viewer, *, now: datetime, stage: Stage | None = None, mine: bool = False
) -> list[Waiting]:
    """Requests of this viewer's service: overdue, then due soonest, then newest."""
    count = (
        sa.select(sa.func.count())
        .select_from(PifuPress)
        .where(PifuPress.request_id == PifuRequest.id)
        .correlate(PifuRequest)
        .scalar_subquery()
    )
    asked = (
        requests()
        .add_columns(Patient, WorkItem.due_at, count)
        .join(Patient, Patient.id == PifuRequest.patient_id)
        .join(WorkItem, WorkItem.id == PifuRequest.work_item_id)
        .where(PifuRequest.service_id == viewer.service_id)
        .where(PifuRequest.patient_id.in_(visible_ids(viewer)))
        .order_by(WorkItem.due_at, PifuRequest.sent_at.desc())
        .limit(MOST_SHOWN)
    )
    asked = _at_stage(asked, stage)
    if mine:
        asked = asked.where(newest_event.c.staff_id == viewer.staff_id)
    rows = db.session.execute(asked).all()
    first = _first_presses([row[0].id for row in rows])
    return [
        Waiting(
            progress=progress(row),
            patient=row[7],
            first=first[row[0].id],
            presses=row[9],
            is_overdue=row[1] is not ItemStep.CLOSED and now > row[8],
        )
        for row in rows
    ]


def _at_stage(asked: sa.Select[Any], stage: Stage | None) -> sa.Select[Any]:
    is_closed = newest_event.c.step == ItemStep.CLOSED
    match stage:
        case Stage.SENT:
            return asked.where(newest_event.c.step == ItemStep.RAISED)
        case Stage.READ:
            return asked.where(newest_event.c.step == ItemStep.TAKEN)
        case Stage.ANSWERED:
            return asked.where(is_closed)
        case Stage.WITHDRAWN:
            return asked.where(PifuWithdrawal.at.is_not(None))
    return asked.where(~is_closed)


def _first_presses(request_ids: Sequence[UUID]) -> dict[UUID, PifuPress]:
    asked = sa.select(PifuPress).where(PifuPress.request_id.in_(request_ids))
    found: dict[UUID, PifuPress] = {}
    for press in db.session.scalars(asked.order_by(PifuPress.at, PifuPress.id)):
        found.setdefault(press.request_id, press)
    return found
