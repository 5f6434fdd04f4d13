"""Staff's pages of episodes: open one, record what happened in it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission, may
from patientapp.assessments import actions, staff_texts
from patientapp.assessments.staff_schemas import NewEpisodeSchema, NewEventSchema
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.episodes.queries import episode, system_days
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.errors import Invalid, NotFound
from patientapp.i18n import gettext as _
from patientapp.patients.queries import patient
from patientapp.patients.rules import parse_birth_date
from patientapp.web.desk import check_form_patient, day_words, staff_page
from patientapp.web.idempotency import once

blueprint = Blueprint("episodes_staff", __name__, template_folder="templates")


@blueprint.get("/staff/patients/<uuid:patient_id>/episodes/new")
@requires(Permission.ADD_PATIENTS)
def new_episode(patient_id: UUID) -> str:
    """The empty form."""
    _record_look(patient_id)
    return _episode_form(patient_id, {})


@blueprint.post("/staff/patients/<uuid:patient_id>/episodes/new")
@requires(Permission.ADD_PATIENTS)
@once
def begin(patient_id: UUID) -> ResponseReturnValue:
    """Open an episode; its first questionnaires are assigned with it."""
    check_form_patient(patient(viewer(), patient_id).id)
    try:
        new = NewEpisodeSchema().load(_read("pain_site", day="received_on"))
        actions.begin_episode(viewer(), patient_id=patient_id, now=clock.now(), **new)
    except (ma.ValidationError, Invalid) as error:
        return _episode_form(patient_id, _wrong(error)), 422
    return _back_to(patient_id)


@blueprint.get("/staff/patients/<uuid:patient_id>/episodes/<uuid:episode_id>/events")
@requires(Permission.ADD_PATIENTS)
def new_event(patient_id: UUID, episode_id: UUID) -> str:
    """The empty form."""
    _check_episode(patient_id, episode_id)
    _record_look(patient_id)
    return _event_form(patient_id, episode_id, {})


@blueprint.post("/staff/patients/<uuid:patient_id>/episodes/<uuid:episode_id>/events")
@requires(Permission.ADD_PATIENTS)
@once
def add_event(patient_id: UUID, episode_id: UUID) -> ResponseReturnValue:
    """Record what happened; questionnaires that follow from it are assigned or moved."""
    _check_episode(patient_id, episode_id)
    check_form_patient(patient_id)
    try:
        new = NewEventSchema().load(_read("kind", day="on") | _hour_and_reason())
        _check_once(episode_id, new["kind"], new["on"])
        actions.record_event(viewer(), episode_id=episode_id, now=clock.now(), **new)
    except (ma.ValidationError, Invalid) as error:
        return _event_form(patient_id, episode_id, _wrong(error)), 422
    return _back_to(patient_id)


def _record_look(patient_id: UUID) -> None:
    with transaction():
        found = patient(viewer(), patient_id)
        record(viewer(), "looked at a patient", now=clock.now(), patient_id=found.id)


def _check_episode(patient_id: UUID, episode_id: UUID) -> None:
    """Raise NotFound unless this is an episode of this patient, and both are the viewer's to see."""
    if episode(viewer(), episode_id).patient_id != patient(viewer(), patient_id).id:
        raise NotFound


def _check_once(episode_id: UUID, kind: EpisodeEventKind, on: date) -> None:
    """Raise Invalid where a second record would move a day that packs hang on, and nobody said so."""
    there = system_days(episode_id).get(kind)
    if kind is EpisodeEventKind.RECEIVED or there in {None, on}:
        return  # who records a receipt again has chosen "to put the date right"
    if request.form.get("corrects") != "y":
        words = _(
            "This is recorded already, on %(day)s. Does the new date replace it?", day=day_words(there)
        )
        raise Invalid(words, fields={"corrects": [words]})


def _read(choice: str, *, day: str) -> dict[str, Any]:
    """The choice and the day of a form, as the schema wants them."""
    parts = (request.form.get(part, "") for part in ("day", "month", "year"))
    read = parse_birth_date(*parts)
    return {choice: request.form.get(choice, ""), day: read.isoformat() if read else ""}


def _hour_and_reason() -> dict[str, str]:
    """What was typed of the hour, and the reason that belongs to the kind that was chosen."""
    reason = request.form.get(f"{request.form.get('kind', '')}_reason", "")
    hour = request.form.get("hour", "").strip()
    return {"detail": reason} | ({"hour": hour} if hour else {})


def _wrong(error: ma.ValidationError | Invalid) -> dict[str, str]:
    if isinstance(error, Invalid):
        said = {name: str(words[0]) for name, words in error.fields.items()}
        return said | ({"detail": _("Choose one of the reasons")} if "detail" in said else {})
    words = {
        "pain_site": _("Choose where the pain is"),
        "kind": _("Choose what happened"),
        "received_on": _("Check the date: day, month and a year of 4 digits"),
        "on": _("Check the date: day, month and a year of 4 digits"),
        "hour": _("Check the time: 24 hours, such as 17:31"),
        "detail": _("Choose one of the reasons"),
    }
    return {name: words[name] for name in error.messages_dict if name in words}


def _episode_form(patient_id: UUID, wrong: dict[str, str]) -> str:
    sites = staff_texts.pain_sites()
    return _form("assessments/staff_episode.html", patient_id, wrong, sites=sites)


def _event_form(patient_id: UUID, episode_id: UUID, wrong: dict[str, str]) -> str:
    groups, reasons = staff_texts.events(), staff_texts.reasons()
    found = episode(viewer(), episode_id)
    facts = {"episode": found, "groups": groups, "reasons": reasons}
    return _form("assessments/staff_event.html", patient_id, wrong, **facts)


def _form(template: str, patient_id: UUID, wrong: dict[str, str], **facts: Any) -> str:
    places = {"received_on": "dob-day", "on": "dob-day", "detail": f"{request.form.get('kind')}_reason"}
    return staff_page(
        template,
        person=patient(viewer(), patient_id),
        errors=[(places.get(name, name), words) for name, words in wrong.items()],
        wrong=wrong,
        typed=request.form,
        back=_address_of(patient_id),
        **facts,
    )


def _address_of(patient_id: UUID) -> str:
    if may(viewer(), Permission.SEE_PROGRESS):
        return url_for("progress.patient", patient_id=patient_id)
    return url_for("patients.listing")


def _back_to(patient_id: UUID) -> ResponseReturnValue:
    return redirect(_address_of(patient_id), 303)
