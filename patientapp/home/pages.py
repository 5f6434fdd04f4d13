"""My page: things to do, the next visit, a flare-up, the plan, coming back, scores."""

from __future__ import annotations

from flask import Blueprint, render_template

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.appointments import queries as visits
from patientapp.appointments import texts as visit_texts
from patientapp.assessments.queries import own_tasks
from patientapp.assessments.shown import task_rows
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.documents.queries import own_letters
from patientapp.education.programme_queries import places_of
from patientapp.pifu import queries as returns
from patientapp.pifu import rules as return_rules
from patientapp.pifu.actions import OPEN
from patientapp.pifu.rules import Window
from patientapp.plans import queries as plans
from patientapp.progress.queries import given
from patientapp.workdays import london_day

blueprint = Blueprint("home", __name__, template_folder="templates")


@blueprint.get("/my-page")
@requires(Permission.SEE_OWN_SCORES)
def mine() -> str:
    """Everything there is for this person now; what there is not is left out."""
    asking, now = viewer(), clock.now()
    assert asking.patient_id is not None  # the permission is patients' own
    with transaction():
        record(asking, "looked at my page", now=now, patient_id=asking.patient_id)
    tasks = [row for row in task_rows(own_tasks(asking), now=now) if row.is_open and not row.is_done]
    coming = [one for one in visits.own_coming(asking, now=now) if one.is_open]
    agreement = returns.own_agreement(asking)
    standing = return_rules.window(returns.terms_of(agreement), today=london_day(now))
    return render_template(
        "home/mine.html",
        tasks=tasks,
        visit=min(coming, key=lambda one: one.starts_at) if coming else None,
        visit_texts=visit_texts,
        has_plan=bool(plans.plans_of(asking, asking.patient_id)),
        may_return=standing is Window.OPEN,
        has_request=any(one.stage in OPEN for one in returns.own_requests(asking)),
        has_letters=bool(own_letters(asking, asking.patient_id)),
        has_programme=any(place.seat is not None for place, _one in places_of(asking, asking.patient_id)),
        has_scores=bool(given(asking, asking.patient_id)),
    )
