"""The staff's API of episodes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.assessments import actions
from patientapp.assessments.merging import merge_records
from patientapp.assessments.staff_schemas import (
    ClockSchema,
    EpisodeSchema,
    LongEpisodeSchema,
    NewEpisodeSchema,
    NewEventSchema,
)
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.episodes.clock_queries import LongEpisode, clocks_of, long_episodes
from patientapp.episodes.clock_rules import ClockLine
from patientapp.episodes.queries import episode, system_days
from patientapp.episodes.rules import BY_DAY
from patientapp.patients.schemas import MergeSchema, PatientSchema
from patientapp.web.api import Blueprint
from patientapp.web.idempotency import once

MOST_LONG = 200
blueprint = Blueprint("episodes_api", __name__, description="Episodes of my service's patients")


@blueprint.post("/patients/<uuid:patient_id>/episodes")
@requires(Permission.ADD_PATIENTS)
@once
@blueprint.arguments(NewEpisodeSchema)
@blueprint.response(201, EpisodeSchema)
def begin(new: dict[str, Any], patient_id: UUID) -> dict[str, Any]:
    """Open an episode; its questionnaires follow from its dates."""
    made = actions.begin_episode(viewer(), patient_id=patient_id, now=clock.now(), **new)
    return _shown(made.id)


@blueprint.post("/episodes/<uuid:episode_id>/events")
@requires(Permission.ADD_PATIENTS)
@once
@blueprint.arguments(NewEventSchema)
@blueprint.response(201, EpisodeSchema)
def record_event(new: dict[str, Any], episode_id: UUID) -> dict[str, Any]:
    """Record an appointment, a discharge, or a corrected date; the newest record counts."""
    actions.record_event(viewer(), episode_id=episode_id, now=clock.now(), **new)
    return _shown(episode_id)


@blueprint.get("/episodes/<uuid:episode_id>/clocks")
@requires(Permission.SEE_PATIENTS)
@blueprint.response(200, ClockSchema(many=True))
def clocks(episode_id: UUID) -> list[ClockLine]:
    """Where each clock of the contract stands: running, in time, late, or waiting by choice."""
    now = clock.now()
    with transaction():
        found = episode(viewer(), episode_id)
        record(viewer(), "looked at clocks", now=now, patient_id=found.patient_id, object=found.id)
        return clocks_of(found, now=now)


@blueprint.get("/episodes/long")
@requires(Permission.SEE_PATIENTS)
@blueprint.response(200, LongEpisodeSchema(many=True))
def long() -> list[LongEpisode]:
    """Open episodes that are near the contract's limit, or past it; the latest first."""
    now = clock.now()
    with transaction():
        record(viewer(), "looked at long episodes", now=now)
        return long_episodes(viewer(), now=now, limit=MOST_LONG)


@blueprint.post("/patients/<uuid:patient_id>/merge")
@requires(Permission.ADD_PATIENTS)
@once
@blueprint.arguments(MergeSchema)
@blueprint.response(201, PatientSchema)
def merge(new: dict[str, Any], patient_id: UUID) -> object:
    """Make one record of two of one person: this one goes into the other, with all that is its."""
    return merge_records(viewer(), patient_id, into=new["into"], reason=new["reason"], now=clock.now())


def _shown(episode_id: UUID) -> dict[str, Any]:
    found, days = episode(viewer(), episode_id), system_days(episode_id)
    return {
        "id": found.id,
        "patient_id": found.patient_id,
        "pain_site": found.pain_site,
    } | {kind.value: days.get(kind) for kind in BY_DAY}
