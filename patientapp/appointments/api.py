"""The API of visits: for staff of their service."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.appointments import actions, lists, queries
from patientapp.appointments.lists import Wanted
from patientapp.appointments.rules import Visit, VisitState
from patientapp.appointments.schemas import (
    ChangeVisitSchema,
    NewVisitSchema,
    VisitPageSchema,
    VisitSchema,
    WantedSchema,
    details_from,
)
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.web.api import Blueprint
from patientapp.web.idempotency import once

blueprint = Blueprint("appointments_api", __name__, description="Visits of my service's patients")
DONE_BY = {
    VisitState.BOOKED: actions.undo,
    VisitState.CONFIRMED: actions.confirm,
    VisitState.CANCELLED_BY_PATIENT: actions.cancel,
    VisitState.ATTENDED: actions.attend,
    VisitState.MISSED: actions.miss,
}


@blueprint.get("/appointments")
@requires(Permission.MANAGE_VISITS)
@blueprint.arguments(WantedSchema, location="query")
@blueprint.response(200, VisitPageSchema)
def list_visits(wanted: Wanted) -> dict[str, Any]:
    """My service's visits, a page at a time."""
    with transaction():
        page = lists.page(viewer(), wanted)
        people = " ".join(sorted({str(one.patient_id) for one in page.visits}))
        record(viewer(), "looked at the list of visits", now=clock.now(), object=people)
    return {"appointments": page.visits, "next_cursor": page.next_after}


@blueprint.post("/appointments")
@requires(Permission.MANAGE_VISITS)
@once
@blueprint.arguments(NewVisitSchema)
@blueprint.response(201, VisitSchema)
def book(new: dict[str, Any]) -> Visit:
    """Book a visit in an episode; 409 when its key belongs to a different one."""
    return actions.book(
        viewer(),
        episode_id=new["episode_id"],
        kind=new["kind"],
        details=details_from(new),
        key=new["key"],
        now=clock.now(),
    )


@blueprint.get("/appointments/<uuid:visit_id>")
@requires(Permission.MANAGE_VISITS)
@blueprint.response(200, VisitSchema)
def one_visit(visit_id: UUID) -> Visit:
    """One visit of my service."""
    with transaction():
        found = queries.visit(viewer(), visit_id)
        record(
            viewer(), "looked at a visit", now=clock.now(), patient_id=found.patient_id, object=found.id
        )
    return found


@blueprint.patch("/appointments/<uuid:visit_id>")
@requires(Permission.MANAGE_VISITS)
@once
@blueprint.arguments(ChangeVisitSchema)
@blueprint.response(200, VisitSchema)
def change(given: dict[str, Any], visit_id: UUID) -> Visit:
    """Move a visit, or say what became of it."""
    seen, now = given.get("version"), clock.now()
    if "status" not in given:
        details = details_from(given, queries.visit(viewer(), visit_id).details)
        return actions.move(viewer(), visit_id, details, now=now, seen=seen)
    if "reason" in given:
        return actions.call_off(viewer(), visit_id, given["reason"], now=now, seen=seen)
    return DONE_BY[VisitState(given["status"])](viewer(), visit_id, now=now, seen=seen)
