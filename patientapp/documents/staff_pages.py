"""Staff's lists of documents: what waits in my service, a patient's own, and the next one begun."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.documents import actions, queries, texts
from patientapp.documents.beginning import draft_for
from patientapp.documents.kinds import kinds
from patientapp.episodes.queries import episodes_of
from patientapp.patients.queries import patient
from patientapp.patients.typed import typed_day
from patientapp.web.desk import check_form_patient, staff_page
from patientapp.web.idempotency import once
from patientapp.workdays import london_day

blueprint = Blueprint("documents_staff", __name__, template_folder="templates")
UNDER = "/staff/patients/<uuid:patient_id>/documents"


@blueprint.get("/staff/documents")
@requires(Permission.WRITE_PLANS)
def waiting() -> str:
    """What is not yet issued and sent in my service, the soonest due first."""
    with transaction():
        found = queries.waiting(viewer())
        open_plans = queries.not_agreed(viewer())
        people = " ".join(sorted({str(person.id) for _one, person in [*found, *open_plans]}))
        record(viewer(), "looked at the list of documents", now=clock.now(), object=people)
    today = london_day(clock.now())
    return staff_page(
        "documents/waiting.html",
        here="documents",
        found=found,
        open_plans=open_plans,
        today=today,
        texts=texts,
        checked_at=clock.now(),
    )


@blueprint.get(UNDER)
@requires(Permission.WRITE_PLANS)
def of_patient(patient_id: UUID) -> str:
    """A patient's documents, and a form for the next one."""
    return _list(patient_id, {})


def _list(patient_id: UUID, wrong: dict[str, str]) -> str:
    with transaction():
        person = patient(viewer(), patient_id)
        found = queries.documents_of(viewer(), patient_id)
        record(viewer(), "looked at documents", now=clock.now(), patient_id=person.id)
    episodes = episodes_of(viewer(), patient_id)
    return staff_page(
        "documents/list.html",
        person=person,
        found=found,
        kinds=[(one.id, one.title) for one in kinds().values()],
        routes=texts.routes("discharge_summary"),
        episodes=[(str(one.id), one.received_on) for one in episodes],
        today=london_day(clock.now()),
        typed=request.form,
        wrong=wrong,
        errors=[({"started_on": "dob-day"}.get(name, name), words) for name, words in wrong.items()],
        texts=texts,
        back=url_for("progress.patient", patient_id=patient_id),
    )


@blueprint.post(f"{UNDER}/begin")
@requires(Permission.WRITE_PLANS)
@once
def begin(patient_id: UUID) -> ResponseReturnValue:
    """Begin a document; what the record knows stands in it already."""
    check_form_patient(patient(viewer(), patient_id).id)
    own = {str(one.id): one.id for one in episodes_of(viewer(), patient_id)}
    kind, route, on = request.form.get("kind", ""), request.form.get("route", ""), typed_day()
    wrong = _why_not_begin(kind, route, request.form.get("episode", ""), own, on)
    if wrong or on is None:
        return _list(patient_id, wrong), 422
    episode_id = own[request.form["episode"]]
    made = actions.begin(
        viewer(),
        episode_id=episode_id,
        kind=kind,
        route=route if route in kinds()[kind].routes else "",
        started_on=on,
        prefilled=draft_for(viewer(), patient_id, episode_id, kind),
        now=clock.now(),
    )
    return redirect(url_for(".one", patient_id=patient_id, document_id=made), 303)


def _why_not_begin(
    kind: str, route: str, episode: str, own: dict[str, UUID], on: date | None
) -> dict[str, str]:
    wrong = {}
    if kind not in kinds():
        wrong["kind"] = "no_kind"
    elif kinds()[kind].routes and route not in kinds()[kind].routes:
        wrong["route"] = "no_route"
    if episode not in own:
        wrong["episode"] = "no_episode"
    if on is None or on > london_day(clock.now()):
        wrong["started_on"] = "no_day"
    return {name: texts.mistake(code) for name, code in wrong.items()}
