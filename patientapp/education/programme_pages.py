"""A patient's own programme: its dates, and what to arrange (C56)."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.education import programme_queries as queries
from patientapp.education import programme_texts as texts

blueprint = Blueprint("programme", __name__, template_folder="templates")


@blueprint.get("/programme")
@requires(Permission.SEE_OWN_PLAN)
def own() -> str:
    """My programme: dates, place, topics, travel and time off work."""
    me, now = viewer().patient_id, clock.now()
    assert me is not None
    with transaction():
        found = [one for place, one in queries.places_of(viewer(), me) if place.seat is not None]
        record(viewer(), "looked at own programme", now=now, patient_id=me)
    return render_template(
        "education/own_programme.html",
        courses=found,
        texts=texts,
        now=now,
        back=url_for("home.mine"),
    )
