"""A patient's own flare-up plan: use it, build it, share it (patient-experience.md 3.4)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.errors import NotFound
from patientapp.i18n import gettext as _
from patientapp.plans import actions, keeping, queries, texts
from patientapp.plans.rules import (
    FIXED,
    WRITABLE,
    Content,
    Plan,
    Section,
    being_written,
    in_use,
    missing,
)
from patientapp.plans.safety import safety_version
from patientapp.plans.schemas import TypedSection, typed_section
from patientapp.plans.section_form import form_seen, section_facts
from patientapp.plans.shown import PlanWords, plan_words
from patientapp.plans.steps import PlanChanged
from patientapp.web.idempotency import once
from patientapp.workdays import london_day
from patientapp.worklist.hearing import listen_to_words

blueprint = Blueprint("plans", __name__, template_folder="templates")
blueprint.after_request(listen_to_words)


def me() -> UUID:
    """Whose plan it is: the one who asks."""
    own = viewer().patient_id
    assert own is not None
    return own


def plans_seen(looked: str) -> list[Plan]:
    """Every version of the viewer's plan; the audit keeps that they looked."""
    with transaction():
        found = queries.plans_of(viewer(), me())
        record(viewer(), looked, now=clock.now(), patient_id=me())
    return found


@blueprint.get("/flare-up")
@requires(Permission.SEE_OWN_PLAN)
def use() -> str:
    """ "I am having a flare-up": when to get help now, then my first steps, then who can help."""
    plans = plans_seen("used the flare-up plan")
    noted = request.args.get("noted") == "yes"
    today = london_day(clock.now())
    return render_template(
        "plans/use.html",
        plan=_words(in_use(plans)),
        is_noted=noted or queries.flare_on(viewer(), me(), today) is not None,
        back=url_for("home.mine"),
    )


def _words(plan: Plan | None) -> PlanWords | None:
    return plan_words(plan) if plan else None


@blueprint.post("/flare-up/started")
@requires(Permission.CHANGE_OWN_PLAN)
@once
def started() -> ResponseReturnValue:
    """Note that this flare-up started today; pressed again it is the same one."""
    now = clock.now()
    keeping.note_flare(viewer(), me(), on=london_day(now), now=now)
    return redirect(url_for(".use", noted="yes", _anchor="noted"), 303)


@blueprint.get("/flare-up/plan")
@requires(Permission.SEE_OWN_PLAN)
def build() -> str:
    """The sections, what is in them, and what can be done with the plan."""
    return _build_page(plans_seen("looked at own plan"))


def _build_page(plans: list[Plan], *, error: str = "") -> str:
    writing, using = being_written(plans), in_use(plans)
    shown = writing or using
    return render_template(
        "plans/build.html",
        shown=shown,
        writing=writing,
        agreed=using if using and using.agreement else None,
        rows=[_row(shown, section, is_open=writing is not None) for section in WRITABLE] if shown else [],
        lacking=[texts.title(one) for one in missing(shown, has_urgent=bool(safety_version()))]
        if shown
        else [],
        note=writing.steps[-1].note if writing else "",
        copies=queries.standing_copies(viewer(), me()),
        texts=texts,
        errors=[("", error)] if error else [],
        back=url_for("home.mine"),
    )


def _row(plan: Plan, section: Section, *, is_open: bool) -> dict[str, str | None]:
    is_filled = plan.content(section).is_filled
    return {
        "text": texts.title(section),
        "hint": None,
        "href": url_for(".write", section=section.value) if is_open else None,
        "status": _("Done") if is_filled else _("Not started"),
        "kind": "done" if is_filled else "plain",
    }


@blueprint.post("/flare-up/plan/begin")
@requires(Permission.CHANGE_OWN_PLAN)
@once
def begin() -> ResponseReturnValue:
    """Start a plan, or a new version of it."""
    actions.begin(viewer(), me(), now=clock.now())
    return redirect(url_for(".build"), 303)


@blueprint.get("/flare-up/plan/<section>")
@requires(Permission.SEE_OWN_PLAN)
def write(section: str) -> ResponseReturnValue:
    """One section: ideas to pick and room for own words."""
    part = _section(section)
    plan = being_written(plans_seen("looked at own plan"))
    if plan is None:
        return redirect(url_for(".build"), 303)
    return _section_page(plan, part, _as_typed(plan.content(part)))


def _section(name: str) -> Section:
    if name not in set(Section) or Section(name) in FIXED:
        raise NotFound
    return Section(name)


def _as_typed(content: Content) -> TypedSection:
    return TypedSection(content, [(one.name, one.number, one.ask) for one in content.people])


def _section_page(plan: Plan, part: Section, typed: TypedSection, *, changed: bool = False) -> str:
    facts = section_facts(plan, part, typed, changed=changed)
    return render_template("plans/write.html", back=url_for(".build"), **facts)


@blueprint.post("/flare-up/plan/<section>")
@requires(Permission.CHANGE_OWN_PLAN)
@once
def save(section: str) -> ResponseReturnValue:
    """Keep a section, then show the list; with a mistake, everything typed stays on the page."""
    part = _section(section)
    plan = being_written(queries.plans_of(viewer(), me()))
    if plan is None:
        return redirect(url_for(".build"), 303)
    typed = typed_section(part, request.form, request.form.getlist("picked"))
    if typed.wrong:
        return _section_page(plan, part, typed), 422
    try:
        actions.save_section(
            viewer(),
            plan.id,
            part,
            typed.content,
            seen=form_seen(request.form.get("seen", "")),
            now=clock.now(),
        )
    except PlanChanged:
        return _section_page(plan, part, typed, changed=True), 409
    return redirect(url_for(".build"), 303)


@blueprint.post("/flare-up/plan/share")
@requires(Permission.CHANGE_OWN_PLAN)
@once
def share() -> ResponseReturnValue:
    """Ask my clinician to look at this."""
    plans = queries.plans_of(viewer(), me())
    plan = being_written(plans)
    if plan is None:
        return redirect(url_for(".build"), 303)
    if not plan.filled:
        return _build_page(plans, error=_("Write something in one part first, then share it")), 422
    actions.share(viewer(), plan.id, now=clock.now())
    return redirect(url_for(".build"), 303)
