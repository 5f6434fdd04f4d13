"""A patient's plan on paper and kept on the phone (patient-experience.md 3.4)."""

from __future__ import annotations

from uuid import UUID

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import public, requires, viewer
from patientapp.access.matrix import Permission
from patientapp.errors import NotFound
from patientapp.plans import keeping, queries
from patientapp.plans.pages import blueprint, me, plans_seen
from patientapp.plans.rules import CopyState, in_use
from patientapp.plans.shown import plan_words
from patientapp.plans.steps import PlanClosed
from patientapp.web.assets import read_built
from patientapp.web.idempotency import once
from patientapp.web.pages import STATIC_FOLDER
from patientapp.workdays import london_day


@blueprint.get("/flare-up/print")
@requires(Permission.SEE_OWN_PLAN)
def on_paper() -> ResponseReturnValue:
    """The plan for paper; in large print too."""
    plan = in_use(plans_seen("printed own plan"))
    if plan is None:
        return redirect(url_for(".build"), 303)
    is_large = request.args.get("size") == "large"
    return render_template(
        "plans/print.html", plan=plan_words(plan), is_large=is_large, back=url_for(".build")
    )


@blueprint.get("/flare-up/keep")
@requires(Permission.SEE_OWN_PLAN)
def ask_keep() -> ResponseReturnValue:
    """Before a copy is kept: who else may see it, and how it goes away again."""
    plan = in_use(plans_seen("looked at own plan"))
    if plan is None or plan.agreement is None:
        return redirect(url_for(".build"), 303)
    return render_template(
        "plans/keep.html",
        plan=plan,
        copies=queries.standing_copies(viewer(), me()),
        back=url_for(".build"),
    )


@blueprint.post("/flare-up/keep")
@requires(Permission.CHANGE_OWN_PLAN)
@once
def keep() -> ResponseReturnValue:
    """Name a copy; the page that follows is what the phone keeps."""
    try:
        copy_id = keeping.keep_copy(viewer(), me(), now=clock.now())
    except PlanClosed:
        return redirect(url_for(".build"), 303)
    return redirect(url_for(".copy", copy_id=copy_id), 303)


@blueprint.get("/flare-up/copies/<uuid:copy_id>/page")
@requires(Permission.SEE_OWN_PLAN)
def copy(copy_id: UUID) -> ResponseReturnValue:
    """The page that a phone keeps: the plan with its date, and nothing that needs a signal."""
    plan = in_use(plans_seen("kept own plan"))
    if plan is None or queries.own_copy_plan(viewer(), copy_id) != plan.id:
        raise NotFound
    return render_template(
        "plans/copy.html", plan=plan_words(plan), copy_id=copy_id, kept_on=london_day(clock.now())
    )


@blueprint.post("/flare-up/keep/end")
@requires(Permission.CHANGE_OWN_PLAN)
@once
def end_copies() -> ResponseReturnValue:
    """Take the plan off every phone."""
    keeping.end_copies(viewer(), me(), now=clock.now())
    return redirect(url_for(".build"), 303)


@blueprint.get("/flare-up/copies/<uuid:copy_id>")
@public
def copy_state(copy_id: UUID) -> ResponseReturnValue:
    """Whether a copy still stands: one word, nothing of anyone; unknown is ended (SEC-02)."""
    state = queries.system_copy_state(copy_id)
    return {"state": state.value}, 410 if state is CopyState.ENDED else 200


@blueprint.get("/flare-up/kept")
@public
def kept() -> str:
    """What this address says where no copy is kept on the phone; the worker answers where one is."""
    return render_template("plans/none_kept.html")


@blueprint.get("/flare-up/worker.js")
@public
def worker() -> Response:
    """The worker that shows the kept copy without a signal; it lives at this path for its reach."""
    return Response(read_built(STATIC_FOLDER, "flare-up-worker.js"), mimetype="text/javascript")
