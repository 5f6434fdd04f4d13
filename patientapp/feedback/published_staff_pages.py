""" "You said, we did": published by staff, read by everybody, with nobody's name in it (N56)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import public, requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.feedback import texts, told_actions, told_queries
from patientapp.feedback.told_rules import LONGEST_WORDS, Theme
from patientapp.patients.rules import is_visible
from patientapp.services.queries import contact, system_service_by_slug
from patientapp.web.desk import staff_page
from patientapp.web.idempotency import once

blueprint = Blueprint("you_said", __name__, template_folder="templates")


@blueprint.get("/services/<slug>/you-said")
@public
def shown(slug: str) -> str:
    """What people told this service and what it did."""
    service = system_service_by_slug(slug)
    g.service = contact(service)
    return render_template(
        "feedback/you_said.html", ones=told_queries.system_you_said(service.id), texts=texts
    )


@blueprint.get("/staff/you-said")
@requires(Permission.HANDLE_COMPLAINTS)
def listing() -> str:
    """What is published, and a form for more."""
    with transaction():
        record(viewer(), "looked at what the service published", now=clock.now())
    return _page({})


def _page(wrong: dict[str, str]) -> str:
    return staff_page(
        "feedback/staff_you_said.html",
        here="told",
        ones=told_queries.system_you_said(viewer().service_id),
        given=request.form,
        wrong={name: texts.mistake(code) for name, code in wrong.items()},
        errors=[(name, texts.mistake(code)) for name, code in wrong.items()],
        limit=LONGEST_WORDS,
        texts=texts,
        back=url_for("told_staff.listing"),
    )


@blueprint.post("/staff/you-said")
@requires(Permission.HANDLE_COMPLAINTS)
@once
def publish() -> ResponseReturnValue:
    """Publish what was said and done."""
    form = request.form
    wrong = {name: "no_words" for name in ("said", "did") if not is_visible(form.get(name, ""))}
    wrong |= {name: "too_long" for name in ("said", "did") if len(form.get(name, "")) > LONGEST_WORDS}
    if form.get("theme") not in set(Theme):
        wrong["theme"] = "choose"
    if wrong:
        return _page(wrong), 422
    told_actions.publish(
        viewer(), Theme(form["theme"]), said=form["said"], did=form["did"], now=clock.now()
    )
    return redirect(url_for(".listing"), 303)


@blueprint.post("/staff/you-said/<uuid:you_said_id>/take-back")
@requires(Permission.HANDLE_COMPLAINTS)
@once
def take_back(you_said_id: UUID) -> ResponseReturnValue:
    """No longer shown."""
    told_actions.take_back(viewer(), you_said_id, now=clock.now())
    return redirect(url_for(".listing"), 303)
