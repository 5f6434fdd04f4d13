"""A request to come back is checked, sent, followed and taken back (patient-experience.md 3.5)."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.pifu import actions, form_rules, queries, sending, texts
from patientapp.pifu.form_rules import Step
from patientapp.pifu.pages import address, blueprint
from patientapp.pifu.rules import Stage
from patientapp.pifu.sending import NothingToSend, OutsideTheWindow
from patientapp.web.idempotency import once


@blueprint.get("/come-back/check")
@requires(Permission.ASK_TO_RETURN)
def check() -> ResponseReturnValue:
    """Everything that was said, to change or send (D9)."""
    draft = queries.draft(viewer())
    if draft is None:
        return redirect(url_for(".sent" if queries.own_requests(viewer()) else ".first"), 303)
    gap = form_rules.first_gap(draft.answers)
    if gap is not None:
        return redirect(url_for(".first") if gap is Step.SIGNS else url_for(".ask", step=gap.value), 303)
    return render_template(
        "pifu/check.html",
        lines=[
            {
                "text": label,
                "answer": said or texts.nothing(),
                "href": address(step) + "?from=check",
                "change": texts.change(),
            }
            for step, label, said in texts.lines(draft.answers)
            if step is not Step.SIGNS
        ],
        back=address(Step.REACH),
    )


@blueprint.post("/come-back/send")
@requires(Permission.ASK_TO_RETURN)
@once
def send() -> ResponseReturnValue:
    """The request is stored for good, or joined to the open one, before anybody says so (CLIN-08)."""
    draft = queries.draft(viewer())
    gap = form_rules.first_gap(draft.answers) if draft is not None else None
    if gap is not None:
        return redirect(address(gap), 303)
    try:
        sending.send(viewer(), now=clock.now())
    except OutsideTheWindow:
        return redirect(url_for(".about"), 303)
    except NothingToSend:
        return redirect(url_for(".first"), 303)
    return redirect(url_for(".sent"), 303)


@blueprint.get("/come-back/requests")
@requires(Permission.ASK_TO_RETURN)
def sent() -> str:
    """We have your request, by when it is read, and how far each one is (D10, D11)."""
    found = queries.own_requests(viewer())
    with transaction():
        record(viewer(), "looked at own requests", now=clock.now(), patient_id=viewer().patient_id)
    return render_template(
        "pifu/sent.html",
        requests=found,
        newest=found[0] if found and found[0].stage in actions.OPEN else None,
        joined=len(queries.presses_of(found[0].request.id)) > 1 if found else False,
        stages=list(Stage),
        open_stages=actions.OPEN,
        texts=texts,
    )


@blueprint.get("/come-back/requests/<uuid:request_id>/take-back")
@requires(Permission.ASK_TO_RETURN)
def ask_take_back(request_id: UUID) -> ResponseReturnValue:
    """Before a request is taken back: are you sure?"""
    found = queries.request_of(viewer(), request_id)
    if found.stage not in actions.OPEN:
        return redirect(url_for(".sent"), 303)
    return render_template("pifu/take_back.html", found=found, texts=texts, back=url_for(".sent"))


@blueprint.post("/come-back/requests/<uuid:request_id>/take-back")
@requires(Permission.ASK_TO_RETURN)
@once
def take_back(request_id: UUID) -> ResponseReturnValue:
    """Take it back; asking again is always possible inside the window."""
    actions.withdraw_request(viewer(), request_id, now=clock.now())
    return redirect(url_for(".sent"), 303)
