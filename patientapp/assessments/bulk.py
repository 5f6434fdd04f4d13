"""Answers of another system, many at a time: scored as our own, each a response like any other."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from patientapp.access.viewer import AnsweredBy
from patientapp.assessments.models import Pack, Response, Task
from patientapp.assessments.responses import stored_scores
from patientapp.assessments.rules import (
    NOT_REACHED,
    SKIPPED,
    AnswerMode,
    TimePoint,
    values_of,
    whole_years,
)
from patientapp.db import run, table
from patientapp.messaging.actions import withdraw
from patientapp.patients.models import Patient
from patientapp.questionnaires.definition import Instrument
from patientapp.questionnaires.library import score_one
from patientapp.scoring.plan import BY_GROUP
from patientapp.workdays import london_day

_RESPONSES, _TASKS, _PACKS, _PATIENTS = table(Response), table(Task), table(Pack), table(Patient)
WORDING = "not_known"  # the words that another system asked with are its own
BY = {
    AnswerMode.PROXY: AnsweredBy.PROXY,
    AnswerMode.SELF: AnsweredBy.SELF,
    AnswerMode.KIOSK: AnsweredBy.SELF,
}


@dataclass(frozen=True, kw_only=True)
class Given:
    """One response of another system."""

    episode_id: UUID
    patient_id: UUID
    instrument: Instrument
    time_point: TimePoint
    answers: Mapping[str, int | None]  # None: skipped
    inputs: Mapping[str, int]
    mode: AnswerMode
    language: str
    answered_at: datetime
    response_key: str
    mark: bytes | None
    corrects_id: UUID | None


def add_all(service_id: UUID, given: Sequence[Given], *, now: datetime) -> None:
    """Score and store them; one that was asked here too ends its task, and the texts about it."""
    if not given:
        return
    people, tasks = _people(given), _open_tasks(given)
    rows = [_row(service_id, one, people[one.patient_id], tasks, now=now) for one in given]
    run(sa.insert(_RESPONSES), rows)
    answered = {row["task_id"] for row in rows} - {None}
    if answered:
        for pack_id in _finished(answered):
            withdraw(about=pack_id, now=now)


def system_current_of(service_id: UUID, marks: Collection[bytes]) -> dict[bytes, UUID]:
    """The newest response under each mark: the first one, or what has corrected it since."""
    asked = sa.select(_RESPONSES.c.mark, _RESPONSES.c.id)
    found = run(asked.where(_RESPONSES.c.service_id == service_id, _RESPONSES.c.mark.in_(marks)))
    newest = {row.mark: row.id for row in found}
    while later := {row.corrects_id: row.id for row in run(_corrections(newest.values()))}:
        newest = {mark: later.get(one, one) for mark, one in newest.items()}
    return newest


def _corrections(ids: Collection[UUID]) -> sa.Select[tuple[UUID, UUID]]:
    asked = sa.select(_RESPONSES.c.corrects_id, _RESPONSES.c.id)
    return asked.where(_RESPONSES.c.corrects_id.in_(list(ids)))


def _people(given: Sequence[Given]) -> dict[UUID, tuple[date, str]]:
    asked = sa.select(_PATIENTS.c.id, _PATIENTS.c.birth_date, _PATIENTS.c.sex)
    rows = run(asked.where(_PATIENTS.c.id.in_({one.patient_id for one in given})))
    return {row.id: (row.birth_date, row.sex.value) for row in rows}


Asked = tuple[UUID, TimePoint, str]


def _open_tasks(given: Sequence[Given]) -> dict[Asked, tuple[UUID, int]]:
    """The unanswered tasks of these episodes; of several the first."""
    asked = (
        sa.select(
            _PACKS.c.episode_id,
            _PACKS.c.time_point,
            _TASKS.c.instrument,
            _TASKS.c.id,
            _TASKS.c.instrument_version,
        )
        .join(_PACKS, _PACKS.c.id == _TASKS.c.pack_id)
        .outerjoin(_RESPONSES, _RESPONSES.c.task_id == _TASKS.c.id)
        .where(_PACKS.c.episode_id.in_({one.episode_id for one in given}), _RESPONSES.c.id.is_(None))
        .order_by(_PACKS.c.occurrence.desc())
    )
    return {
        (row.episode_id, row.time_point, row.instrument): (row.id, row.instrument_version)
        for row in run(asked)
    }


def _finished(task_ids: Collection[UUID]) -> list[UUID]:
    """The packs of these tasks in which nothing is left to answer."""
    packs = sa.select(_TASKS.c.pack_id).where(_TASKS.c.id.in_(task_ids))
    undone = (
        sa.select(_TASKS.c.pack_id)
        .outerjoin(_RESPONSES, _RESPONSES.c.task_id == _TASKS.c.id)
        .where(_RESPONSES.c.id.is_(None), _TASKS.c.pack_id.in_(packs))
    )
    return list(run(packs.where(_TASKS.c.pack_id.not_in(undone)).distinct()).scalars())


def _row(
    service_id: UUID,
    one: Given,
    person: tuple[date, str],
    tasks: dict[Asked, tuple[UUID, int]],
    *,
    now: datetime,
) -> dict[str, Any]:
    instrument, on = one.instrument, london_day(one.answered_at)
    answers = {item.code: _kept(one.answers, item.code) for item in instrument.items}
    inputs: dict[str, Any] = dict(one.inputs)
    if set(BY_GROUP) & set(instrument.plan.codes):
        inputs |= {"age": whole_years(person[0], on), "sex": person[1]}
    scores = score_one(instrument, {**values_of(answers), **inputs})
    task = None
    if one.corrects_id is None:
        task = tasks.pop((one.episode_id, one.time_point, instrument.id), None)
    is_ours = task is not None and task[1] == instrument.version
    return {
        "id": uuid4(),
        "task_id": task[0] if task is not None and is_ours else None,
        "episode_id": one.episode_id,
        "patient_id": one.patient_id,
        "service_id": service_id,
        "time_point": one.time_point,
        "instrument": instrument.id,
        "instrument_version": instrument.version,
        "rule_version": instrument.rule_version,
        "language": one.language,
        "wording": WORDING,
        "answered_by": BY.get(one.mode, AnsweredBy.HELPED),
        "mode": one.mode,
        "birth_date_confirmed": False,
        "answers": answers | dict(one.inputs),
        "scores": stored_scores(scores),
        "started_at": one.answered_at,
        "answered_at": one.answered_at,
        "answered_on": on,
        "received_at": now,
        "response_key": one.response_key,
        "mark": one.mark,
        "corrects_id": one.corrects_id,
    }


def _kept(answers: Mapping[str, int | None], code: str) -> int | str:
    if code not in answers:
        return NOT_REACHED
    value = answers[code]
    return SKIPPED if value is None else value
