"""A patient's own visits: coming, another time, called off and put back (patient-experience.md 3.6)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.appointments import actions, free_actions, queries, texts
from patientapp.appointments.allowed import NotPossibleNow, SlotGone
from patientapp.appointments.rules import Details, Visit, VisitState, may_undo, undo_until
from patientapp.appointments.slots import free_slots
from patientapp.appointments.steps import VisitChanged
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.errors import NotFound
from patientapp.i18n import gettext as _
from patientapp.i18n import isolated
from patientapp.web.idempotency import once
from patientapp.web.typed import seen_step, typed_id

blueprint = Blueprint("visits", __name__, template_folder="templates")
CALL = "call"


@blueprint.get("/visits")
@requires(Permission.CHANGE_OWN_VISITS)
def coming() -> str:
    """My visits from today on: when, where, how long, and what I can do."""
    with transaction():
        found = queries.own_coming(viewer(), now=clock.now())
        record(viewer(), "looked at own visits", now=clock.now(), patient_id=viewer().patient_id)
    return _list(found)


def _list(found: list[Visit], error: str = "") -> str:
    now = clock.now()
    shown = [one for one in found if one.is_open or one.state not in _PAST]
    return render_template(
        "appointments/visits.html",
        visits=shown,
        may_undo={one.id: may_undo(one, now) for one in shown},
        undo_until=undo_until,
        has_begun={one.id: one.starts_at <= now for one in shown},
        texts=texts,
        has_asked_for_help=actions.has_asked_for_help(viewer(), now=now),
        errors=[("", error)] if error else [],
        back=url_for("assessments.tasks"),
    )


_PAST = frozenset({VisitState.ATTENDED, VisitState.MISSED})


@blueprint.post("/visits/<uuid:visit_id>/confirm")
@requires(Permission.CHANGE_OWN_VISITS)
@once
def confirm(visit_id: UUID) -> ResponseReturnValue:
    """ "I am coming"."""
    try:
        actions.confirm(viewer(), visit_id, now=clock.now(), seen=seen_step())
    except (VisitChanged, NotPossibleNow):
        return _changed()
    return redirect(url_for(".coming", _anchor=f"visit-{visit_id}"), 303)


@blueprint.get("/visits/<uuid:visit_id>/cancel")
@requires(Permission.CHANGE_OWN_VISITS)
def ask_cancel(visit_id: UUID) -> ResponseReturnValue:
    """Before it is called off: would another time or a call do?"""
    found = _own(visit_id)
    if not found.is_open or found.starts_at <= clock.now():
        return redirect(url_for(".coming"), 303)
    return render_template("appointments/cancel.html", visit=found, texts=texts, back=url_for(".coming"))


@blueprint.post("/visits/<uuid:visit_id>/cancel")
@requires(Permission.CHANGE_OWN_VISITS)
@once
def cancel(visit_id: UUID) -> ResponseReturnValue:
    """Call it off; it can be put back for two hours."""
    try:
        actions.cancel(viewer(), visit_id, now=clock.now(), seen=seen_step())
    except (VisitChanged, NotPossibleNow):
        return _changed()
    return redirect(url_for(".coming", _anchor=f"visit-{visit_id}"), 303)


@blueprint.post("/visits/<uuid:visit_id>/undo")
@requires(Permission.CHANGE_OWN_VISITS)
@once
def undo(visit_id: UUID) -> ResponseReturnValue:
    """Put back what was called off."""
    try:
        actions.undo(viewer(), visit_id, now=clock.now())
    except (VisitChanged, NotPossibleNow, SlotGone):
        return _changed()
    return redirect(url_for(".coming", _anchor=f"visit-{visit_id}"), 303)


@blueprint.get("/visits/<uuid:visit_id>/change")
@requires(Permission.CHANGE_OWN_VISITS)
def ask_change(visit_id: UUID) -> ResponseReturnValue:
    """The next free times, or a call; the old time is kept until a new one is chosen."""
    found = _own(visit_id)
    if not found.is_open or found.starts_at <= clock.now():
        return redirect(url_for(".coming"), 303)
    return _change_page(found)


@blueprint.post("/visits/<uuid:visit_id>/change")
@requires(Permission.CHANGE_OWN_VISITS)
@once
def change(visit_id: UUID) -> ResponseReturnValue:
    """Take a free time, or ask for a call; whoever comes second is told at once (REL-09)."""
    found = _own(visit_id)
    chosen = request.form.get("slot", "")
    if chosen == CALL:
        actions.ask_for_call(viewer(), visit_id, now=clock.now())
        return redirect(url_for(".asked", visit_id=visit_id), 303)
    slot_id = typed_id("slot")
    if slot_id is None:
        return _change_page(found, error=_("Choose a time, or ask us to call")), 422
    try:
        free_actions.move_to_slot(viewer(), visit_id, slot_id, now=clock.now(), seen=seen_step())
    except (SlotGone, NotFound):
        gone = _("Somebody has just taken that time. Your visit is as it was. Choose another time.")
        return _change_page(found, error=gone), 409
    except (VisitChanged, NotPossibleNow):
        return _changed()
    return redirect(url_for(".coming", _anchor=f"visit-{visit_id}"), 303)


@blueprint.get("/visits/<uuid:visit_id>/asked")
@requires(Permission.CHANGE_OWN_VISITS)
def asked(visit_id: UUID) -> str:
    """We will call; the visit stays as it is until then."""
    return render_template("appointments/asked.html", visit=_own(visit_id), texts=texts)


@blueprint.post("/visits/help")
@requires(Permission.CHANGE_OWN_VISITS)
@once
def ask_help() -> ResponseReturnValue:
    """ "I need help to book": somebody calls, and the record keeps it (N33)."""
    actions.ask_for_help(viewer(), now=clock.now())
    return redirect(url_for(".help_asked"), 303)


@blueprint.get("/visits/help")
@requires(Permission.CHANGE_OWN_VISITS)
def help_asked() -> ResponseReturnValue:
    """We will call, where that was asked for today; else the visits, from where it can be."""
    if not actions.has_asked_for_help(viewer(), now=clock.now()):
        return redirect(url_for(".coming"))
    return render_template("appointments/asked.html", visit=None, texts=texts)


def _own(visit_id: UUID) -> Visit:
    return queries.visit(viewer(), visit_id)


def _change_page(found: Visit, *, error: str = "") -> str:
    times = [
        (str(one.id), texts.when(one.details.starts_at), _more(one.details))
        for one in free_slots(viewer(), now=clock.now())
    ]
    return render_template(
        "appointments/change.html",
        visit=found,
        times=[(value, words) for value, words, _hint in times],
        hints={value: hint for value, _words, hint in times},
        call=CALL,
        texts=texts,
        errors=[("slot", error)] if error else [],
        back=url_for(".coming"),
    )


def _more(details: Details) -> str:
    parts = [texts.mode(details.mode), isolated(details.place), texts.length(details)]
    return ", ".join(part for part in parts if part)


def _changed() -> ResponseReturnValue:
    """The visits as they are now, where the page that was acted on is no longer true."""
    found = queries.own_coming(viewer(), now=clock.now())
    words = _("This visit changed while you were looking. This is how it stands now.")
    return _list(found, error=words), 409
