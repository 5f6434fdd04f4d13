"""The row of one response, and what its sender is told: scored once, when it is sent (REL-01)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from patientapp.access.viewer import AnsweredBy, Viewer
from patientapp.assessments.answering import check_answerable
from patientapp.assessments.queries import OwnTask
from patientapp.assessments.rules import (
    AnswerMode,
    SavedAnswer,
    final_answers,
    values_of,
    whole_years,
)
from patientapp.assessments.words import instrument_of
from patientapp.errors import Invalid
from patientapp.patients.queries import patient
from patientapp.questionnaires.definition import Instrument, Risk
from patientapp.questionnaires.grade import Scored, score_one
from patientapp.scoring.plan import BY_GROUP
from patientapp.workdays import london_day


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


def made_response(
    viewer: Viewer, task: OwnTask, saved: Mapping[str, SavedAnswer], *, now: datetime
) -> tuple[dict[str, Any], Submitted]:
    """The row of one response, and what its sender is told."""
    wording = check_answerable(task, now=now)
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
