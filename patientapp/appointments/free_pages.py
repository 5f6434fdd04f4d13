"""Staff's page of free times to offer."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.appointments import free_actions, texts
from patientapp.appointments.desk_form import Typed, read_details, targets, wrong_words
from patientapp.appointments.slots import MOST_LISTED, free_slots
from patientapp.errors import Invalid
from patientapp.web.desk import staff_page
from patientapp.web.idempotency import once

blueprint = Blueprint("free_times", __name__, template_folder="templates")


@blueprint.get("/staff/free-times")
@requires(Permission.MANAGE_VISITS)
def free_times() -> str:
    """The times that people may move a visit to by themselves."""
    return _free_page(Typed(), {})


def _free_page(typed: Typed, wrong: dict[str, str]) -> str:
    return staff_page(
        "appointments/staff_free.html",
        here="visits",
        times=free_slots(viewer(), now=clock.now(), limit=MOST_LISTED),
        typed=typed,
        wrong=wrong,
        errors=targets(wrong),
        texts=texts,
        back=url_for("visits_staff.of_day"),
    )


@blueprint.post("/staff/free-times")
@requires(Permission.MANAGE_VISITS)
@once
def offer() -> ResponseReturnValue:
    """Offer a free time."""
    typed = Typed.of(request.form)
    details, wrong = read_details(typed)
    if wrong or details is None:
        return _free_page(typed, wrong), 422
    try:
        free_actions.offer_slot(viewer(), details, now=clock.now())
    except Invalid as problem:
        return _free_page(typed, wrong_words(problem)), 422
    return redirect(url_for(".free_times"), 303)


@blueprint.post("/staff/free-times/<uuid:slot_id>/withdraw")
@requires(Permission.MANAGE_VISITS)
@once
def withdraw(slot_id: UUID) -> ResponseReturnValue:
    """Offer it no longer."""
    free_actions.withdraw_slot(viewer(), slot_id, now=clock.now())
    return redirect(url_for(".free_times"), 303)
