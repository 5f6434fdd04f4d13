"""Verbs of sending: a task has one response, stored with all it sets going (REL-01, SMS-06)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.assessments.alerting import alert, note_changes
from patientapp.assessments.answering import (
    AlreadySubmitted,
    check_values,
    look_when_part_finished,
    wait_in_line,
)
from patientapp.assessments.models import Draft, Response
from patientapp.assessments.queries import (
    OwnTask,
    own_task,
    own_tasks,
    saved_answers,
    system_pack_is_done,
)
from patientapp.assessments.responses import Submitted, made_response
from patientapp.assessments.rules import SavedAnswer, values_of
from patientapp.assessments.words import instrument_of
from patientapp.audit.actions import record_each
from patientapp.db import changed, db, dialect, insert, run
from patientapp.errors import NotFound
from patientapp.messaging.actions import withdraw
from patientapp.questionnaires.definition import Risk
from patientapp.workdays import london_day

Sending = tuple[OwnTask, Mapping[str, SavedAnswer]]


def submit_answers(viewer: Viewer, task_id: UUID, *, now: datetime) -> Submitted:
    """Send the saved answers of one task; AlreadySubmitted when they were sent before."""
    wait_in_line(viewer)
    task = own_task(viewer, task_id)
    return _submit(viewer, [(task, saved_answers(task_id))], now=now)[0]


def submit_values(
    viewer: Viewer, task_id: UUID, values: Mapping[str, int | None], *, now: datetime
) -> Submitted:
    """Send answers given at once, without drafts: null is skipped, what is absent not reached."""
    return submit_many(viewer, {task_id: values}, now=now)[0]


def own_in_line(viewer: Viewer) -> list[OwnTask]:
    """The viewer's tasks as they stand once no other act of theirs is under way."""
    wait_in_line(viewer)
    return own_tasks(viewer)


def submit_many(
    viewer: Viewer,
    given: Mapping[UUID, Mapping[str, int | None]],
    *,
    now: datetime,
    in_line: Sequence[OwnTask] | None = None,
) -> list[Submitted]:
    """Send several of the viewer's own tasks at once: all or none; NotFound for another's.

    Who has read `own_in_line` in this transaction hands it in.
    """
    own = {task.id: task for task in in_line or own_in_line(viewer)}
    sending = []
    for task_id, values in given.items():
        if task_id not in own:
            raise NotFound
        check_values(instrument_of(own[task_id]), values)
        saved = {code: SavedAnswer(code, value, 1, now) for code, value in values.items()}
        sending.append((own[task_id], saved))
    return _submit(viewer, sending, now=now)


def _submit(viewer: Viewer, sending: Sequence[Sending], *, now: datetime) -> list[Submitted]:
    """Store, alert, note and silence, of all these tasks, in this transaction (REL-01, P6)."""
    made = [made_response(viewer, task, saved, now=now) for task, saved in sending]
    tasks = [task for task, _saved in sending]
    _store_responses([row for row, _sent in made])
    _forget_drafts(tasks)
    for task, (row, _sent) in zip(tasks, made, strict=True):
        values = values_of(row["answers"])
        alert(viewer, task, values, given_at=row["answered_at"], kept=True, now=now)
        note_changes(viewer, task, values, given_at=row["answered_at"])
    assert viewer.patient_id is not None
    ids = [task.id for task in tasks]
    record_each(viewer, "submitted answers", ids, now=now, patient_id=viewer.patient_id)
    for pack_id in {task.pack_id for task in tasks}:
        _silence_when_done(viewer, pack_id, now=now)
    return [sent for _row, sent in made]


def _store_responses(rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert them all; AlreadySubmitted where any of them is there, and the caller rolls back."""
    if changed(run(_add_response(dialect()), rows)) != len(rows):
        raise AlreadySubmitted


@cache
def _add_response(into: str) -> sa.Insert:
    return insert(Response, into=into).on_conflict_do_nothing(index_elements=["task_id"])


def _forget_drafts(tasks: Sequence[OwnTask]) -> None:
    drafted = [task.id for task in tasks if task.drafts]
    if drafted:
        db.session.execute(sa.delete(Draft).where(Draft.task_id.in_(drafted)))


def _silence_when_done(viewer: Viewer, pack_id: UUID, *, now: datetime) -> None:
    """A finished pack withdraws every text about it, in this transaction (SMS-06)."""
    if system_pack_is_done(pack_id, today=london_day(now)):
        withdraw(about=pack_id, now=now)
    else:
        look_when_part_finished(viewer, now=now)


def risks_of(task: OwnTask) -> tuple[Risk, ...]:
    """The risks in the answers that a task was sent with."""
    asked = sa.select(Response.answers).where(Response.task_id == task.id)
    answers = db.session.scalar(asked) or {}
    return instrument_of(task).risks(values_of(answers))
