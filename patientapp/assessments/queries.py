"""Reads of packs, tasks, drafts and responses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.assessments.models import Draft, Pack, Response, Task
from patientapp.assessments.offering import withheld
from patientapp.assessments.rules import PackDays, SavedAnswer, TaskState, TimePoint
from patientapp.db import db, run
from patientapp.errors import NotFound
from patientapp.i18n import short
from patientapp.patients.models import Patient
from patientapp.patients.queries import visible_patients
from patientapp.workdays import london_day


@dataclass(frozen=True)
class OwnTask:
    """A patient's own questionnaire and where it stands."""

    id: UUID
    pack_id: UUID
    episode_id: UUID
    instrument: str
    instrument_version: int
    position: int
    time_point: TimePoint
    days: PackDays
    drafts: int
    begun_at: datetime | None
    done_at: datetime | None
    language: str | None = None  # it is asked in, once chosen or begun
    reads: str = "en"  # what the person reads

    @property
    def state(self) -> TaskState:
        """Done, started or not started."""
        if self.done_at is not None:
            return TaskState.DONE
        return TaskState.STARTED if self.drafts else TaskState.NOT_STARTED


_DRAFTED = (
    sa.select(
        Draft.task_id,
        sa.func.count().label("drafts"),
        sa.func.min(Draft.saved_at).label("begun_at"),
    )
    .group_by(Draft.task_id)
    .subquery()
)


_BEGUN = sa.select(sa.func.min(Draft.saved_at)).where(Draft.task_id == Task.id).scalar_subquery()
_DRAFTS = sa.select(sa.func.count()).where(Draft.task_id == Task.id).scalar_subquery()
# The questionnaires of the one pack that this patient's link is for (LINK-01, SEC-02). Built once:
# building a statement costs more than running it.
_OWN = (
    sa.select(
        Task.id,
        Task.pack_id,
        Task.instrument,
        Task.instrument_version,
        Task.position,
        Task.language,
        Pack.episode_id,
        Pack.time_point,
        Pack.opens_on,
        Pack.due_on,
        Pack.closes_on,
        _DRAFTS.label("drafts"),
        _BEGUN.label("begun_at"),
        Response.received_at,
    )
    .join(Pack, Pack.id == Task.pack_id)
    .outerjoin(Response, Response.task_id == Task.id)
    .where(Task.patient_id == sa.bindparam("patient"), Task.pack_id == sa.bindparam("pack"))
)
_OWN_TASKS = _OWN.order_by(Task.position)
_OWN_TASK = _OWN.where(Task.id == sa.bindparam("task"))


def is_current_response() -> sa.ColumnElement[bool]:
    """Whether a response is the truth: its sender has not put it right since."""
    later = sa.select(Response.corrects_id).where(Response.corrects_id.is_not(None))
    return Response.id.not_in(later)


def own_tasks(viewer: Viewer) -> list[OwnTask]:
    """The viewer's questionnaires, in the order asked."""
    whose = {"patient": viewer.patient_id, "pack": viewer.pack_id}
    return [_task(row, viewer) for row in run(_OWN_TASKS, whose)]


def own_task(viewer: Viewer, task_id: UUID) -> OwnTask:
    """One of the viewer's questionnaires; NotFound for anybody else's (SEC-02)."""
    whose = {"patient": viewer.patient_id, "pack": viewer.pack_id, "task": task_id}
    row = run(_OWN_TASK, whose).one_or_none()
    if row is None:
        raise NotFound
    return _task(row, viewer)


def _task(row: sa.Row[Any], viewer: Viewer) -> OwnTask:
    return OwnTask(
        id=row.id,
        pack_id=row.pack_id,
        episode_id=row.episode_id,
        instrument=row.instrument,
        instrument_version=row.instrument_version,
        position=row.position,
        time_point=row.time_point,
        days=PackDays(row.opens_on, row.due_on, row.closes_on),
        drafts=row.drafts,
        begun_at=row.begun_at,
        done_at=row.received_at,
        language=row.language,
        reads=short(viewer.language),
    )


_SAVED = sa.select(Draft.item, Draft.value, Draft.version, Draft.saved_at).where(
    Draft.task_id == sa.bindparam("task")
)


def saved_answers(task_id: UUID) -> dict[str, SavedAnswer]:
    """The drafts of a task that `own_task` has shown to be the viewer's."""
    rows = run(_SAVED, {"task": task_id})
    return {row.item: SavedAnswer(row.item, row.value, row.version, row.saved_at) for row in rows}


def visible_packs(viewer: Viewer) -> sa.Select[Pack]:
    """The packs of the patients that this viewer may see (SEC-03)."""
    theirs = visible_patients(viewer).with_only_columns(Patient.id)
    return sa.select(Pack).where(Pack.patient_id.in_(theirs))


@dataclass(frozen=True)
class PackProgress:
    """A pack and how much of it is done."""

    pack: Pack
    total: int
    done: int
    started: bool


def packs_of_patient(viewer: Viewer, patient_id: UUID) -> list[PackProgress]:
    """A patient's packs, in order of their days."""
    packs = visible_packs(viewer).where(Pack.patient_id == patient_id).subquery()
    return list(_progress(sa.select(Pack).join(packs, packs.c.id == Pack.id)))


def _progress(packs: sa.Select[Pack]) -> Iterator[PackProgress]:
    counted = (
        packs.add_columns(
            sa.func.count(Task.id), sa.func.count(Response.id), sa.func.count(_DRAFTED.c.task_id)
        )
        .join(Task, Task.pack_id == Pack.id)
        .outerjoin(Response, Response.task_id == Task.id)
        .outerjoin(_DRAFTED, _DRAFTED.c.task_id == Task.id)
        .group_by(Pack.id)
        .order_by(Pack.opens_on, Pack.time_point)
    )
    for pack, total, done, drafted in db.session.execute(counted):
        yield PackProgress(pack, total, done, started=bool(done or drafted))


def system_pack(pack_id: UUID) -> Pack | None:
    """One pack, for the machine."""
    return db.session.get(Pack, pack_id)


_UNDONE = (
    sa.select(Task.instrument, Task.instrument_version)
    .outerjoin(Response, Response.task_id == Task.id)
    .where(Task.pack_id == sa.bindparam("pack"), Response.id.is_(None))
)


def system_pack_is_done(pack_id: UUID, *, today: date) -> bool:
    """Whether every questionnaire of a pack that is offered today has its response."""
    undone = run(_UNDONE, {"pack": pack_id}).all()
    return not undone or {tuple(row) for row in undone} <= set(withheld(today=today))


def is_asked(*, today: date) -> sa.ColumnElement[bool]:
    """Tasks of questionnaires that are offered today; a task that is done is nobody's to do anyway."""
    hidden = list(withheld(today=today))
    return sa.tuple_(Task.instrument, Task.instrument_version).not_in(hidden) if hidden else sa.true()


def pack_begun_on(pack_id: UUID) -> date | None:
    """The day of the first answer to anything in a pack; None before there is one."""
    drafted = sa.select(sa.func.min(Draft.saved_at)).join(Task, Task.id == Draft.task_id)
    sent = sa.select(sa.func.min(Response.started_at)).join(Task, Task.id == Response.task_id)
    times = [
        db.session.scalar(first.where(Task.pack_id == pack_id).execution_options(autoflush=False))
        for first in (drafted, sent)
    ]
    return min((london_day(time) for time in times if time is not None), default=None)
