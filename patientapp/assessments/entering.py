"""Verbs of answers that a person gave elsewhere: on paper, by telephone, in another system.

They go the way of every other answer: scored by the same rules, with their alerts, their audit and
one commit. Who entered them stands in the audit; who answered, and how, on the response.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import AnsweredBy, Viewer
from patientapp.assessments.answering import AlreadySubmitted, check_values, stored_scores
from patientapp.assessments.models import Draft, Pack, Response, Task
from patientapp.assessments.queries import system_pack_is_done
from patientapp.assessments.rules import (
    LATE_DAYS,
    LOOK_AFTER_ANSWER,
    AnswerMode,
    SavedAnswer,
    TimePoint,
    final_answers,
    values_of,
    whole_years,
)
from patientapp.audit.actions import record
from patientapp.db import changed, db, dialect, insert
from patientapp.episodes.models import Episode
from patientapp.errors import Conflict
from patientapp.messaging.actions import withdraw
from patientapp.patients.looks import look_by
from patientapp.patients.models import Patient
from patientapp.patients.queries import patient
from patientapp.questionnaires.definition import Instrument, Risk
from patientapp.questionnaires.grade import Scored, score_one
from patientapp.scoring.plan import BY_GROUP
from patientapp.workdays import london_day
from patientapp.worklist.actions import raise_item
from patientapp.worklist.rules import ItemKind

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


@dataclass(frozen=True)
class Entered:
    """What came of it."""

    response_id: UUID
    scores: Mapping[str, Scored]
    risks: tuple[Risk, ...]


@dataclass(frozen=True)
class _Home:
    """Where an entry belongs: an open task of the person, or their episode alone."""

    episode_id: UUID
    time_point: TimePoint
    task_id: UUID | None = None
    pack_id: UUID | None = None


def enter(viewer: Viewer, entry: Entry, *, now: datetime) -> Entered:
    """Keep the answers once; AlreadySubmitted where they are there, NotFound for another's patient."""
    person = patient(viewer, entry.patient_id)
    check_values(entry.instrument, entry.values)
    _wait_in_line(person.id)
    home = _home(person.id, entry)
    row, scores = _made(person, entry, home, now=now)
    if not changed(db.session.execute(insert(Response).values(row).on_conflict_do_nothing())):
        raise AlreadySubmitted
    risks = entry.instrument.risks(entry.values)
    for risk in risks:
        raise_item(
            ItemKind.ALERT,
            service_id=person.service_id,
            patient_id=person.id,
            reason=risk.code,
            source=f"{home.task_id or row['id']}:{risk.item}",
            now=now,
        )
    record(viewer, f"entered answers ({entry.mode})", now=now, patient_id=person.id, object=row["id"])
    _after(person.id, home, now=now)
    return Entered(row["id"], scores, risks)


def _wait_in_line(patient_id: UUID) -> None:
    """Acts on one person's answers wait for each other (REL-04)."""
    if dialect() == "postgresql":  # SQLite has one writer anyway
        line = sa.select(Patient.id).where(Patient.id == patient_id).with_for_update(key_share=True)
        db.session.execute(line)


def _home(patient_id: UUID, entry: Entry) -> _Home:
    """The open task that was asked when they were answered; else the newest episode, as a review."""
    day = london_day(entry.answered_at)
    waiting = (
        sa.select(Pack.episode_id, Pack.time_point, Task.id, Pack.id)
        .join(Task, Task.pack_id == Pack.id)
        .outerjoin(Response, Response.task_id == Task.id)
        .where(
            Task.patient_id == patient_id,
            Task.instrument == entry.instrument.id,
            Task.instrument_version == entry.instrument.version,
            Response.id.is_(None),
            Pack.opens_on <= day,
            Pack.closes_on >= day - LATE_DAYS,
        )
        .order_by(Pack.opens_on, Pack.id)
        .limit(1)
    )
    if found := db.session.execute(waiting).one_or_none():
        return _Home(*found)
    episodes = sa.select(Episode.id).where(Episode.patient_id == patient_id)
    newest = db.session.scalar(episodes.order_by(Episode.received_at.desc(), Episode.id).limit(1))
    if newest is None:
        raise NoEpisode
    return _Home(newest, TimePoint.REVIEW)


def _made(
    person: Patient, entry: Entry, home: _Home, *, now: datetime
) -> tuple[dict[str, Any], Mapping[str, Scored]]:
    instrument, day = entry.instrument, london_day(entry.answered_at)
    saved = {code: SavedAnswer(code, value, 1, now) for code, value in entry.values.items()}
    answers = final_answers([item.code for item in instrument.items], saved)
    inputs: dict[str, int | str] = {}
    if set(BY_GROUP) & set(instrument.plan.codes):
        inputs = {"age": whole_years(person.birth_date, day), "sex": person.sex.value}
    scores = score_one(instrument, {**values_of(answers), **inputs})
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
        "wording": ELSEWHERE,
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


def mark_of(service_id: UUID, key: str, instrument: str) -> bytes:
    """One name for one sender's answers, so that sent twice they are one."""
    said = f"{service_id}\n{key}\n{instrument}".encode()
    return hashlib.blake2b(said, digest_size=16).digest()


def _after(patient_id: UUID, home: _Home, *, now: datetime) -> None:
    """What was begun on the phone gives way; a finished pack withdraws every text about it (SMS-06)."""
    if home.task_id is None or home.pack_id is None:
        return
    db.session.execute(sa.delete(Draft).where(Draft.task_id == home.task_id))
    if system_pack_is_done(home.pack_id, today=london_day(now)):
        withdraw(about=home.pack_id, now=now)
    else:
        look_by(patient_id, now + LOOK_AFTER_ANSWER)
