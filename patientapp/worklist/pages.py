"""Pages of work items: look at one, take it, close it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission, may
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.services.queries import staff_names
from patientapp.web.desk import check_form_patient, staff_page
from patientapp.web.typed import seen_step, typed_id
from patientapp.worklist import queries, taking, texts
from patientapp.worklist.load import alert_load
from patientapp.worklist.queries import OpenItem
from patientapp.worklist.rules import CloseAction, action_mistakes, action_text

blueprint = Blueprint("worklist", __name__, template_folder="templates")


@blueprint.get("/staff/alert-load")
@requires(Permission.HANDLE_ALERTS)
def load() -> str:
    """How many alerts each clinician took and closed in 7 and in 30 days (CLIN-04)."""
    now = clock.now()
    with transaction():
        found = alert_load(viewer(), now=now)
        record(viewer(), "looked at alert load", now=now)
    rows = [
        [one.name, one.taken_week, one.closed_week, one.taken_month, one.closed_month] for one in found
    ]
    return staff_page("worklist/load.html", here="home", rows=rows, checked_at=now)


@blueprint.get("/staff/alerts/<uuid:item_id>")
@requires(Permission.HANDLE_TASKS)
def item(item_id: UUID) -> str:
    """One alert or task: whose, why, since when, and what can be done."""
    with transaction():
        found = queries.item(viewer(), item_id, now=clock.now())
        _record_look(found, at=clock.now())
    return _page(found, {})


@blueprint.post("/staff/alerts/<uuid:item_id>/take")
@requires(Permission.HANDLE_TASKS)
def take(item_id: UUID) -> ResponseReturnValue:
    """Own the item; a colleague's only by saying from whom."""
    with transaction():
        _check_patient(item_id)
        taking.take(viewer(), item_id, now=clock.now(), instead_of=typed_id("instead_of"))
    return redirect(url_for("worklist.item", item_id=item_id), 303)


@blueprint.post("/staff/alerts/<uuid:item_id>/close")
@requires(Permission.HANDLE_TASKS)
def close(item_id: UUID) -> ResponseReturnValue:
    """Close the item with what was done."""
    chosen = request.form.get("action", "")
    done = CloseAction(chosen) if chosen in set(CloseAction) else None
    note = request.form.get("note", "")
    with transaction():
        found = _check_patient(item_id)
        wrong = action_mistakes(done, note)
        if wrong or done is None:
            return _page(found, wrong, chosen=chosen, note=note), 422
        taking.close(viewer(), item_id, action_text(done, note), now=clock.now(), seen=seen_step() or 0)
    return redirect(url_for("progress.home"), 303)


def _check_patient(item_id: UUID) -> OpenItem:
    """The item, if the form was about its patient; a stale or foreign page is a 409 (CLIN-07)."""
    found = queries.item(viewer(), item_id, now=clock.now())
    check_form_patient(found.item.patient_id)
    return found


def _record_look(found: OpenItem, *, at: datetime) -> None:
    record(
        viewer(),
        f"looked at {found.item.kind.value}",
        now=at,
        patient_id=found.item.patient_id,
        object=found.item.id,
    )


def _page(found: OpenItem, wrong: dict[str, str], *, chosen: str = "", note: str = "") -> str:
    steps = queries.history(viewer(), found.item.id)
    names = staff_names(viewer(), [step.staff_id for step in steps if step.staff_id])
    said = {field: texts.mistake(code) for field, code in wrong.items()}
    raised = texts.raised_by(found.item.reason)
    return staff_page(
        "worklist/item.html",
        found=found,
        mine=found.standing.owner == viewer().staff_id,
        owner=names.get(found.standing.owner) if found.standing.owner else None,
        steps=[(step, names.get(step.staff_id, "") if step.staff_id else "") for step in steps],
        raised=raised,
        said=queries.said_behind(viewer(), [found.item.id]).get(found.item.id, []),
        wording_status=raised.wording_status if raised else None,
        errors=list(said.items()),
        wrong=said,
        chosen=chosen,
        note=note,
        texts=texts,
        sees_progress=may(viewer(), Permission.SEE_PROGRESS),
        back=url_for("progress.home"),
    )
