"""Reads of paper: what a patient may be asked, and what waits for its second typing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.assessments.models import Pack, Response, Task
from patientapp.assessments.rules import TimePoint
from patientapp.db import db
from patientapp.paper.models import TypingCheck
from patientapp.paper.rules import CheckStep, ids_of
from patientapp.patients.models import Patient
from patientapp.patients.queries import visible_ids

MOST_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class OpenSet:
    """One questionnaire of a patient that has no answers yet."""

    pack_id: UUID
    instrument: str
    version: int
    time_point: TimePoint
    opens_on: date
    closes_on: date


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One response whose second typing is not settled."""

    response: Response
    patient: Patient
    step: CheckStep  # the newest
    by: str  # who typed it first


def open_sets(viewer: Viewer, patient_id: UUID, *, today: date) -> Sequence[OpenSet]:
    """What a patient has been asked and not answered, the soonest to close first; closed ones last."""
    asked = (
        sa.select(
            Pack.id.label("pack_id"),
            Task.instrument,
            Task.instrument_version.label("version"),
            Pack.time_point,
            Pack.opens_on,
            Pack.closes_on,
        )
        .join(Task, Task.pack_id == Pack.id)
        .outerjoin(Response, Response.task_id == Task.id)
        .where(
            Pack.patient_id == patient_id,
            Pack.patient_id.in_(visible_ids(viewer)),
            Pack.opens_on <= today,
            Response.id.is_(None),
        )
        .order_by(Pack.closes_on < today, Pack.closes_on, Pack.id, Task.position)
    )
    return [OpenSet(**row) for row in db.session.execute(asked).mappings()]


def of_code(viewer: Viewer, code: str) -> Patient | None:
    """The patient whose code stands on a paper; None where there is none, or more than one."""
    ids = ids_of(code)
    if ids is None:
        return None
    asked = sa.select(Patient).where(
        Patient.id >= ids[0], Patient.id <= ids[1], Patient.id.in_(visible_ids(viewer))
    )
    found = db.session.scalars(asked.limit(2)).all()
    return found[0] if len(found) == 1 else None


def steps_of(viewer: Viewer, response_id: UUID) -> Mapping[CheckStep, TypingCheck]:
    """How far the second typing of one response is; empty where none is wanted."""
    asked = sa.select(TypingCheck).where(
        TypingCheck.response_id == response_id, TypingCheck.service_id == viewer.service_id
    )
    return {one.step: one for one in db.session.scalars(asked)}


def waiting(viewer: Viewer) -> list[Waiting]:
    """What waits for a second typing or a decision: disagreements first, then the oldest."""
    typed, settled = (
        sa.exists()
        .where(_other.c.response_id == TypingCheck.response_id, _other.c.step == step)
        .correlate(TypingCheck)
        for step in (CheckStep.TYPED, CheckStep.SETTLED)
    )
    asked = (
        sa.select(Response, Patient, typed.label("typed"), TypingCheck.by)
        .join(TypingCheck, TypingCheck.response_id == Response.id)
        .join(Patient, Patient.id == Response.patient_id)
        .where(
            TypingCheck.service_id == viewer.service_id,
            TypingCheck.step == CheckStep.WANTED,
            Response.patient_id.in_(visible_ids(viewer)),
            ~settled,
        )
        .order_by(sa.desc("typed"), TypingCheck.at, Response.id)
        .limit(MOST_SHOWN)
    )
    return [
        Waiting(
            response=row[0],
            patient=row[1],
            step=CheckStep.TYPED if row.typed else CheckStep.WANTED,
            by=row.by,
        )
        for row in db.session.execute(asked)
    ]


_other = TypingCheck.__table__.alias("other_steps")
