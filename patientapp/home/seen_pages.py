"""Who saw what: the patient reads it, and staff print it for them (OPS-01)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.home.seen import lines_of
from patientapp.patients.queries import patient
from patientapp.web.desk import staff_page

blueprint = Blueprint("seen", __name__, template_folder="templates")
MOST_PRINTED = 2_000


@blueprint.get("/my-page/who-looked")
@requires(Permission.SEE_OWN_SCORES)
def own() -> str:
    """Who opened my record and what they did, newest first."""
    me = viewer()
    assert me.patient_id is not None
    with transaction():
        record(me, "looked at own audit", now=clock.now(), patient_id=me.patient_id)
        page = lines_of(me.patient_id, before=_before())
    return render_template("home/seen.html", page=page, back=url_for("home.mine"))


@blueprint.get("/staff/patients/<uuid:patient_id>/who-looked")
@requires(Permission.SEE_PATIENTS)
def of_patient(patient_id: UUID) -> str:
    """The same on paper, for a patient who asks."""
    now = clock.now()
    with transaction():
        person = patient(viewer(), patient_id)
        record(viewer(), "looked at the audit", now=now, patient_id=patient_id)
        page = lines_of(patient_id, for_staff=True, before=_before(), limit=MOST_PRINTED)
    return staff_page("home/staff_seen.html", person=person, page=page, checked_at=now)


def _before() -> int | None:
    """Where this page begins, as the link of the one before said."""
    given = request.args.get("before", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None
