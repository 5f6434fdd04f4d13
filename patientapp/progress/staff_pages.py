"""The timeline page: one patient's change at a glance, before a visit and on paper."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, url_for

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.appointments.queries import visits_of
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.episodes.queries import episode, episodes_of, system_days_of
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.errors import NotFound
from patientapp.goals import texts as goal_texts
from patientapp.goals.queries import goals_of, words_of
from patientapp.patients import queries as patients
from patientapp.plans.queries import flares_of
from patientapp.progress import queries, shown, timeline
from patientapp.progress.rules import scale_rows
from patientapp.web.desk import staff_page

blueprint = Blueprint("timeline", __name__, template_folder="templates")


@blueprint.get("/staff/patients/<uuid:patient_id>/timeline")
@requires(Permission.SEE_PROGRESS)
def of_patient(patient_id: UUID) -> str:
    """One patient's scores, visits, discharge and flare-ups on one axis of days (B10)."""
    now = clock.now()
    with transaction():
        person = patients.patient(viewer(), patient_id)
        given = queries.given(viewer(), patient_id)
        own_of = queries.own_spreads(viewer())
        episodes = episodes_of(viewer(), patient_id)
        visits = visits_of(viewer(), patient_id)
        flares = flares_of(viewer(), patient_id)
        ids = [one.id for one in episodes]
        goals, words = goals_of(viewer(), patient_id), words_of(viewer(), patient_id)
        discharged = system_days_of(ids, EpisodeEventKind.DISCHARGED)
        record(viewer(), "looked at a timeline", now=now, patient_id=patient_id)
    rows = scale_rows(given, shown.instrument_of, own_of)
    return staff_page(
        "progress/timeline.html",
        person=person,
        goals=goals,
        words=words,
        goal_texts=goal_texts,
        parts=timeline.of_episodes(
            episodes, rows, visits=visits, discharged=discharged, flares=flares, now=now
        ),
        checked_at=now,
        wording_status="demonstration" if any(one.wording == "demonstration" for one in given) else None,
        back=url_for("progress.patient", patient_id=patient_id),
    )


@blueprint.get("/staff/patients/<uuid:patient_id>/episodes/<uuid:episode_id>/discharge")
@requires(Permission.SEE_PROGRESS)
def discharge(patient_id: UUID, episode_id: UUID) -> str:
    """The form of a discharge beneath what changed, goals and hopes: the scores decide with us (D46)."""
    person, found = patients.patient(viewer(), patient_id), episode(viewer(), episode_id)
    if found.patient_id != person.id:
        raise NotFound
    with transaction():
        given, own_of = queries.given(viewer(), patient_id), queries.own_spreads(viewer())
        record(viewer(), "looked at a discharge", now=clock.now(), patient_id=patient_id)
    rows = [row for row in scale_rows(given, shown.instrument_of, own_of) if row.episode_id == episode_id]
    return staff_page(
        "progress/discharge.html",
        person=person,
        episode=found,
        changes=[shown.change_cells(row, step) for row in rows for step in row.steps],
        goals=goals_of(viewer(), patient_id),
        words=words_of(viewer(), patient_id),
        goal_texts=goal_texts,
        wording_status="demonstration" if any(one.wording == "demonstration" for one in given) else None,
        back=url_for("progress.patient", patient_id=patient_id),
    )
