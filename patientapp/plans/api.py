"""The API of flare-up plans: a patient's own, and their staff's view of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import marshmallow as ma

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.errors import Invalid, NotFound
from patientapp.patients.queries import patient
from patientapp.plans import actions, keeping, queries
from patientapp.plans.rules import FIXED, Plan, Section
from patientapp.plans.schemas import (
    FlareSchema,
    FlaresSchema,
    NewFlareSchema,
    PlanSchema,
    PlansSchema,
    WriteSectionSchema,
    content_of,
)
from patientapp.web.api import Blueprint
from patientapp.web.idempotency import once
from patientapp.workdays import london_day
from patientapp.worklist.hearing import listen_to_words

blueprint = Blueprint("plans_api", __name__, description="Flare-up plans")
blueprint.after_request(listen_to_words)


def _me() -> UUID:
    own = viewer().patient_id
    if own is None:
        raise NotFound
    return own


@blueprint.get("/me/flare-up-plan")
@requires(Permission.SEE_OWN_PLAN)
@blueprint.response(200, PlansSchema)
def own_plans() -> dict[str, Any]:
    """My plan, every version of it, newest first."""
    return _plans(_me())


@blueprint.put("/me/flare-up-plan/<section>")
@requires(Permission.CHANGE_OWN_PLAN)
@blueprint.arguments(WriteSectionSchema)
@once
@blueprint.response(200, PlanSchema)
def write(body: dict[str, Any], section: str) -> dict[str, Any]:
    """Keep one section; the first one begins a plan. Nobody writes in the urgent one (CLIN-01)."""
    if section not in set(Section):
        raise NotFound
    part, now = Section(section), clock.now()
    if part in FIXED:
        raise actions.FixedSection(actions.FixedSection.__doc__ or "")
    try:
        content = content_of(part, body)
    except ma.ValidationError as error:
        raise Invalid("The section cannot be used.", fields=error.messages_dict) from None
    plan = actions.begin(viewer(), _me(), now=now)
    kept = actions.save_section(viewer(), plan.id, part, content, seen=body["version"], now=now)
    return _plan(kept)


@blueprint.post("/me/flare-ups")
@requires(Permission.CHANGE_OWN_PLAN)
@blueprint.arguments(NewFlareSchema)
@once
@blueprint.response(201, FlareSchema)
def note_flare(body: dict[str, Any]) -> object:
    """A flare-up began; told twice it is one."""
    now = clock.now()
    on = body["started_on"] or london_day(now)
    return keeping.note_flare(viewer(), _me(), on=on, note=body["note"], now=now)


@blueprint.get("/patients/<uuid:patient_id>/flare-up-plan")
@requires(Permission.SEE_PROGRESS)
@blueprint.response(200, PlansSchema)
def plans_of(patient_id: UUID) -> dict[str, Any]:
    """A patient's plan, every version of it, newest first."""
    patient(viewer(), patient_id)
    return _plans(patient_id)


@blueprint.get("/patients/<uuid:patient_id>/flare-ups")
@requires(Permission.SEE_PROGRESS)
@blueprint.response(200, FlaresSchema)
def flares_of(patient_id: UUID) -> dict[str, Any]:
    """The flare-ups that we were told of, newest first."""
    with transaction():
        person = patient(viewer(), patient_id)
        found = queries.flares_of(viewer(), person.id)
        record(viewer(), "looked at flare-ups", now=clock.now(), patient_id=person.id)
    return {"flares": found}


def _plans(patient_id: UUID) -> dict[str, Any]:
    with transaction():
        found = queries.plans_of(viewer(), patient_id)
        record(viewer(), "looked at a flare-up plan", now=clock.now(), patient_id=patient_id)
    return {"plans": [_plan(one) for one in found]}


def _plan(plan: Plan) -> dict[str, Any]:
    agreed = plan.agreement
    return {
        "id": plan.id,
        "version": plan.version,
        "state": plan.state,
        "language": plan.language,
        "changed_at": plan.changed_at,
        "agreed_at": agreed.at if agreed else None,
        "review_on": agreed.review_on if agreed else None,
        "sections": [
            {
                "section": section,
                "version": saved.seq,
                "picked": saved.content.picked,
                "words": saved.content.words,
                "own_first": saved.content.own_first,
                "people": saved.content.people,
            }
            for section, saved in sorted(
                plan.sections.items(), key=lambda one: list(Section).index(one[0])
            )
        ],
    }
