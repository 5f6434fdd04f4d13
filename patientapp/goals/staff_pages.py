"""Staff's page of a patient's goals: read at the visit, reviewed with the patient (C58)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.errors import NotFound
from patientapp.goals import actions, queries, texts
from patientapp.goals.rules import GoalState
from patientapp.patients.queries import patient
from patientapp.web.desk import check_form_patient, staff_page
from patientapp.web.idempotency import once
from patientapp.web.typed import seen_step

blueprint = Blueprint("goals_staff", __name__, template_folder="templates")


@blueprint.get("/staff/patients/<uuid:patient_id>/goals")
@requires(Permission.WRITE_PLANS)
def of_patient(patient_id: UUID) -> str:
    """Goals with each review, what is hoped for, to be talked about and practised."""
    with transaction():
        patient(viewer(), patient_id)
        record(viewer(), "looked at goals", now=clock.now(), patient_id=patient_id)
    return _page(patient_id, {})


def _page(patient_id: UUID, wrong: dict[str, str]) -> str:
    return staff_page(
        "goals/staff_goals.html",
        person=patient(viewer(), patient_id),
        goals=queries.goals_of(viewer(), patient_id),
        words=queries.words_of(viewer(), patient_id),
        texts=texts,
        wrong=wrong,
        errors=list(wrong.items()),
        back=url_for("progress.patient", patient_id=patient_id),
    )


@blueprint.post("/staff/patients/<uuid:patient_id>/goals/<uuid:goal_id>")
@requires(Permission.WRITE_PLANS)
@once
def review(patient_id: UUID, goal_id: UUID) -> ResponseReturnValue:
    """How a goal stands at this review, as agreed with the patient."""
    person = patient(viewer(), patient_id)
    owner, _found = queries.goal(viewer(), goal_id)
    if owner != person.id:
        raise NotFound
    check_form_patient(person.id)
    state, note = request.form.get("state", ""), request.form.get("note", "")
    if state not in set(GoalState):
        return _page(patient_id, {f"state-{goal_id}": "Choose how it stands"}), 422
    actions.review_goal(
        viewer(), goal_id, GoalState(state), note=note, seen=seen_step() or 0, now=clock.now()
    )
    return redirect(url_for(".of_patient", patient_id=patient_id), 303)
