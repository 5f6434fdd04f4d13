"""Staff's pages of visits: a day's list, a patient's visits, one visit, free times."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission, may
from patientapp.appointments import actions, lists, queries, texts
from patientapp.appointments.desk_form import Typed, read_details, wrong_words
from patientapp.appointments.details_rules import usual_mode
from patientapp.appointments.rules import (
    ServiceReason,
    Visit,
    VisitKind,
)
from patientapp.appointments.staff_shown import new_form, visit_page
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.episodes.queries import episodes_of
from patientapp.errors import Conflict, Invalid
from patientapp.i18n import gettext as _
from patientapp.patients.queries import patient
from patientapp.web.desk import asked_day, check_form_patient, staff_page
from patientapp.web.idempotency import once
from patientapp.web.typed import seen_step
from patientapp.workdays import london_day

blueprint = Blueprint("visits_staff", __name__, template_folder="templates")
VERBS = {
    "confirm": actions.confirm,
    "patient-cancelled": actions.cancel,
    "undo": actions.undo,
    "attended": actions.attend,
    "missed": actions.miss,
}


@blueprint.get("/staff/visits")
@requires(Permission.MANAGE_VISITS)
def of_day() -> str:
    """My service's visits of a day."""
    now = clock.now()
    day = asked_day("day", london_day(now))
    with transaction():
        found = lists.visits_on(viewer(), day)
        people = " ".join(sorted({str(person.id) for _visit, person in found}))
        record(viewer(), "looked at the list of visits", now=now, object=people)
    return staff_page(
        "appointments/staff_day.html",
        here="visits",
        day=day,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        visits=found,
        texts=texts,
    )


@blueprint.get("/staff/patients/<uuid:patient_id>/visits")
@requires(Permission.MANAGE_VISITS)
def of_patient(patient_id: UUID) -> str:
    """A patient's visits, the latest first."""
    with transaction():
        person = patient(viewer(), patient_id)
        found = queries.visits_of(viewer(), patient_id)
        has_episode = bool(episodes_of(viewer(), patient_id))
        record(viewer(), "looked at visits", now=clock.now(), patient_id=person.id)
    return staff_page(
        "appointments/staff_patient.html",
        person=person,
        visits=found,
        has_episode=has_episode,
        texts=texts,
        back=_patient_page(patient_id),
    )


def _patient_page(patient_id: UUID) -> str:
    if may(viewer(), Permission.SEE_PROGRESS):
        return url_for("progress.patient", patient_id=patient_id)
    return url_for("patients.listing")


@blueprint.get("/staff/patients/<uuid:patient_id>/visits/new")
@requires(Permission.MANAGE_VISITS)
def new(patient_id: UUID) -> str:
    """The empty form."""
    with transaction():
        person = patient(viewer(), patient_id)
        record(viewer(), "looked at a patient", now=clock.now(), patient_id=person.id)
    return new_form(patient_id, Typed(mode=usual_mode(person.needs)), {})


@blueprint.post("/staff/patients/<uuid:patient_id>/visits/new")
@requires(Permission.MANAGE_VISITS)
@once
def book(patient_id: UUID) -> ResponseReturnValue:
    """Book a visit."""
    check_form_patient(patient(viewer(), patient_id).id)
    typed = Typed.of(request.form)
    details, wrong = read_details(typed)
    own = {str(one.id): one.id for one in episodes_of(viewer(), patient_id)}
    kind = request.form.get("kind", "")
    if kind not in set(VisitKind):
        wrong["kind"] = _("Choose what the visit is for")
    if typed.episode not in own:
        wrong["episode"] = _("Choose the episode")
    if wrong or details is None:
        return new_form(patient_id, typed, wrong), 422
    try:
        made = actions.book(
            viewer(),
            episode_id=own[typed.episode],
            kind=VisitKind(kind),
            details=details,
            now=clock.now(),
        )
    except Invalid as problem:
        return new_form(patient_id, typed, wrong_words(problem)), 422
    return _to(made)


@blueprint.get("/staff/visits/<uuid:visit_id>")
@requires(Permission.MANAGE_VISITS)
def one(visit_id: UUID) -> str:
    """One visit: when, where, what happened, and what can be done."""
    with transaction():
        found = queries.visit(viewer(), visit_id)
        record(
            viewer(), "looked at a visit", now=clock.now(), patient_id=found.patient_id, object=found.id
        )
    return visit_page(found, {})


@blueprint.post("/staff/visits/<uuid:visit_id>/move")
@requires(Permission.MANAGE_VISITS)
@once
def move(visit_id: UUID) -> ResponseReturnValue:
    """Another time or place."""
    found = _named(visit_id)
    typed = Typed.of(request.form)
    details, wrong = read_details(typed)
    if wrong or details is None:
        return visit_page(found, wrong, typed), 422
    try:
        actions.move(viewer(), visit_id, details, now=clock.now(), seen=seen_step())
    except Invalid as problem:
        return visit_page(found, wrong_words(problem), typed), 422
    except Conflict as problem:
        return visit_page(found, {"": problem.detail}), 409
    return _to(found)


@blueprint.post("/staff/visits/<uuid:visit_id>/call-off")
@requires(Permission.MANAGE_VISITS)
@once
def call_off(visit_id: UUID) -> ResponseReturnValue:
    """We cancel, with a reason that the patient is told (B51)."""
    found = _named(visit_id)
    why = request.form.get("why", "")
    if why not in set(ServiceReason):
        return visit_page(found, {"why": _("Choose why: the patient is told")}), 422
    try:
        actions.call_off(viewer(), visit_id, ServiceReason(why), now=clock.now(), seen=seen_step())
    except Conflict as problem:
        return visit_page(queries.visit(viewer(), visit_id), {"": problem.detail}), 409
    return _to(found)


@blueprint.post(
    "/staff/visits/<uuid:visit_id>/<any('confirm','patient-cancelled','undo','attended','missed'):verb>"
)
@requires(Permission.MANAGE_VISITS)
@once
def step(visit_id: UUID, verb: str) -> ResponseReturnValue:
    """What became of it."""
    found = _named(visit_id)
    try:
        VERBS[verb](viewer(), visit_id, now=clock.now(), seen=seen_step())
    except Conflict as problem:
        return visit_page(queries.visit(viewer(), visit_id), {"": problem.detail}), 409
    return _to(found)


def _named(visit_id: UUID) -> Visit:
    """The visit, if the form was about its patient (CLIN-07)."""
    found = queries.visit(viewer(), visit_id)
    check_form_patient(found.patient_id)
    return found


def _to(visit: Visit) -> ResponseReturnValue:
    return redirect(url_for(".one", visit_id=visit.id), 303)
