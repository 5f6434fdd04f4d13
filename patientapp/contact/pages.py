"""Staff's pages of contact with one person: texts, choices, a new link, a death."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission, may
from patientapp.audit.actions import record
from patientapp.contact import actions, queries, texts
from patientapp.contact.actions import NotSentNow
from patientapp.contact.forms import read_choices, read_day, targets, typed_of, wrong_words
from patientapp.contact.schemas import KINDS, ChoicesSchema, DeathSchema
from patientapp.db import transaction
from patientapp.errors import Invalid
from patientapp.i18n import gettext as _
from patientapp.messaging import log_texts
from patientapp.messaging.log import contact_log
from patientapp.patients import queries as patients
from patientapp.patients import texts as patient_texts
from patientapp.web.current import settings
from patientapp.web.desk import check_form_patient, staff_page
from patientapp.web.idempotency import once

blueprint = Blueprint("contact", __name__, template_folder="templates")


@blueprint.app_context_processor
def log_words() -> dict[str, Any]:
    """The log of texts is shown by other rooms' pages too."""
    return {"log_texts": log_texts}


@blueprint.get("/staff/patients/<uuid:patient_id>/contact")
@requires(Permission.SEE_PATIENTS)
def of_patient(patient_id: UUID) -> str:
    """One person: every text, what they wish, and a new link at a press."""
    return _page(patient_id, said=_SAID.get(request.args.get("done", "")))


_SAID = {
    "link": lambda: _("A new link is on its way. Older links do not work now."),
    "choices": lambda: _("The choices are kept."),
    "death": lambda: _("The death is recorded. No text and no link reaches this number about them."),
}


def _page(patient_id: UUID, *, said: Any = None, error: str = "") -> str:
    now = clock.now()
    with transaction():
        person = patients.patient(viewer(), patient_id)
        log = contact_log(viewer(), patient_id)
        open_sets = queries.open_sets(viewer(), patient_id, now=now)
        record(viewer(), "looked at contact", now=now, patient_id=patient_id)
    return staff_page(
        "contact/person.html",
        person=person,
        log=log,
        open_sets=open_sets,
        wishes=person.wishes,
        may_change=may(viewer(), Permission.SEND_LINKS),
        texts=texts,
        patient_texts=patient_texts,
        said=said() if said else "",
        errors=[("new-link", error)] if error else [],
        back=_address_of(patient_id),
    )


@blueprint.post("/staff/patients/<uuid:patient_id>/contact/new-link")
@requires(Permission.SEND_LINKS)
@once
def new_link(patient_id: UUID) -> ResponseReturnValue:
    """Text a new link for one open set."""
    check_form_patient(patients.patient(viewer(), patient_id).id)
    pack_id = _uuid(request.form.get("pack_id", ""))
    try:
        actions.send_new_link(
            viewer(), patient_id, pack_id, link_key=settings().link_key, now=clock.now()
        )
    except NotSentNow as problem:
        return _page(patient_id, error=texts.why_not(problem.why)), 409
    return _back_to(patient_id, "link")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("Choose one from the list.", fields={"pack_id": ["Choose one."]}) from None


@blueprint.get("/staff/patients/<uuid:patient_id>/contact/choices")
@requires(Permission.SEND_LINKS)
def choices(patient_id: UUID) -> str:
    """What this person wishes, to change."""
    with transaction():
        person = patients.patient(viewer(), patient_id)
        record(viewer(), "looked at contact", now=clock.now(), patient_id=patient_id)
    typed = typed_of(
        person.wishes,
        mobile=person.mobile,
        language=person.language,
        booking_help=person.booking_help,
    )
    wished = (person.visit_texts_ok, person.questionnaire_texts_ok, person.feedback_texts_ok)
    kinds = [kind for kind, is_wished in zip(KINDS, wished, strict=True) if is_wished]
    return _form(patient_id, typed, kinds=kinds, needs=list(person.needs))


@blueprint.post("/staff/patients/<uuid:patient_id>/contact/choices")
@requires(Permission.SEND_LINKS)
@once
def change_choices(patient_id: UUID) -> ResponseReturnValue:
    """Keep the choices; what is no longer wished for is withdrawn."""
    check_form_patient(patients.patient(viewer(), patient_id).id)
    try:
        new = ChoicesSchema().load(read_choices())
        actions.change_choices(viewer(), patient_id, new, now=clock.now())
    except (ma.ValidationError, Invalid) as error:
        typed = request.form.to_dict()
        chosen = {"kinds": request.form.getlist("kinds"), "needs": request.form.getlist("needs")}
        return _form(patient_id, typed, wrong=wrong_words(error), **chosen), 422
    return _back_to(patient_id, "choices")


def _form(
    patient_id: UUID,
    typed: dict[str, str],
    *,
    kinds: list[str],
    needs: list[str],
    wrong: dict[str, str] | None = None,
) -> str:
    wrong = wrong or {}
    return staff_page(
        "contact/choices.html",
        person=patients.patient(viewer(), patient_id),
        typed=typed,
        kinds=kinds,
        chosen_needs=needs,
        wrong=wrong,
        errors=targets(wrong),
        patient_texts=patient_texts,
        back=url_for("contact.of_patient", patient_id=patient_id),
    )


@blueprint.get("/staff/patients/<uuid:patient_id>/contact/death")
@requires(Permission.SEND_LINKS)
def death(patient_id: UUID) -> str:
    """Record that this person has died."""
    with transaction():
        record(viewer(), "looked at contact", now=clock.now(), patient_id=patient_id)
        return _death_form(patient_id, {})


@blueprint.post("/staff/patients/<uuid:patient_id>/contact/death")
@requires(Permission.SEND_LINKS)
@once
def record_death(patient_id: UUID) -> ResponseReturnValue:
    """Links end and texts are withdrawn at once (LINK-05, SMS-06)."""
    check_form_patient(patients.patient(viewer(), patient_id).id)
    try:
        day = DeathSchema().load(read_day("died_on"))
        actions.record_death(viewer(), patient_id, day["died_on"], now=clock.now())
    except (ma.ValidationError, Invalid) as error:
        return _death_form(patient_id, wrong_words(error)), 422
    return _back_to(patient_id, "death")


def _death_form(patient_id: UUID, wrong: dict[str, str]) -> str:
    return staff_page(
        "contact/death.html",
        person=patients.patient(viewer(), patient_id),
        typed=request.form,
        wrong=wrong,
        errors=targets(wrong),
        back=url_for("contact.of_patient", patient_id=patient_id),
    )


def _back_to(patient_id: UUID, done: str) -> ResponseReturnValue:
    return redirect(url_for("contact.of_patient", patient_id=patient_id, done=done), 303)


def _address_of(patient_id: UUID) -> str:
    if may(viewer(), Permission.SEE_PROGRESS):
        return url_for("progress.patient", patient_id=patient_id)
    return url_for("patients.listing")
