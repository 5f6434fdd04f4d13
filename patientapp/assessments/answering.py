"""Verbs of answering: an answer is saved at once; sending makes the one response (REL-01, REL-02)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import AnsweredBy, Viewer
from patientapp.assessments.alerting import alert, note_changes
from patientapp.assessments.models import Draft, Response, Task
from patientapp.assessments.opening import check_open
from patientapp.assessments.queries import (
    OwnTask,
    own_task,
    own_tasks,
    saved_answers,
    system_pack_is_done,
)
from patientapp.assessments.rules import (
    LOOK_AFTER_ANSWER,
    AnswerMode,
    SavedAnswer,
    TaskState,
    final_answers,
    values_of,
    whole_years,
)
from patientapp.assessments.words import instrument_of, words_to_ask
from patientapp.audit.actions import record, record_each
from patientapp.db import changed, db, dialect, insert, run, table
from patientapp.errors import Conflict, Invalid, NotFound
from patientapp.messaging.actions import withdraw
from patientapp.patients.looks import look_by
from patientapp.patients.models import Patient
from patientapp.patients.queries import patient
from patientapp.questionnaires.definition import Instrument, Risk
from patientapp.questionnaires.grade import Scored, score_one
from patientapp.questionnaires.words import Wording
from patientapp.scoring.plan import BY_GROUP
from patientapp.workdays import london_day


class AlreadySubmitted(Conflict):
    """These questions were sent before; the first answers are kept and nothing was changed."""

    title = "We already have your answers"


class OlderAnswer(Conflict):
    """A newer answer to this question was saved elsewhere, for example on another phone."""

    title = "You answered this again since"


class NothingAnswered(Invalid):
    """Answer or skip at least one question before you send."""

    title = "Nothing is answered yet"


@dataclass(frozen=True)
class Submitted:
    """What came of sending: the response, its scores, and the risks that made alerts."""

    response_id: UUID
    instrument: Instrument
    scores: Mapping[str, Scored]
    risks: tuple[Risk, ...]


Sending = tuple[OwnTask, Mapping[str, SavedAnswer]]


def save_answer(
    viewer: Viewer, task_id: UUID, *, item: str, value: int | None, version: int, now: datetime
) -> tuple[Risk, ...]:
    """Keep one answer (None: skipped); the risks that it shows, each with its alert (P6, CLIN-02)."""
    _wait_in_line(viewer)
    task = own_task(viewer, task_id)
    wording = _check_open(task, now=now)
    instrument = instrument_of(task)
    check_values(instrument, {item: value})
    if task.language is None:
        settle_language(task.id, wording.language)
    if not _store(task_id, SavedAnswer(item, value, version, now)):
        raise OlderAnswer
    if not task.drafts:
        _look_when_part_finished(viewer, now=now)
    risks = alert(viewer, task, {item: value}, given_at=now, kept=True, now=now)
    note_changes(viewer, task, {item: value}, given_at=now)
    record(viewer, "saved an answer", now=now, patient_id=viewer.patient_id, object=task_id)
    return risks


def settle_language(task_id: UUID, language: str) -> None:
    """From now on this task is asked in this language: never one question in another."""
    which = sa.update(Task).where(Task.id == task_id, Task.language.is_(None))
    db.session.execute(which.values(language=language))


def hear(
    viewer: Viewer, task_id: UUID, values: Mapping[str, int | None], *, now: datetime
) -> tuple[Risk, ...]:
    """The risks in answers that cannot be kept (older, late, sent before), each with its alert.

    A cry for help is heard even where the answer that carries it loses to another (P6).
    """
    return alert(viewer, own_task(viewer, task_id), values, given_at=now, kept=False, now=now)


def _wait_in_line(viewer: Viewer) -> None:
    """Acts of one patient wait for each other, so that no answer slips in beside a sending (REL-04)."""
    if dialect() == "postgresql":  # SQLite has one writer anyway
        run(_IN_LINE, {"of": viewer.patient_id})


_PATIENTS = table(Patient)
_IN_LINE = (
    sa.select(_PATIENTS.c.id).where(_PATIENTS.c.id == sa.bindparam("of")).with_for_update(key_share=True)
)


def _check_open(task: OwnTask, *, now: datetime) -> Wording:
    """The words it is asked in; a refusal where it may not be answered now."""
    if task.state is TaskState.DONE:
        raise AlreadySubmitted
    check_open(task, now=now)
    return words_to_ask(task, today=london_day(now))


def check_values(instrument: Instrument, values: Mapping[str, int | None]) -> None:
    """Raise Invalid naming every item that is not of this instrument or out of its range."""
    wrong = {
        code: [_refusal(instrument, code)]
        for code, value in values.items()
        if code not in instrument.item_by_code
        or (value is not None and not instrument.item(code).accepts(value))
    }
    if wrong:
        raise Invalid("Some answers cannot be used.", fields=wrong)


def _refusal(instrument: Instrument, code: str) -> str:
    if code not in instrument.item_by_code:
        return f"not an item of {instrument.key}"
    item = instrument.item(code)
    return f"must be a whole number from {item.minimum} to {item.maximum}"


def _store(task_id: UUID, answer: SavedAnswer) -> bool:
    """Insert or replace the draft; False when a newer one is there (REL-04)."""
    row = {
        "task_id": task_id,
        "item": answer.item,
        "value": answer.value,
        "version": answer.version,
        "saved_at": answer.saved_at,
    }
    saved = insert(Draft).values(row)
    newer = saved.on_conflict_do_update(
        index_elements=["task_id", "item"],
        set_={name: saved.excluded[name] for name in ("value", "version", "saved_at")},
        where=Draft.version < saved.excluded.version,
    )
    return bool(changed(db.session.execute(newer)))


def submit_answers(viewer: Viewer, task_id: UUID, *, now: datetime) -> Submitted:
    """Send the saved answers of one task; AlreadySubmitted when they were sent before."""
    _wait_in_line(viewer)
    task = own_task(viewer, task_id)
    return _submit(viewer, [(task, saved_answers(task_id))], now=now)[0]


def submit_values(
    viewer: Viewer, task_id: UUID, values: Mapping[str, int | None], *, now: datetime
) -> Submitted:
    """Send answers given at once, without drafts: null is skipped, what is absent not reached."""
    return submit_many(viewer, {task_id: values}, now=now)[0]


def own_in_line(viewer: Viewer) -> list[OwnTask]:
    """The viewer's tasks as they stand once no other act of theirs is under way."""
    _wait_in_line(viewer)
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
    made = [_made(viewer, task, saved, now=now) for task, saved in sending]
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
        _look_when_part_finished(viewer, now=now)


