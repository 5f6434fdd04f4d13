"""Somebody cannot talk safely: one press, a calm page, nothing left on the screen (3.7)."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.signin import actions
from patientapp.web.idempotency import once
from patientapp.workdays import london_day
from patientapp.worklist.actions import raise_item
from patientapp.worklist.rules import ItemKind

blueprint = Blueprint("quiet", __name__)
CALM = "breathing"  # a page like any other about living with pain


@blueprint.post("/breathing-space")
@requires(Permission.BEGIN_ANSWERING)
@once
def cannot_talk() -> ResponseReturnValue:
    """Staff get a task, the phone is locked, and the page that follows says nothing of it.

    No text, no receipt and no entry on any page of the patient's: somebody may be looking.
    """
    asking, now = viewer(), clock.now()
    assert asking.patient_id is not None  # the permission is patients' own
    raise_item(
        ItemKind.TASK,
        service_id=asking.service_id,
        patient_id=asking.patient_id,
        reason="cannot_talk_safely",
        source=f"{asking.patient_id}:cannot-talk:{london_day(now).isoformat()}",
        now=now,
    )
    record(asking, "cannot talk safely", now=now, patient_id=asking.patient_id)
    actions.end_session(asking.session_id, now=now)
    return redirect(url_for("education.topic", topic=CALM), 303)
