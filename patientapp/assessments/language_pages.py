"""No official wording in the person's language: English, an interpreter or paper (section 4)."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.access.viewer import Viewer
from patientapp.assessments.answering import settle_language
from patientapp.assessments.opening import check_open
from patientapp.assessments.queries import OwnTask, own_task
from patientapp.assessments.words import words_to_ask
from patientapp.audit.actions import record
from patientapp.i18n import gettext as _
from patientapp.web.idempotency import once
from patientapp.workdays import london_day
from patientapp.worklist.actions import raise_item
from patientapp.worklist.rules import ItemKind

blueprint = Blueprint("answer_language", __name__, template_folder="templates")


class Way(StrEnum):
    """How somebody answers whose language a questionnaire does not have."""

    ENGLISH = "english"
    CALL = "call"
    PAPER = "paper"


TASKS = {Way.CALL: "no_wording_call", Way.PAPER: "no_wording_paper"}


@blueprint.get("/tasks/<uuid:task_id>/language")
@requires(Permission.ANSWER_OWN)
def choose(task_id: UUID) -> str:
    """Say that the official words are not there, and what can be done."""
    return _page(own_task(viewer(), task_id))


@blueprint.post("/tasks/<uuid:task_id>/language")
@requires(Permission.ANSWER_OWN)
@once
def keep(task_id: UUID) -> ResponseReturnValue:
    """English is kept for the whole set; a call and paper are a task for staff."""
    task, now = own_task(viewer(), task_id), clock.now()
    check_open(task, now=now)
    given = request.form.get("way", "")
    if given not in set(Way):
        return _page(task, _("Choose how you would like to answer")), 422
    words = words_to_ask(task, today=london_day(now))
    record(
        viewer(), f"chose {given} for questions", now=now, patient_id=viewer().patient_id, object=task.id
    )
    if given == Way.ENGLISH:
        settle_language(task.id, words.language)
        return redirect(url_for("assessments.resume", task_id=task_id), 303)
    _tell_staff(viewer(), task, TASKS[Way(given)])
    return redirect(url_for(".told", task_id=task_id, way=given), 303)


def _tell_staff(asking: Viewer, task: OwnTask, reason: str) -> None:
    assert asking.patient_id is not None
    raise_item(
        ItemKind.TASK,
        service_id=asking.service_id,
        patient_id=asking.patient_id,
        reason=reason,
        source=f"{task.id}:{reason}",
        now=clock.now(),
    )


@blueprint.get("/tasks/<uuid:task_id>/language/told")
@requires(Permission.ANSWER_OWN)
def told(task_id: UUID) -> str:
    """What happens now."""
    own_task(viewer(), task_id)
    is_paper = request.args.get("way") == Way.PAPER
    return render_template("assessments/language_told.html", task_id=task_id, is_paper=is_paper)


def _page(task: OwnTask, error: str = "") -> str:
    words = words_to_ask(task, today=london_day(clock.now()))
    return render_template(
        "assessments/language.html",
        task=task,
        title=words.title,
        tongue=words.language,
        errors=[("way", error)] if error else [],
        back=url_for("assessments.tasks"),
    )