def _look_when_part_finished(viewer: Viewer, *, now: datetime) -> None:
    """The planner looks a day after; answers given meanwhile put it off then."""
    assert viewer.patient_id is not None
    look_by(viewer.patient_id, now + LOOK_AFTER_ANSWER)


def _made(
    viewer: Viewer, task: OwnTask, saved: Mapping[str, SavedAnswer], *, now: datetime
) -> tuple[dict[str, Any], Submitted]:
    """The row of one response, and what its sender is told."""
    wording = _check_open(task, now=now)
    if not saved:
        raise NothingAnswered
    instrument = instrument_of(task)
    answers = final_answers([item.code for item in instrument.items], saved)
    values = values_of(answers)
    times = [answer.saved_at for answer in saved.values()]
    inputs = _inputs(viewer, instrument, on=london_day(max(times)))
    scores = score_one(instrument, {**values, **inputs})
    row = _facts(viewer, task, instrument, now=now) | {
        "language": wording.language,
        "wording": wording.status,
        "answers": answers,
        "scores": stored_scores(scores),
        "started_at": min(times),
        "answered_at": max(times),
        "answered_on": london_day(max(times)),
    }
    return row, Submitted(row["id"], instrument, scores, instrument.risks(values))


def _inputs(viewer: Viewer, instrument: Instrument, *, on: date) -> dict[str, int | str]:
    """What a value set by age and sex needs of the record, on the day of the answers."""
    if not set(BY_GROUP) & set(instrument.plan.codes):
        return {}
    assert viewer.patient_id is not None
    person = patient(viewer, viewer.patient_id)
    return {"age": whole_years(person.birth_date, on), "sex": person.sex.value}


def _facts(viewer: Viewer, task: OwnTask, instrument: Instrument, *, now: datetime) -> dict[str, Any]:
    """The facts of a response that are not its answers."""
    answered_by = viewer.answered_by or AnsweredBy.SELF
    return {
        "id": uuid.uuid4(),
        "task_id": task.id,
        "episode_id": task.episode_id,
        "patient_id": viewer.patient_id,
        "service_id": viewer.service_id,
        "time_point": task.time_point,
        "instrument": instrument.id,
        "instrument_version": instrument.version,
        "rule_version": instrument.rule_version,
        "answered_by": answered_by,
        "mode": AnswerMode(answered_by.value),
        "birth_date_confirmed": viewer.birth_date_confirmed,
        "received_at": now,
    }


def stored_scores(scores: Mapping[str, Scored]) -> dict[str, Any]:
    """A number or a text; a score that could not be formed is its reason, never 0 (CLIN-05)."""
    return {
        code: {"reason": scored.reason}
        if scored.reason is not None
        else (scored.text if scored.value is None else scored.value)
        for code, scored in scores.items()
    }


def risks_of(task: OwnTask) -> tuple[Risk, ...]:
    """The risks in the answers that a task was sent with."""
    asked = sa.select(Response.answers).where(Response.task_id == task.id)
    answers = db.session.scalar(asked) or {}
    return instrument_of(task).risks(values_of(answers))
