"""What the planner wants to know of packs: which are open, how far they are, what is left to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.assessments.left import system_undone
from patientapp.assessments.models import Draft, Pack, Response, Task
from patientapp.assessments.queries import is_asked
from patientapp.assessments.rules import TimePoint
from patientapp.db import db, dialect, run
from patientapp.episodes.queries import system_days_of
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.patients.models import PlannedLook
from patientapp.reminders.facts import Course
from patientapp.workdays import london_day

_IS_UNDONE = ~sa.exists().where(Response.task_id == Task.id).correlate(Task)


def _is_done(today: date) -> sa.ColumnElement[bool]:
    """Whether nothing that is asked of anybody today is left of a pack."""
    return ~sa.exists().where(Task.pack_id == Pack.id, _IS_UNDONE, is_asked(today=today))


_SAVED = (
    sa.select(sa.func.max(Draft.saved_at, type_=Draft.saved_at.type))
    .join(Task, Task.id == Draft.task_id)
    .where(Task.pack_id == Pack.id)
    .scalar_subquery()
)
_SENT = (
    sa.select(sa.func.max(Response.received_at, type_=Response.received_at.type))
    .join(Task, Task.id == Response.task_id)
    .where(Task.pack_id == Pack.id)
    .scalar_subquery()
)


def courses_of(patient_ids: Collection[UUID], *, now: datetime) -> defaultdict[UUID, list[Course]]:
    """The packs of these people that have not closed."""
    asked = (
        sa.select(Pack, _is_done(london_day(now)), _SAVED, _SENT)
        .where(Pack.patient_id.in_(patient_ids), Pack.closes_on >= london_day(now))
        .execution_options(populate_existing=True)
    )
    rows = db.session.execute(asked).all()
    days = system_days_of({row[0].episode_id for row in rows}, EpisodeEventKind.FIRST_APPOINTMENT)
    found: defaultdict[UUID, list[Course]] = defaultdict(list)
    for pack, is_done, saved_at, sent_at in rows:
        course = Course(
            pack_id=pack.id,
            is_entry=pack.time_point is TimePoint.T0,
            opens_on=pack.opens_on,
            due_on=pack.due_on,
            closes_on=pack.closes_on,
            done=is_done,
            visit_on=days.get(pack.episode_id),
            last_answer_at=max(filter(None, (saved_at, sent_at)), default=None),
        )
        found[pack.patient_id].append(course)
    return found


# Built once: building a statement costs more than running it.
_LOCK_TASKS = (
    sa.select(Task.id).where(Task.pack_id == sa.bindparam("pack")).order_by(Task.id).with_for_update()
)


def system_still_to_do(pack_id: UUID, *, today: date) -> bool:
    """Whether a questionnaire of this pack is still to do; answering it waits until we have decided.

    Sending a questionnaire refers to its task, so locking the tasks orders the two: whoever comes
    second sees what the first one did, and no text goes out about a finished pack (SMS-06).
    """
    if dialect() != "sqlite":  # its one writer waits for nobody
        run(_LOCK_TASKS, {"pack": pack_id}).all()
    return bool(system_undone(pack_id, today=today))


def system_forgotten(now: datetime, *, after: UUID | None, limit: int) -> list[UUID]:
    """People with an open, unfinished pack at whom nothing says when to look, in order of their ids.

    Their rows were made past our own actions, or their questionnaires were not offered at the time.
    """
    waiting = sa.exists().where(
        PlannedLook.patient_id == Pack.patient_id, PlannedLook.look_at.is_not(None)
    )
    today = london_day(now)
    asked = sa.select(Pack.patient_id).where(Pack.closes_on >= today, ~waiting, ~_is_done(today))
    if after is not None:
        asked = asked.where(Pack.patient_id > after)
    return list(db.session.scalars(asked.distinct().order_by(Pack.patient_id).limit(limit)))
