"""A patient's own letters and plans: read, print, agree."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.documents import going, queries
from patientapp.documents.queries import Written
from patientapp.documents.rules import Audience, HowSent, Mark, Recipient
from patientapp.errors import NotFound
from patientapp.web.idempotency import once
from patientapp.workdays import london_day

blueprint = Blueprint("documents", __name__, template_folder="templates")


def _me() -> UUID:
    own = viewer().patient_id
    assert own is not None
    return own


@blueprint.get("/letters")
@requires(Permission.SEE_OWN_PLAN)
def own() -> str:
    """My plans and letters, newest first."""
    with transaction():
        found = queries.own_letters(viewer(), _me())
        record(viewer(), "looked at own letters", now=clock.now(), patient_id=_me())
    return render_template("documents/own.html", letters=found, back=url_for("home.mine"))


@blueprint.get("/letters/<uuid:document_id>")
@requires(Permission.SEE_OWN_PLAN)
def one(document_id: UUID) -> str:
    """One of them, to read and to print."""
    with transaction():
        found = _own(document_id)
        record(viewer(), "looked at own letter", now=clock.now(), patient_id=_me(), object=document_id)
    return render_template(
        "documents/letter.html",
        found=found,
        issue=found.issue,
        is_plan=found.kind.audience is Audience.PATIENT,
        agreed=found.mark(Mark.AGREED),
        back=url_for(".own"),
    )


def _own(document_id: UUID) -> Written:
    found = queries.document(viewer(), document_id)
    if not queries.is_for_patient(found):
        raise NotFound
    return found


@blueprint.post("/letters/<uuid:document_id>/agree")
@requires(Permission.CHANGE_OWN_PLAN)
@once
def agree(document_id: UUID) -> ResponseReturnValue:
    """I agree with this plan (C51); reading it here is a way of getting it."""
    found, now = _own(document_id), clock.now()
    if found.kind.audience is not Audience.PATIENT:
        raise NotFound
    today = london_day(now)
    going.sent(viewer(), document_id, Recipient.PATIENT, HowSent.LINK, on=today, now=now)
    going.mark(viewer(), document_id, Mark.AGREED, on=today, now=now)
    return redirect(url_for(".one", document_id=document_id), 303)
