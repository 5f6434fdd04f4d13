"""Putting answers right: the old ones stay, the corrected set is a new row with its scores (CLIN-05)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.assessments.alerting import Told, note_lesser, raise_alerts
from patientapp.assessments.answering import check_values
from patientapp.assessments.entering import Entered, note_author, wait_in_line
from patientapp.assessments.entry_rows import scores_of
from patientapp.assessments.models import Response, ResponseNote
from patientapp.assessments.responses import stored_scores
from patientapp.assessments.rules import SKIPPED, values_of
from patientapp.audit.actions import record
from patientapp.db import changed, db, insert, table
from patientapp.errors import Conflict, Invalid, NotFound
from patientapp.i18n import gettext as _
from patientapp.patients.queries import patient, visible_ids
from patientapp.questionnaires.definition import Instrument, Risk
from patientapp.questionnaires.grade import Scored
from patientapp.questionnaires.library import default_library

LONGEST_REASON = 1_000


class CorrectedMeanwhile(Conflict):
    """A colleague put these answers right while you were reading. Look at the newest ones first."""

    title = "These answers were put right by somebody else"


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """The answers as they are to be, and why."""

    values: Mapping[str, int | None]
    unclear: Mapping[str, str]
    reason: str


@dataclass(frozen=True, kw_only=True)
class Correction:
    """One correction of a response: when, by whom, why, and each answer before and after."""

    response_id: UUID
    at: datetime
    author: str
    reason: str
    changes: Mapping[str, tuple[int | str, int | str]]


def response(viewer: Viewer, response_id: UUID) -> Response:
    """One response of the viewer's patients, as it stands; NotFound for another's (SEC-02)."""
    own = sa.select(Response).where(
        Response.id == response_id, Response.patient_id.in_(visible_ids(viewer))
    )
    found = db.session.scalar(own)
    if found is None:
        raise NotFound
    return found


def correct(viewer: Viewer, response_id: UUID, to: Corrected, *, now: datetime) -> Entered:
    """Add the corrected set; CorrectedMeanwhile where a colleague was first, Invalid where nothing is
    changed or no reason is given."""
    old = response(viewer, response_id)
    instrument = default_library().version(old.instrument, old.instrument_version)
    check_values(instrument, to.values)
    given = {code: SKIPPED if value is None else value for code, value in to.values.items()}
    answers = dict(old.answers) | given | dict(to.unclear)
    _check(old, answers, reason=to.reason)
    wait_in_line(old.patient_id)
    person = patient(viewer, old.patient_id)
    scores = scores_of(instrument, answers, person, day=old.answered_on)
    row = _row(old, answers, instrument, scores, now=now)
    if not changed(db.session.execute(insert(Response).values(row).on_conflict_do_nothing())):
        raise CorrectedMeanwhile(CorrectedMeanwhile.__doc__ or "")
    note_author(viewer, row["id"], now=now, reason=to.reason.strip())
    risks = _alert(old, instrument, values_of(answers), now=now)
    record(viewer, "corrected answers", now=now, patient_id=person.id, object=row["id"])
    return Entered(row["id"], scores, risks)


def _check(old: Response, answers: Mapping[str, int | str], *, reason: str) -> None:
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Invalid("A correction needs its reason.", fields={"reason": [_("Say why, briefly")]})
    if answers == dict(old.answers):
        raise Invalid("Nothing is changed.", fields={"": [_("Nothing is changed")]})


def _row(
    old: Response,
    answers: Mapping[str, int | str],
    instrument: Instrument,
    scores: Mapping[str, Scored],
    *,
    now: datetime,
) -> dict[str, Any]:
    """The old row with the new answers, scored by the rules of today."""
    kept = {column.name: getattr(old, column.name) for column in table(Response).columns}
    return kept | {
        "id": uuid.uuid4(),
        "task_id": None,
        "rule_version": instrument.rule_version,
        "answers": dict(answers),
        "scores": stored_scores(scores),
        "received_at": now,
        "mark": None,
        "corrects_id": old.id,
    }


def _alert(
    old: Response, instrument: Instrument, values: Mapping[str, int | None], *, now: datetime
) -> tuple[Risk, ...]:
    """A risk that comes to light makes its alert; one that was a slip of the pen closes nothing."""
    first = _first(old)
    source = first.task_id or first.id
    told = Told(
        source=source,
        instrument=instrument,
        service_id=old.service_id,
        patient_id=old.patient_id,
        given_at=old.answered_at,
    )
    note_lesser(told, values)
    return raise_alerts(told, values, now=now)


def newest_of(of: Response) -> Response:
    """What a response has become: itself, or what corrected it last."""
    later = sa.select(Response).where(Response.corrects_id == sa.bindparam("old"))
    while (found := db.session.scalar(later, {"old": of.id})) is not None:
        of = found
    return of


def _first(of: Response) -> Response:
    """What a chain of corrections began with."""
    while of.corrects_id is not None:
        of = db.session.get_one(Response, of.corrects_id)
    return of


def corrections_of(viewer: Viewer, patient_id: UUID) -> dict[UUID, list[Correction]]:
    """Every correction of a patient's answers, under the response that is the truth now, newest first."""
    asked = (
        sa.select(Response, ResponseNote)
        .outerjoin(ResponseNote, ResponseNote.response_id == Response.id)
        .where(Response.patient_id == patient_id, Response.patient_id.in_(visible_ids(viewer)))
    )
    rows = {row[0].id: (row[0], row[1]) for row in db.session.execute(asked)}
    later = {row.corrects_id for row, _note in rows.values()}
    return {
        one: list(_chain(one, rows))
        for one, (row, _note) in rows.items()
        if one not in later and row.corrects_id is not None
    }


def _chain(
    newest: UUID, rows: Mapping[UUID, tuple[Response, ResponseNote | None]]
) -> Iterator[Correction]:
    row, note = rows[newest]
    while row.corrects_id is not None:
        before, earlier = rows[row.corrects_id]
        codes = row.answers.keys() | before.answers.keys()
        changes = {
            code: (before.answers.get(code, ""), row.answers.get(code, ""))
            for code in sorted(codes)
            if before.answers.get(code) != row.answers.get(code)
        }
        yield Correction(
            response_id=row.id,
            at=row.received_at,
            author=note.author if note else "",
            reason=note.reason if note else "",
            changes=changes,
        )
        row, note = before, earlier
