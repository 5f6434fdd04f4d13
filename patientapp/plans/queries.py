"""Reads of flare-up plans, from behind the wall."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.db import db
from patientapp.errors import NotFound
from patientapp.patients.queries import visible_ids
from patientapp.plans.models import FlareEvent, FlarePlan, FlarePlanSection, FlarePlanStep, PlanCopy
from patientapp.plans.rules import (
    Content,
    CopyState,
    Helper,
    Idea,
    Plan,
    Saved,
    Section,
    Step,
    copy_state,
)

MOST_FLARES_SHOWN = 50


def plans_of(viewer: Viewer, patient_id: UUID) -> list[Plan]:
    """Every version of a patient's plan, newest first."""
    theirs = sa.select(FlarePlan).where(
        FlarePlan.patient_id == patient_id, FlarePlan.patient_id.in_(visible_ids(viewer))
    )
    return _whole(db.session.scalars(theirs.order_by(FlarePlan.version.desc())).all())


def plan(viewer: Viewer, plan_id: UUID) -> Plan:
    """One version; NotFound for a foreign id as for an unknown one (SEC-02)."""
    asked = sa.select(FlarePlan).where(
        FlarePlan.id == plan_id, FlarePlan.patient_id.in_(visible_ids(viewer))
    )
    found = db.session.scalars(asked).all()
    if not found:
        raise NotFound
    return _whole(found)[0]


def _whole(rows: Sequence[FlarePlan]) -> list[Plan]:
    ids = [row.id for row in rows]
    sections, steps = _sections(ids), _steps(ids)
    return [
        Plan(
            id=row.id,
            service_id=row.service_id,
            patient_id=row.patient_id,
            version=row.version,
            language=row.language,
            created_at=row.created_at,
            sections=sections[row.id],
            steps=steps[row.id],
        )
        for row in rows
    ]


def _sections(ids: Sequence[UUID]) -> dict[UUID, dict[Section, Saved]]:
    in_order = (
        sa.select(FlarePlanSection)
        .where(FlarePlanSection.plan_id.in_(ids))
        .order_by(FlarePlanSection.plan_id, FlarePlanSection.seq)
    )
    found: dict[UUID, dict[Section, Saved]] = defaultdict(dict)
    for row in db.session.scalars(in_order):
        found[row.plan_id][row.section] = Saved(
            seq=row.seq, content=content_from(row.content), by=row.saved_by, at=row.saved_at
        )
    return found


def _steps(ids: Sequence[UUID]) -> dict[UUID, list[Step]]:
    in_order = (
        sa.select(FlarePlanStep)
        .where(FlarePlanStep.plan_id.in_(ids))
        .order_by(FlarePlanStep.plan_id, FlarePlanStep.seq)
    )
    found: dict[UUID, list[Step]] = defaultdict(list)
    for row in db.session.scalars(in_order):
        step = Step(
            seq=row.seq, state=row.state, by=row.by, at=row.at, note=row.note, review_on=row.review_on
        )
        found[row.plan_id].append(step)
    return found


def content_from(kept: dict[str, Any]) -> Content:
    """What was kept of a section."""
    return Content(
        picked=[Idea(code, words) for code, words in kept["picked"]],
        words=kept["words"],
        own_first=kept["own_first"],
        people=[Helper(*person) for person in kept["people"]],
    )


def content_kept(content: Content) -> dict[str, Any]:
    """A section as it is kept."""
    return {
        "picked": [[idea.code, idea.words] for idea in content.picked],
        "words": content.words,
        "own_first": content.own_first,
        "people": [[one.name, one.number, one.ask] for one in content.people],
    }


def flares_of(viewer: Viewer, patient_id: UUID) -> list[FlareEvent]:
    """The flare-ups that we were told of, newest first: facts for a timeline, no score."""
    theirs = sa.select(FlareEvent).where(
        FlareEvent.patient_id == patient_id, FlareEvent.patient_id.in_(visible_ids(viewer))
    )
    return list(
        db.session.scalars(theirs.order_by(FlareEvent.started_on.desc()).limit(MOST_FLARES_SHOWN))
    )


def system_copy_state(copy_id: UUID) -> CopyState:
    """What a phone with this copy is told; an unknown copy has ended like any other (SEC-02)."""
    copy = db.session.get(PlanCopy, copy_id)
    row = db.session.get(FlarePlan, copy.plan_id) if copy else None
    if copy is None or row is None:
        return CopyState.ENDED
    everyone = db.session.scalars(sa.select(FlarePlan).where(FlarePlan.patient_id == row.patient_id))
    plans = _whole(everyone.all())
    own = next(one for one in plans if one.id == row.id)
    return copy_state(own, plans, is_ended=copy.ended_at is not None)


def standing_copies(viewer: Viewer, patient_id: UUID) -> int:
    """How many copies of a patient's plans were kept on phones and not taken off again."""
    counted = (
        sa.select(sa.func.count())
        .select_from(PlanCopy)
        .join(FlarePlan, FlarePlan.id == PlanCopy.plan_id)
        .where(
            FlarePlan.patient_id == patient_id,
            FlarePlan.patient_id.in_(visible_ids(viewer)),
            PlanCopy.ended_at.is_(None),
        )
    )
    return int(db.session.scalar(counted) or 0)


def own_copy_plan(viewer: Viewer, copy_id: UUID) -> UUID | None:
    """The plan that a standing copy of this viewer's is of; None for a foreign or ended one."""
    asked = (
        sa.select(PlanCopy.plan_id)
        .join(FlarePlan, FlarePlan.id == PlanCopy.plan_id)
        .where(
            PlanCopy.id == copy_id,
            PlanCopy.ended_at.is_(None),
            FlarePlan.patient_id.in_(visible_ids(viewer)),
        )
    )
    return db.session.scalar(asked)


def flare_on(viewer: Viewer, patient_id: UUID, on: date) -> FlareEvent | None:
    """The flare-up that began on a day, if we were told of one."""
    asked = sa.select(FlareEvent).where(
        FlareEvent.patient_id == patient_id,
        FlareEvent.started_on == on,
        FlareEvent.patient_id.in_(visible_ids(viewer)),
    )
    return db.session.scalar(asked)
