"""Answering, one question a page (patient-experience.md 3.1 A5, A6 and 3.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.assessments import answering
from patientapp.assessments.answering import AlreadySubmitted, OlderAnswer
from patientapp.assessments.hearing import listen
from patientapp.assessments.offering import NotOffered
from patientapp.assessments.opening import NotOpen, check_open
from patientapp.assessments.queries import OwnTask, own_task, own_tasks
from patientapp.assessments.rules import TaskState
from patientapp.assessments.shown import (
    Question,
    TaskRow,
    first_unanswered,
    question,
    question_posted,
    task_rows,
)
from patientapp.assessments.words import must_choose
from patientapp.errors import Conflict
from patientapp.i18n import gettext as _
from patientapp.questionnaires.definition import Advice, Risk
from patientapp.web.idempotency import once
from patientapp.workdays import london_day

blueprint = Blueprint("assessments", __name__, template_folder="templates")
blueprint.after_request(listen)


def _today() -> date:
    return london_day(clock.now())


@blueprint.get("/before-you-begin")
@requires(Permission.ANSWER_OWN)
def before() -> ResponseReturnValue:
    """How many sets, how long, when it closes; not watched; the whole safety cards (CLIN-01)."""
    rows = task_rows(own_tasks(viewer()), now=clock.now())
    left = [row for row in rows if row.is_open and not row.is_done]
    if not left:
        return redirect(url_for(".tasks"), 303)
    return render_template("assessments/before.html", tasks=left, onward=_begin_at(left))


def _begin_at(rows: Sequence[TaskRow]) -> str:
    """Where the person stopped; the only set there is; else the list (A6)."""
    left = [row.task for row in rows]
    begun = [task for task in left if task.state is TaskState.STARTED] or left
    return url_for(".resume", task_id=begun[0].id) if len(begun) == 1 else url_for(".tasks")


@blueprint.get("/tasks")
@requires(Permission.ANSWER_OWN)
def tasks() -> str:
    """The sets of questions of this link, and where each one stands."""
    return render_template(
        "assessments/tasks.html", tasks=task_rows(own_tasks(viewer()), now=clock.now())
    )


@blueprint.get("/tasks/<uuid:task_id>")
@requires(Permission.ANSWER_OWN)
def resume(task_id: UUID) -> ResponseReturnValue:
    """Go on where the person stopped, on this phone or another."""
    task = own_task(viewer(), task_id)
    if task.state is TaskState.DONE:
        return redirect(url_for(".thank_you", task_id=task_id), 303)
    check_open(task, now=clock.now())
    if must_choose(task, today=_today()):
        return redirect(url_for("answer_language.choose", task_id=task_id), 303)
    return redirect(_after(task, first_unanswered(task)), 303)


def _after(task: OwnTask, number: int | None) -> str:
    if number is None:
        return url_for(".check", task_id=task.id)
    return url_for(".ask", task_id=task.id, number=number)


@blueprint.get("/tasks/<uuid:task_id>/questions/<int:number>")
@requires(Permission.ANSWER_OWN)
def ask(task_id: UUID, number: int) -> ResponseReturnValue:
    """One question."""
    task = own_task(viewer(), task_id)
    if task.state is TaskState.DONE:
        return redirect(url_for(".thank_you", task_id=task_id), 303)
    if must_choose(task, today=_today()):
        return redirect(url_for("answer_language.choose", task_id=task_id), 303)
    return _question_page(question(task, number, now=clock.now()))


def _question_page(shown: Question, *, error: str = "", status: int = 200) -> ResponseReturnValue:
    changing = request.args.get("from") == "check"
    page = render_template(
        "assessments/question.html",
        q=shown,
        changing=changing,
        errors=[(shown.code, error)] if error else [],
        back=url_for(".check", task_id=shown.task_id) if changing else _before(shown),
    )
    return page, status


def _before(shown: Question) -> str:
    if shown.number == 1:
        return url_for(".tasks")
    return url_for(".ask", task_id=shown.task_id, number=shown.number - 1)


@blueprint.post("/tasks/<uuid:task_id>/questions/<int:number>")
@requires(Permission.SAVE_OWN_ANSWER)
@once
def save(task_id: UUID, number: int) -> ResponseReturnValue:
    """Keep the answer at once; an answer that needs advice shows it first (CLIN-02)."""
    shown = question_posted(own_task(viewer(), task_id), number)
    is_skip = request.form.get("act") == "skip"
    given = None if is_skip else shown.parsed(request.form.get(shown.code, ""))
    if given is None and not is_skip:
        shown = question(own_task(viewer(), task_id), number, now=clock.now())
        return _question_page(shown, error=shown.refusal(request.form.get(shown.code, "")), status=422)
    try:
        risks = answering.save_answer(
            viewer(),
            task_id,
            item=shown.code,
            value=given,
            version=_version(),
            now=clock.now(),
        )
    except (AlreadySubmitted, OlderAnswer, NotOpen, NotOffered) as refused:
        heard = answering.hear(viewer(), task_id, {shown.code: given}, now=clock.now())
        return _advise(task_id, heard) if heard else _not_kept(task_id, number, refused)
    if risks:
        return _advise(task_id, risks)
    return redirect(url_for("entry.birth_date") if viewer().idle else _onward(task_id, shown), 303)


def _advise(task_id: UUID, risks: Sequence[Risk]) -> ResponseReturnValue:
    """The advice is the first thing seen (CLIN-02); the most urgent where there are several."""
    kind = min((risk.advice for risk in risks), key=list(Advice).index)
    return redirect(url_for(".advice", kind=kind.value, task_id=task_id), 303)


def _not_kept(task_id: UUID, number: int, refused: Conflict) -> ResponseReturnValue:
    """What a person sees whose answer lost to another, or came too late."""
    if isinstance(refused, AlreadySubmitted):
        return redirect(url_for(".thank_you", task_id=task_id), 303)
    if isinstance(refused, NotOpen | NotOffered):
        raise refused
    said = _("You answered this again since, perhaps on another phone. This is that answer.")
    newer = question(own_task(viewer(), task_id), number, now=clock.now())
    return _question_page(newer, error=said, status=409)


def _version() -> int:
    """The version that this page would be: one more than it saw. Pages cannot claim the far future."""
    seen = request.form.get("version", "0")
    return min(int(seen), 1_000_000) + 1 if seen.isascii() and seen.isdigit() else 1


def _onward(task_id: UUID, shown: Question) -> str:
    if request.args.get("from") == "check" or shown.number == shown.total:
        return url_for(".check", task_id=task_id)
    return url_for(".ask", task_id=task_id, number=shown.number + 1)


@blueprint.get("/tasks/<uuid:task_id>/advice/<kind>")
@requires(Permission.SAVE_OWN_ANSWER)
def advice(task_id: UUID, kind: str) -> str:
    """What to do now, first on the page; then on with the questions."""
    chosen = Advice(kind) if kind in set(Advice) else Advice.EMERGENCY
    return render_template(
        "assessments/advice.html", kind=chosen, onward=url_for(".resume", task_id=task_id)
    )
