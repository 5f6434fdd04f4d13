"""Sending: check every answer, send them, and what comes next (patient-experience.md 3.2)."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.assessments import sending
from patientapp.assessments.answering import AlreadySubmitted
from patientapp.assessments.opening import check_open
from patientapp.assessments.pages import blueprint
from patientapp.assessments.queries import OwnTask, own_task, own_tasks, saved_answers
from patientapp.assessments.responses import NothingAnswered
from patientapp.assessments.rules import TaskState
from patientapp.assessments.shown import review, task_rows
from patientapp.assessments.words import instrument_of, words_to_ask
from patientapp.db import transaction
from patientapp.i18n import gettext as _
from patientapp.web.idempotency import once
from patientapp.workdays import london_day


@blueprint.get("/tasks/<uuid:task_id>/check")
@requires(Permission.ANSWER_OWN)
def check(task_id: UUID) -> ResponseReturnValue:
    """Every answer, skipped ones first, before sending."""
    task = own_task(viewer(), task_id)
    if task.state is TaskState.DONE:
        return redirect(url_for(".thank_you", task_id=task_id), 303)
    check_open(task, now=clock.now())
    return _check_page(task)


def _check_page(task: OwnTask, *, error: str = "") -> ResponseReturnValue:
    wording = words_to_ask(task, today=london_day(clock.now()))
    page = render_template(
        "assessments/check.html",
        task=task,
        wording=wording,
        rows=review(task, wording, saved_answers(task.id)),
        errors=[("", error)] if error else [],
    )
    return page, 422 if error else 200


@blueprint.post("/tasks/<uuid:task_id>/send")
@requires(Permission.ANSWER_OWN)
@once
def send(task_id: UUID) -> ResponseReturnValue:
    """Send; sent twice, or sent from an old page, it is the same thank-you page (section 11)."""
    try:
        with suppress(AlreadySubmitted), transaction():  # the same thank-you page, no second record
            sending.submit_answers(viewer(), task_id, now=clock.now())
    except NothingAnswered:
        task = own_task(viewer(), task_id)
        return _check_page(task, error=_("Answer or skip at least one question before you send."))
    return redirect(url_for(".thank_you", task_id=task_id), 303)


@blueprint.get("/tasks/<uuid:task_id>/thank-you")
@requires(Permission.ANSWER_OWN)
def thank_you(task_id: UUID) -> ResponseReturnValue:
    """We have it; who reads it; what to do if worse; what comes next."""
    task = own_task(viewer(), task_id)
    if task.state is not TaskState.DONE:
        return redirect(url_for(".resume", task_id=task_id), 303)
    risks = sending.risks_of(task)
    left = [one for one in own_tasks(viewer()) if one.state is not TaskState.DONE]
    return render_template(
        "assessments/thank_you.html",
        task=task,
        title=instrument_of(task).title(),
        left=task_rows(left, now=clock.now()),
        risk=risks[0] if risks else None,
    )
