"""The staff's API of episodes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.assessments import actions
from patientapp.assessments.staff_schemas import EpisodeSchema, NewEpisodeSchema, NewEventSchema
from patientapp.episodes.queries import episode, system_days
from patientapp.episodes.rules import BY_DAY
from patientapp.web.api import Blueprint
from patientapp.web.idempotency import once

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


def _shown(episode_id: UUID) -> dict[str, Any]:
    found, days = episode(viewer(), episode_id), system_days(episode_id)
    return {
        "id": found.id,
        "patient_id": found.patient_id,
        "pain_site": found.pain_site,
    } | {kind.value: days.get(kind) for kind in BY_DAY}
