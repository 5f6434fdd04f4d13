"""Verbs of saving: an answer is kept at once; one that cannot be kept is still heard (P6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.assessments.alerting import alert, note_changes
from patientapp.assessments.models import Draft, Task
from patientapp.assessments.opening import check_open
from patientapp.assessments.queries import OwnTask, own_task
from patientapp.assessments.rules import LOOK_AFTER_ANSWER, SavedAnswer, TaskState
from patientapp.assessments.words import instrument_of, words_to_ask
from patientapp.audit.actions import record
from patientapp.db import changed, db, dialect, insert, run, table
from patientapp.errors import Conflict, Invalid
from patientapp.patients.looks import look_by
from patientapp.patients.models import Patient
from patientapp.questionnaires.definition import Instrument, Risk
from patientapp.questionnaires.words import Wording
from patientapp.workdays import london_day


class AlreadySubmitted(Conflict):
    """These questions were sent before; the first answers are kept and nothing was changed."""

    title = "We already have your answers"


class OlderAnswer(Conflict):
    """A newer answer to this question was saved elsewhere, for example on another phone."""

    title = "You answered this again since"


def save_answer(
    viewer: Viewer, task_id: UUID, *, item: str, value: int | None, version: int, now: datetime
) -> tuple[Risk, ...]:
    """Keep one answer (None: skipped); the risks that it shows, each with its alert (P6, CLIN-02)."""
    wait_in_line(viewer)
    task = own_task(viewer, task_id)
    wording = check_answerable(task, now=now)
    instrument = instrument_of(task)
    check_values(instrument, {item: value})
    if task.language is None:
        settle_language(task.id, wording.language)
    if not _store(task_id, SavedAnswer(item, value, version, now)):
        raise OlderAnswer
    if not task.drafts:
        look_when_part_finished(viewer, now=now)
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


def wait_in_line(viewer: Viewer) -> None:
    """Acts of one patient wait for each other, so that no answer slips in beside a sending (REL-04)."""
    if dialect() == "postgresql":  # SQLite has one writer anyway
        run(_IN_LINE, {"of": viewer.patient_id})


_PATIENTS = table(Patient)
_IN_LINE = (
    sa.select(_PATIENTS.c.id).where(_PATIENTS.c.id == sa.bindparam("of")).with_for_update(key_share=True)
)


def check_answerable(task: OwnTask, *, now: datetime) -> Wording:
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


def look_when_part_finished(viewer: Viewer, *, now: datetime) -> None:
    """The planner looks a day after; answers given meanwhile put it off then."""
    assert viewer.patient_id is not None
    look_by(viewer.patient_id, now + LOOK_AFTER_ANSWER)
