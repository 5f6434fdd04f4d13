"""Answers that came by another route than the patient's own page: scored, alerted and kept alike.

Paper, a telephone call, another system's QuestionnaireResponse: whoever enters them, this one action
stores answers, scores, alerts and audit in one transaction (REL-01, P6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.assessments.alerting import Told, raise_alerts
from patientapp.assessments.answering import AlreadySubmitted, check_values
from patientapp.assessments.entry_rows import Entry, Home, home_of, row_of
from patientapp.assessments.models import Draft, Response, ResponseNote
from patientapp.assessments.queries import system_pack_is_done
from patientapp.assessments.rules import LOOK_AFTER_ANSWER
from patientapp.audit.actions import record
from patientapp.db import changed, db, dialect, insert
from patientapp.messaging.actions import withdraw
from patientapp.patients.looks import look_by
from patientapp.patients.models import Patient
from patientapp.patients.queries import patient
from patientapp.questionnaires.definition import Risk
from patientapp.questionnaires.grade import Scored
from patientapp.workdays import london_day


@dataclass(frozen=True)
class Entered:
    """What came of it."""

    response_id: UUID
    scores: Mapping[str, Scored]
    risks: tuple[Risk, ...]


def enter(viewer: Viewer, entry: Entry, *, now: datetime) -> Entered:
    """Keep the answers once; AlreadySubmitted where they are there, NotFound for another's patient."""
    person = patient(viewer, entry.patient_id)
    check_values(entry.instrument, entry.values)
    wait_in_line(person.id)
    home = home_of(person.id, entry.instrument, london_day(entry.answered_at))
    row, scores = row_of(person, entry, home, now=now)
    if not changed(db.session.execute(insert(Response).values(row).on_conflict_do_nothing())):
        raise AlreadySubmitted
    told = Told(
        source=home.task_id or row["id"],
        instrument=entry.instrument,
        service_id=person.service_id,
        patient_id=person.id,
        given_at=entry.answered_at,
    )
    risks = raise_alerts(told, entry.values, now=now)
    record(viewer, f"entered answers ({entry.mode})", now=now, patient_id=person.id, object=row["id"])
    _after(person.id, home, now=now)
    return Entered(row["id"], scores, risks)


def note_author(
    viewer: Viewer, response_id: UUID, *, now: datetime, interpreted: bool = False, reason: str = ""
) -> None:
    """Keep who typed a response and, of a correction, why."""
    note = {"author": viewer.key, "interpreted": interpreted, "reason": reason, "at": now}
    db.session.execute(insert(ResponseNote).values(response_id=response_id, **note))


def wait_in_line(patient_id: UUID) -> None:
    """Acts on one person's answers wait for each other (REL-04)."""
    if dialect() == "postgresql":  # SQLite has one writer anyway
        line = sa.select(Patient.id).where(Patient.id == patient_id).with_for_update(key_share=True)
        db.session.execute(line)


def _after(patient_id: UUID, home: Home, *, now: datetime) -> None:
    """What was begun on the phone gives way; a finished pack withdraws every text about it (SMS-06)."""
    if home.task_id is None or home.pack_id is None:
        return
    db.session.execute(sa.delete(Draft).where(Draft.task_id == home.task_id))
    if system_pack_is_done(home.pack_id, today=london_day(now)):
        withdraw(about=home.pack_id, now=now)
    else:
        look_by(patient_id, now + LOOK_AFTER_ANSWER)
