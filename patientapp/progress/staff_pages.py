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
from patientapp.episodes.queries import episodes_of, system_days_of
from patientapp.episodes.rules import EpisodeEventKind
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
        discharged = system_days_of(ids, EpisodeEventKind.DISCHARGED)
        record(viewer(), "looked at a timeline", now=now, patient_id=patient_id)
    rows = scale_rows(given, shown.instrument_of, own_of)
    return staff_page(
        "progress/timeline.html",
        person=person,
        parts=timeline.of_episodes(
            episodes, rows, visits=visits, discharged=discharged, flares=flares, now=now
        ),
        checked_at=now,
        wording_status="demonstration" if any(one.wording == "demonstration" for one in given) else None,
        back=url_for("progress.patient", patient_id=patient_id),
    )
