"""Staff's pages of findings: the forms of a patient, filled in, kept and taken back."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission, may
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.episodes.queries import episodes_of
from patientapp.errors import Forbidden, Invalid, NotFound
from patientapp.findings import actions, queries, texts
from patientapp.findings.rules import Form, forms
from patientapp.i18n import gettext as _
from patientapp.patients.queries import patient
from patientapp.patients.typed import typed_day
from patientapp.services.queries import staff_names
from patientapp.web.desk import check_form_patient, staff_page
from patientapp.web.idempotency import once
from patientapp.workdays import london_day

blueprint = Blueprint("findings", __name__, template_folder="templates")
UNDER = "/staff/patients/<uuid:patient_id>/findings"


def _own_forms() -> list[Form]:
    """The forms that this viewer may fill in."""
    clinical = may(viewer(), Permission.WRITE_PLANS)
    return [form for form in forms().values() if clinical or form.for_team]


def _form(name: str) -> Form:
    found = forms().get(name)
    if found is None:
        raise NotFound
    if found not in _own_forms():
        raise Forbidden
    return found


@blueprint.get(UNDER)
@requires(Permission.HANDLE_TASKS)
def of_patient(patient_id: UUID) -> str:
    """What was found in this patient, what is due, and the forms."""
    own, today = {form.id for form in _own_forms()}, london_day(clock.now())
    with transaction():
        person = patient(viewer(), patient_id)
        found = [one for one in queries.findings_of(viewer(), patient_id) if one.form in own]
        due = queries.due_of(viewer(), until=today + queries.SOON, patient_id=patient_id)
        clinical = may(viewer(), Permission.WRITE_PLANS)
        flags = queries.flags_of(viewer(), [patient_id])[patient_id] if clinical else []
        record(viewer(), "looked at findings", now=clock.now(), patient_id=person.id)
    return staff_page(
        "findings/list.html",
        person=person,
        found=found,
        flags=flags,
        due=[one for one in due if one.form.id in own],
        today=today,
        forms=_own_forms(),
        all_forms=forms(),
        names=staff_names(viewer(), {one.recorded_by for one in found}),
        has_episode=bool(episodes_of(viewer(), patient_id)),
        back=_patient_page(patient_id),
    )


def _patient_page(patient_id: UUID) -> str:
    if may(viewer(), Permission.SEE_PROGRESS):
        return url_for("progress.patient", patient_id=patient_id)
    return url_for("patients.listing")


@blueprint.get(f"{UNDER}/<form_id>")
@requires(Permission.HANDLE_TASKS)
def new(patient_id: UUID, form_id: str) -> str:
    """The empty form."""
    with transaction():
        person = patient(viewer(), patient_id)
        record(viewer(), "looked at a patient", now=clock.now(), patient_id=person.id)
    return _page(patient_id, _form(form_id), {})


@blueprint.post(f"{UNDER}/<form_id>")
@requires(Permission.HANDLE_TASKS)
@once
def keep(patient_id: UUID, form_id: str) -> ResponseReturnValue:
    """Keep the form, with what follows from it."""
    check_form_patient(patient(viewer(), patient_id).id)
    form = _form(form_id)
    own = {str(one.id): one.id for one in episodes_of(viewer(), patient_id)}
    episode_id, found_on = own.get(request.form.get("episode", "")), typed_day()
    wrong = {}
    if episode_id is None:
        wrong["episode"] = _("Choose the episode")
    if found_on is None:
        wrong["found_on"] = _("Give the day, today or before")
    if episode_id is None or found_on is None:
        return _page(patient_id, form, wrong), 422
    given = {field.code: request.form.get(field.code, "") for field in form.fields}
    try:
        actions.keep(
            viewer(), episode_id=episode_id, form=form, found_on=found_on, answers=given, now=clock.now()
        )
    except Invalid as problem:
        return _page(patient_id, form, _words(form, problem)), 422
    return redirect(url_for(".of_patient", patient_id=patient_id), 303)


def _words(form: Form, problem: Invalid) -> dict[str, str]:
    by_code = {field.code: field for field in form.fields}
    wrong = {code: texts.mistake(by_code.get(code), str(why[0])) for code, why in problem.fields.items()}
    if "found_on" in wrong:
        wrong["found_on"] = _("Give a day from the referral to today")
    return wrong


def _page(patient_id: UUID, form: Form, wrong: dict[str, str]) -> str:
    episodes = episodes_of(viewer(), patient_id)
    today = london_day(clock.now())
    typed = request.form.to_dict() or {
        "day": str(today.day), "month": str(today.month), "year": str(today.year),
    }  # fmt: skip
    return staff_page(
        "findings/form.html",
        person=patient(viewer(), patient_id),
        form_of=form,
        episodes=[(str(one.id), one.received_on) for one in episodes],
        typed=typed,
        wrong=wrong,
        errors=[({"found_on": "dob-day"}.get(name, name), words) for name, words in wrong.items()],
        back=url_for(".of_patient", patient_id=patient_id),
    )


@blueprint.post(f"{UNDER}/<uuid:finding_id>/undo")
@requires(Permission.HANDLE_TASKS)
@once
def undo(patient_id: UUID, finding_id: UUID) -> ResponseReturnValue:
    """This was never so."""
    was = queries.finding(viewer(), finding_id)
    if was.patient_id != patient(viewer(), patient_id).id:
        raise NotFound
    check_form_patient(patient_id)
    _form(was.form)
    actions.undo(viewer(), finding_id, now=clock.now())
    return redirect(url_for(".of_patient", patient_id=patient_id), 303)
