"""Reads of goals and own words, from behind the wall."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.db import db
from patientapp.errors import NotFound
from patientapp.goals.models import GoalReview, OwnWords, PatientGoal
from patientapp.goals.rules import Goal, Review, Said, Topic, WordKind
from patientapp.patients.queries import visible_ids

PRACTICE_SHOWN = 20


def goals_of(viewer: Viewer, patient_id: UUID) -> list[Goal]:
    """A patient's goals with their reviews: those still aimed for first, then the newest."""
    asked = (
        sa.select(PatientGoal, GoalReview)
        .outerjoin(GoalReview, GoalReview.goal_id == PatientGoal.id)
        .where(PatientGoal.patient_id == patient_id, PatientGoal.patient_id.in_(visible_ids(viewer)))
        .order_by(PatientGoal.made_at.desc(), PatientGoal.id, GoalReview.seq)
    )
    rows: dict[UUID, tuple[PatientGoal, list[Review]]] = {}
    for goal, review in db.session.execute(asked):
        _goal, reviews = rows.setdefault(goal.id, (goal, []))
        if review is not None:
            reviews.append(Review(state=review.state, note=review.note, by=review.by, at=review.at))
    found = [
        Goal(id=goal.id, words=goal.words, made_at=goal.made_at, reviews=tuple(reviews))
        for goal, reviews in rows.values()
    ]
    return sorted(found, key=lambda one: not one.is_open)


def goal(viewer: Viewer, goal_id: UUID) -> tuple[UUID, Goal]:
    """(patient, goal) of one goal of this viewer's patients; NotFound for another's (SEC-02)."""
    owner = db.session.scalar(
        sa.select(PatientGoal.patient_id).where(
            PatientGoal.id == goal_id, PatientGoal.patient_id.in_(visible_ids(viewer))
        )
    )
    if owner is None:
        raise NotFound
    return owner, next(one for one in goals_of(viewer, owner) if one.id == goal_id)


def words_of(viewer: Viewer, patient_id: UUID) -> Sequence[Said]:
    """A patient's own words, newest first: the last of each kind, and what was practised lately."""
    asked = (
        sa.select(OwnWords)
        .where(OwnWords.patient_id == patient_id, OwnWords.patient_id.in_(visible_ids(viewer)))
        .order_by(OwnWords.at.desc(), OwnWords.id)
        .limit(PRACTICE_SHOWN * 3)
    )
    said = [
        Said(
            kind=one.kind,
            topics=tuple(Topic(topic) for topic in one.topics),
            words=one.words,
            at=one.at,
        )
        for one in db.session.scalars(asked)
    ]
    newest = (
        next((one for one in said if one.kind is kind), None) for kind in (WordKind.TALK, WordKind.HOPE)
    )
    practised = [one for one in said if one.kind is WordKind.PRACTICE][:PRACTICE_SHOWN]
    return [*(one for one in newest if one is not None), *practised]
