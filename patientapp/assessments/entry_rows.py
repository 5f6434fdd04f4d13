"""Answers that came by another route than the patient's own page, and the row that they make."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import AnsweredBy
from patientapp.assessments.models import Pack, Response, Task
from patientapp.assessments.responses import stored_scores
from patientapp.assessments.rules import (
    LATE_DAYS,
    AnswerMode,
    SavedAnswer,
    TimePoint,
    final_answers,
    values_of,
    whole_years,
)
from patientapp.db import db
from patientapp.episodes.models import Episode
from patientapp.errors import Conflict
from patientapp.patients.models import Patient
from patientapp.questionnaires.definition import Instrument
from patientapp.questionnaires.grade import Scored, score_one
from patientapp.scoring.plan import BY_GROUP
from patientapp.workdays import london_day

ELSEWHERE = "elsewhere"  # the wording that was read was not ours to see


class NoEpisode(Conflict):
    """This person has no referral in this service to which the answers could belong."""

    title = "There is no referral to put these answers to"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One questionnaire as it was answered elsewhere."""

    patient_id: UUID
    instrument: Instrument
    values: Mapping[str, int | None]
    answered_at: datetime
    answered_by: AnsweredBy
    mode: AnswerMode
    language: str
    key: str | None = None  # the sender's own name for these answers
    unclear: Mapping[str, str] = field(default_factory=dict)  # item -> why its mark is no answer
    wording: str = ELSEWHERE


@dataclass(frozen=True)
class Home:
    """Where an entry belongs: an open task of the person, or their episode alone."""

    episode_id: UUID
    time_point: TimePoint
    task_id: UUID | None = None
    pack_id: UUID | None = None


def home_of(patient_id: UUID, instrument: Instrument, day: date) -> Home:
    """The open task that was asked when they were answered; else the newest episode, as a review."""
    waiting = (
        sa.select(Pack.episode_id, Pack.time_point, Task.id, Pack.id)
        .join(Task, Task.pack_id == Pack.id)
        .outerjoin(Response, Response.task_id == Task.id)
        .where(
            Task.patient_id == patient_id,
            Task.instrument == instrument.id,
            Task.instrument_version == instrument.version,
            Response.id.is_(None),
            Pack.opens_on <= day,
            Pack.closes_on >= day - LATE_DAYS,
        )
        .order_by(Pack.opens_on, Pack.id)
        .limit(1)
    )
    if found := db.session.execute(waiting).one_or_none():
        return Home(*found)
    episodes = sa.select(Episode.id).where(Episode.patient_id == patient_id)
    newest = db.session.scalar(episodes.order_by(Episode.received_at.desc(), Episode.id).limit(1))
    if newest is None:
        raise NoEpisode
    return Home(newest, TimePoint.REVIEW)


def row_of(
    person: Patient, entry: Entry, home: Home, *, now: datetime
) -> tuple[dict[str, Any], Mapping[str, Scored]]:
    """The row of one response, and its scores."""
    instrument, day = entry.instrument, london_day(entry.answered_at)
    answers = answers_of(entry.instrument, entry.values, entry.unclear, now=now)
    scores = scores_of(instrument, answers, person, day=day)
    row = {
        "id": uuid.uuid4(),
        "task_id": home.task_id,
        "episode_id": home.episode_id,
        "patient_id": person.id,
        "service_id": person.service_id,
        "time_point": home.time_point,
        "instrument": instrument.id,
        "instrument_version": instrument.version,
        "rule_version": instrument.rule_version,
        "language": entry.language,
        "wording": entry.wording,
        "answered_by": entry.answered_by,
        "mode": entry.mode,
        "birth_date_confirmed": False,
        "answers": answers,
        "scores": stored_scores(scores),
        "started_at": entry.answered_at,
        "answered_at": entry.answered_at,
        "answered_on": day,
        "received_at": now,
        "response_key": entry.key,
        "mark": mark_of(person.service_id, entry.key, instrument.id) if entry.key else None,
    }
    return row, scores


def answers_of(
    instrument: Instrument,
    values: Mapping[str, int | None],
    unclear: Mapping[str, str],
    *,
    now: datetime,
) -> dict[str, int | str]:
    """What is kept of each item: its value, or why there is none."""
    saved = {code: SavedAnswer(code, value, 1, now) for code, value in values.items()}
    return final_answers([item.code for item in instrument.items], saved) | dict(unclear)


def scores_of(
    instrument: Instrument, answers: Mapping[str, int | str], person: Patient, *, day: date
) -> Mapping[str, Scored]:
    """The scores of these answers, with age and sex on their day where a value set needs them."""
    inputs: dict[str, int | str] = {}
    if set(BY_GROUP) & set(instrument.plan.codes):
        inputs = {"age": whole_years(person.birth_date, day), "sex": person.sex.value}
    return score_one(instrument, {**values_of(answers), **inputs})


def mark_of(service_id: UUID, key: str, instrument: str) -> bytes:
    """One name for one sender's answers, so that sent twice they are one."""
    said = f"{service_id}\n{key}\n{instrument}".encode()
    return hashlib.blake2b(said, digest_size=16).digest()
