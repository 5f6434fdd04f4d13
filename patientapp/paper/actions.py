"""Verbs of paper: type answers in, type them a second time, settle where the two differ."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from patientapp.access.viewer import Viewer
from patientapp.assessments.answering import AlreadySubmitted, check_values
from patientapp.assessments.correcting import Corrected, correct, newest_of, response
from patientapp.assessments.entering import Entered, enter, note_author
from patientapp.assessments.entry_rows import Entry
from patientapp.assessments.rules import AnswerMode
from patientapp.audit.actions import record
from patientapp.db import changed, db, insert
from patientapp.errors import Conflict, NotFound
from patientapp.paper.models import TypingCheck
from patientapp.paper.queries import steps_of
from patientapp.paper.rules import CheckStep, differences, in_force, is_sampled
from patientapp.questionnaires.library import default_library
from patientapp.services.queries import system_service


class TypedBefore(Conflict):
    """These answers of this day are in the record already. Look at them before you type again."""

    title = "These answers are in the record already"


class SameTypist(Conflict):
    """You typed these answers the first time. A colleague types them the second time."""

    title = "A colleague types these"


class SettledMeanwhile(Conflict):
    """A colleague was first. Nothing was changed by you."""

    title = "A colleague was first"


def type_in(viewer: Viewer, entry: Entry, *, interpreted: bool, now: datetime) -> Entered:
    """Keep what staff typed or heard, once; a share of paper waits for its second typing."""
    try:
        made = enter(viewer, entry, now=now)
    except AlreadySubmitted:
        raise TypedBefore(TypedBefore.__doc__ or "") from None
    note_author(viewer, made.response_id, now=now, interpreted=interpreted)
    percent = in_force().percent_of(system_service(viewer.service_id).slug)
    if entry.mode is AnswerMode.PAPER and is_sampled(made.response_id, percent):
        _step(viewer, made.response_id, CheckStep.WANTED, {}, now=now)
    return made


def type_again(
    viewer: Viewer, response_id: UUID, answers: Mapping[str, int | str], *, now: datetime
) -> bool:
    """Keep the second typing, by somebody else than the first; whether the two agree."""
    found, steps = response(viewer, response_id), steps_of(viewer, response_id)
    if CheckStep.WANTED not in steps:
        raise NotFound
    if steps[CheckStep.WANTED].by == viewer.key:
        raise SameTypist(SameTypist.__doc__ or "")
    record(viewer, "typed a second time", now=now, patient_id=found.patient_id, object=response_id)
    _step(viewer, response_id, CheckStep.TYPED, answers, now=now)
    agrees = not differences(newest_of(found).answers, answers)
    if agrees:
        _step(viewer, response_id, CheckStep.SETTLED, {}, now=now)
    return agrees


def settle(viewer: Viewer, response_id: UUID, to: Corrected, *, now: datetime) -> None:
    """Say which typing is right, item by item; where the first was wrong it is corrected."""
    found, steps = response(viewer, response_id), steps_of(viewer, response_id)
    if CheckStep.TYPED not in steps:
        raise NotFound
    newest = newest_of(found)
    check_values(default_library().version(found.instrument, found.instrument_version), to.values)
    right = {code: value for code, value in to.values.items() if value is not None} | dict(to.unclear)
    record(viewer, "settled a second typing", now=now, patient_id=found.patient_id, object=response_id)
    _step(viewer, response_id, CheckStep.SETTLED, {}, now=now)
    if any(newest.answers.get(code) != value for code, value in right.items()):
        correct(viewer, newest.id, to, now=now)


def _step(
    viewer: Viewer, response_id: UUID, step: CheckStep, answers: Mapping[str, int | str], *, now: datetime
) -> None:
    """One step, once; SettledMeanwhile for whoever comes second."""
    row = {"response_id": response_id, "step": step, "service_id": viewer.service_id, "by": viewer.key}
    once = insert(TypingCheck).values(**row, answers=dict(answers), at=now).on_conflict_do_nothing()
    if not changed(db.session.execute(once)):
        raise SettledMeanwhile(SettledMeanwhile.__doc__ or "")
