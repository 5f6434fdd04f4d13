"""Verbs of goals. What a patient writes is matched for words of risk as it is kept (CLIN-03)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record
from patientapp.db import changed, db, insert
from patientapp.errors import Conflict, Invalid
from patientapp.goals.models import GoalReview, OwnWords, PatientGoal
from patientapp.goals.queries import goal, goals_of
from patientapp.goals.rules import LONGEST, MOST_GOALS, GoalState, Topic, WordKind, mistake
from patientapp.i18n import gettext as _
from patientapp.patients.queries import patient
from patientapp.worklist.hearing import hear_words


class GoalChanged(Conflict):
    """Somebody said how this goal stands while you were reading. Look at it as it is now."""

    title = "This goal changed while you were looking"


def add_goal(viewer: Viewer, patient_id: UUID, words: str, *, now: datetime) -> None:
    """A new goal; words that speak of risk make an alert."""
    person = patient(viewer, patient_id)
    _check(words, field="words")
    if sum(one.is_open for one in goals_of(viewer, patient_id)) >= MOST_GOALS:
        full = _("You have 10 goals. Finish one first.")
        raise Invalid("There are ten goals.", fields={"words": [full]})
    made = PatientGoal(
        service_id=person.service_id, patient_id=person.id, words=words.strip(), made_at=now
    )
    db.session.add(made)
    db.session.flush()
    record(viewer, "wrote a goal", now=now, patient_id=person.id, object=made.id)
    _hear(viewer, person.id, words, source=str(made.id), now=now)


def review_goal(
    viewer: Viewer, goal_id: UUID, state: GoalState, *, note: str, seen: int, now: datetime
) -> None:
    """Say how a goal stands; GoalChanged where somebody was first. What a patient notes is heard."""
    owner, found = goal(viewer, goal_id)
    if len(note) > LONGEST:
        raise Invalid("Too long.", fields={"note": [_("Use 500 characters or fewer")]})
    record(viewer, "wrote how a goal stands", now=now, patient_id=owner, object=goal_id)
    row = {"goal_id": goal_id, "seq": seen + 1, "state": state, "note": note.strip()}
    once = insert(GoalReview).values(**row, by=viewer.key, at=now).on_conflict_do_nothing()
    if seen != len(found.reviews) or not changed(db.session.execute(once)):
        raise GoalChanged(GoalChanged.__doc__ or "")
    if viewer.is_patient:
        _hear(viewer, owner, note, source=f"{goal_id}:{seen + 1}", now=now)


def say(
    viewer: Viewer,
    patient_id: UUID,
    kind: WordKind,
    *,
    words: str,
    now: datetime,
    topics: tuple[Topic, ...] = (),
) -> None:
    """Keep a patient's own words, and hear them."""
    person = patient(viewer, patient_id)
    _check(words, field=kind.value, topics=topics)
    row = {"id": uuid4(), "service_id": person.service_id, "patient_id": person.id, "kind": kind}
    said = {"topics": [one.value for one in topics], "words": words.strip(), "at": now}
    db.session.execute(insert(OwnWords).values(**row, **said))
    record(viewer, "wrote own words", now=now, patient_id=person.id, object=row["id"])
    _hear(viewer, person.id, words, source=str(row["id"]), now=now)


def _check(words: str, *, field: str, topics: tuple[Topic, ...] = ()) -> None:
    wrong = {
        "empty": _("Write something first"),
        "too_long": _("Use 500 characters or fewer"),
    }.get(mistake(words, topics=topics))
    if wrong:
        raise Invalid("These words cannot be kept.", fields={field: [wrong]})


def _hear(viewer: Viewer, patient_id: UUID, words: str, *, source: str, now: datetime) -> None:
    hear_words(words, service_id=viewer.service_id, patient_id=patient_id, source=source, now=now)
