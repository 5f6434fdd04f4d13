"""Staff's pages of a patient's flare-up plan: read it, write in it, agree it, take it away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.errors import NotFound
from patientapp.patients.queries import patient
from patientapp.patients.typed import typed_day
from patientapp.plans import actions, queries, texts
from patientapp.plans.actions import PlanNotReady
from patientapp.plans.rules import (
    FIXED,
    LONGEST_NOTE,
    WRITABLE,
    Plan,
    Section,
    being_written,
    in_use,
)
from patientapp.plans.schemas import TypedSection, typed_section
from patientapp.plans.section_form import form_seen, section_facts
from patientapp.plans.shown import plan_words
from patientapp.plans.steps import PlanChanged, PlanClosed
from patientapp.services.queries import staff_names
from patientapp.web.desk import check_form_patient, staff_page
from patientapp.web.idempotency import once

blueprint = Blueprint("plans_staff", __name__, template_folder="templates")
UNDER = "/staff/patients/<uuid:patient_id>/flare-up"


@blueprint.get(UNDER)
@requires(Permission.SEE_PROGRESS)
def of_patient(patient_id: UUID) -> str:
    """The plan, its versions, and the flare-ups we were told of."""
    return _page(patient_id, {})


def _page(patient_id: UUID, wrong: dict[str, str], *, error: str = "") -> str:
    with transaction():
        person = patient(viewer(), patient_id)
        plans = queries.plans_of(viewer(), patient_id)
        flares = queries.flares_of(viewer(), patient_id)
        record(viewer(), "looked at a flare-up plan", now=clock.now(), patient_id=person.id)
    writing, using = being_written(plans), in_use(plans)
    return staff_page(
        "plans/staff_plan.html",
        person=person,
        plans=plans,
        writing=writing,
        shown=writing or using,
        using=using if using and using.agreement else None,
        sections=WRITABLE,
        by=_names(plans),
        flares=flares,
        texts=texts,
        wrong=wrong,
        typed=request.form,
        errors=_targets(wrong) + ([("", error)] if error else []),
        back=url_for("progress.patient", patient_id=patient_id),
    )


def _names(plans: list[Plan]) -> dict[str, str]:
    keys = {step.by for plan in plans for step in plan.steps}
    ids = [UUID(key.removeprefix("staff:")) for key in keys if key.startswith("staff:")]
    return {f"staff:{one}": name for one, name in staff_names(viewer(), ids).items()}


def _targets(wrong: dict[str, str]) -> list[tuple[str, str]]:
    fields = {"review_on": "dob-day", "medicines_checked": "medicines_checked", "note": "note"}
    return [(fields.get(name, ""), _named(name, words)) for name, words in wrong.items()]


def _named(name: str, words: str) -> str:
    return f"{texts.title(Section(name))}: {words}" if name in set(Section) else words


@blueprint.get(f"{UNDER}/print")
@requires(Permission.SEE_PROGRESS)
def on_paper(patient_id: UUID) -> str:
    """The plan for paper, to hand over."""
    with transaction():
        person = patient(viewer(), patient_id)
        plan = in_use(queries.plans_of(viewer(), patient_id))
        record(viewer(), "printed a flare-up plan", now=clock.now(), patient_id=person.id)
    if plan is None:
        raise NotFound
    return render_template(
        "plans/print.html",
        plan=plan_words(plan),
        is_large=request.args.get("size") == "large",
        back=url_for(".of_patient", patient_id=patient_id),
    )


@blueprint.post(f"{UNDER}/begin")
@requires(Permission.WRITE_PLANS)
@once
def begin(patient_id: UUID) -> ResponseReturnValue:
    """Start a plan with the patient, or the next version of it."""
    _named_patient(patient_id)
    actions.begin(viewer(), patient_id, now=clock.now())
    return _to(patient_id)


def _named_patient(patient_id: UUID) -> None:
    check_form_patient(patient(viewer(), patient_id).id)


def _to(patient_id: UUID) -> ResponseReturnValue:
    return redirect(url_for(".of_patient", patient_id=patient_id), 303)


@blueprint.get(f"{UNDER}/section")
@requires(Permission.WRITE_PLANS)
def write(patient_id: UUID) -> ResponseReturnValue:
    """One section, to write with the patient: ?section= names it."""
    plan = _writing(patient_id)
    if plan is None:
        return _to(patient_id)
    part = _part(request.args.get("section", ""))
    content = plan.content(part)
    rows = [(one.name, one.number, one.ask) for one in content.people]
    with transaction():
        record(viewer(), "looked at a flare-up plan", now=clock.now(), patient_id=patient_id)
    return _section_page(plan, part, TypedSection(content, rows))


def _writing(patient_id: UUID) -> Plan | None:
    patient(viewer(), patient_id)
    return being_written(queries.plans_of(viewer(), patient_id))


def _part(name: str) -> Section:
    if name not in set(Section) or Section(name) in FIXED:
        raise NotFound
    return Section(name)


def _section_page(plan: Plan, part: Section, typed: TypedSection, *, changed: bool = False) -> str:
    return staff_page(
        "plans/staff_write.html",
        person=patient(viewer(), plan.patient_id),
        back=url_for(".of_patient", patient_id=plan.patient_id),
        **section_facts(plan, part, typed, changed=changed),
    )


@blueprint.post(f"{UNDER}/section")
@requires(Permission.WRITE_PLANS)
@once
def save(patient_id: UUID) -> ResponseReturnValue:
    """Keep a section that was written with the patient."""
    _named_patient(patient_id)
    plan = _writing(patient_id)
    if plan is None:
        return _to(patient_id)
    part = _part(request.form.get("section", ""))
    typed = typed_section(part, request.form, request.form.getlist("picked"))
    if typed.wrong:
        return _section_page(plan, part, typed), 422
    seen = form_seen(request.form.get("seen", ""))
    try:
        actions.save_section(viewer(), plan.id, part, typed.content, seen=seen, now=clock.now())
    except PlanChanged:
        return _section_page(plan, part, typed, changed=True), 409
    return _to(patient_id)


@blueprint.post(f"{UNDER}/agree")
@requires(Permission.WRITE_PLANS)
@once
def agree(patient_id: UUID) -> ResponseReturnValue:
    """Agree what I have just read; a plan that changed since, or lacks a part, is not agreed."""
    _named_patient(patient_id)
    plan = _writing(patient_id)
    if plan is None:
        return _page(patient_id, {}, error=PlanClosed.__doc__ or ""), 409
    try:
        actions.agree(
            viewer(),
            plan.id,
            seen=request.form.get("seen", ""),
            review_on=typed_day(),
            medicines_checked=request.form.get("medicines_checked") == "yes",
            now=clock.now(),
        )
    except PlanNotReady as problem:
        wrong = {name: texts.mistake(codes[0]) for name, codes in problem.fields.items()}
        return _page(patient_id, wrong), 422
    except PlanChanged as problem:
        return _page(patient_id, {}, error=problem.detail), 409
    return _to(patient_id)


@blueprint.post(f"{UNDER}/send-back")
@requires(Permission.WRITE_PLANS)
@once
def send_back(patient_id: UUID) -> ResponseReturnValue:
    """Back to the person, with a note that they read."""
    return _with_note(patient_id, being_written, actions.send_back)


@blueprint.post(f"{UNDER}/withdraw")
@requires(Permission.WRITE_PLANS)
@once
def withdraw(patient_id: UUID) -> ResponseReturnValue:
    """Take the agreed plan away: here at once, from phones at their next contact (CLIN-10)."""
    return _with_note(patient_id, in_use, actions.withdraw)


def _with_note(
    patient_id: UUID, which: Callable[[Sequence[Plan]], Plan | None], act: Callable[..., Plan]
) -> ResponseReturnValue:
    _named_patient(patient_id)
    plan = which(queries.plans_of(viewer(), patient_id))
    note = request.form.get("note", "").strip()
    if not note or len(note) > LONGEST_NOTE:
        return _page(patient_id, {"note": texts.mistake("no_reason")}), 422
    if plan is None:
        return _page(patient_id, {}, error=PlanClosed.__doc__ or ""), 409
    act(viewer(), plan.id, note=note, now=clock.now())
    return _to(patient_id)
