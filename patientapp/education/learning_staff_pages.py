"""Staff's page of a patient's learning: what was offered and said, a seat taken or left."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission, may
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.education import programme_actions as actions
from patientapp.education import programme_queries as queries
from patientapp.education import programme_texts as texts
from patientapp.education.programme_actions import ProgrammeFull
from patientapp.education.programme_rules import LearningRoute, OfferStep
from patientapp.education.programme_staff_pages import blueprint
from patientapp.episodes.queries import episodes_of
from patientapp.errors import NotFound
from patientapp.i18n import gettext as _
from patientapp.patients.queries import patient
from patientapp.web.desk import check_form_patient, staff_page
from patientapp.web.idempotency import once
from patientapp.workdays import london_day

UNDER = "/staff/patients/<uuid:patient_id>/learning"


@blueprint.get(UNDER)
@requires(Permission.MANAGE_PROGRAMMES)
def of_patient(patient_id: UUID) -> str:
    """What a patient was offered, and the programmes with a free seat."""
    return _patient_page(patient_id)


def _patient_page(patient_id: UUID, *, error: str = "") -> str:
    with transaction():
        person = patient(viewer(), patient_id)
        offers = queries.offers_of(viewer(), patient_id)
        held = queries.places_of(viewer(), patient_id)
        record(viewer(), "looked at learning", now=clock.now(), patient_id=person.id)
    sees = may(viewer(), Permission.SEE_PROGRESS)
    return staff_page(
        "education/learning.html",
        person=person,
        offers=offers,
        held=held,
        courses=queries.courses(viewer(), now=clock.now()),
        episodes=[(str(one.id), one.received_on) for one in episodes_of(viewer(), patient_id)],
        texts=texts,
        errors=[("", error)] if error else [],
        back=url_for("progress.patient", patient_id=patient_id) if sees else url_for("patients.listing"),
    )


def _episode(patient_id: UUID) -> UUID:
    check_form_patient(patient(viewer(), patient_id).id)
    own = {str(one.id): one.id for one in episodes_of(viewer(), patient_id)}
    if request.form.get("episode", "") not in own:
        raise NotFound
    return own[request.form["episode"]]


@blueprint.post(f"{UNDER}/said")
@requires(Permission.MANAGE_PROGRAMMES)
@once
def said(patient_id: UUID) -> ResponseReturnValue:
    """Considered, offered, discussed, accepted or declined, today."""
    episode_id = _episode(patient_id)
    step, route = request.form.get("step", ""), request.form.get("route", "")
    if step not in set(OfferStep) or route not in set(LearningRoute):
        return _patient_page(
            patient_id, error=_("Choose what was said, and about which way of learning")
        ), 422
    now = clock.now()
    actions.say(viewer(), episode_id, OfferStep(step), LearningRoute(route), on=london_day(now), now=now)
    return redirect(url_for(".of_patient", patient_id=patient_id), 303)


@blueprint.post(f"{UNDER}/join")
@requires(Permission.MANAGE_PROGRAMMES)
@once
def join(patient_id: UUID) -> ResponseReturnValue:
    """A seat in a programme; when it is full, the page says so and offers the others."""
    episode_id = _episode(patient_id)
    try:
        actions.join(viewer(), UUID(request.form.get("programme", "")), episode_id, now=clock.now())
    except ValueError:
        return _patient_page(patient_id, error=_("Choose a programme")), 422
    except ProgrammeFull as problem:
        return _patient_page(patient_id, error=problem.detail), 409
    return redirect(url_for(".of_patient", patient_id=patient_id), 303)


@blueprint.post(f"{UNDER}/leave")
@requires(Permission.MANAGE_PROGRAMMES)
@once
def leave(patient_id: UUID) -> ResponseReturnValue:
    """The seat is free again; what the person came to stays."""
    check_form_patient(patient(viewer(), patient_id).id)
    try:
        actions.leave(viewer(), UUID(request.form.get("programme", "")), patient_id, now=clock.now())
    except ValueError:
        return _patient_page(patient_id, error=_("Choose a programme")), 422
    return redirect(url_for(".of_patient", patient_id=patient_id), 303)
