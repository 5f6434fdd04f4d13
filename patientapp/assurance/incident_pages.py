"""The log of incidents: reported, followed, and the year's report."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.assurance import actions, queries, texts
from patientapp.assurance.rules import Harm, IncidentKind, Told
from patientapp.assurance.staff_pages import blueprint
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.errors import Conflict, Invalid
from patientapp.i18n import gettext as _
from patientapp.patients.typed import typed_day
from patientapp.services.queries import staff_names
from patientapp.web.desk import staff_page
from patientapp.web.idempotency import once
from patientapp.workdays import FIRST_DAY, london_day


@blueprint.get("/staff/incidents")
@requires(Permission.REPORT_INCIDENTS)
def incidents() -> str:
    """My service's incidents, and a form for one more."""
    return _incidents({})


def _incidents(wrong: dict[str, str]) -> str:
    today = london_day(clock.now())
    with transaction():
        found = queries.incidents(viewer())
        year = queries.incidents_of_year(viewer(), _year(today))
        record(viewer(), "looked at incidents", now=clock.now())
    return staff_page(
        "assurance/incidents.html",
        found=found,
        year=year,
        of_year=_year(today),
        names=staff_names(viewer(), _people(found)),
        kinds=texts.kinds(),
        harms=texts.harms(),
        typed=request.form,
        wrong=wrong,
        errors=[({"happened_on": "dob-day"}.get(name, name), words) for name, words in wrong.items()],
        back=url_for("progress.home"),
    )


def _people(found: list[queries.Known]) -> set[UUID]:
    return {one.incident.reported_by for one in found} | {step.by for one in found for step in one.steps}


def _year(today: date) -> int:
    given = request.args.get("year", "")
    is_year = len(given) == 4 and given.isascii() and given.isdigit()
    if given and not (is_year and FIRST_DAY.year <= int(given) <= today.year):
        raise Invalid("The report cannot be shown so.", fields={"year": ["Use a year up to this one."]})
    return int(given or today.year)


@blueprint.post("/staff/incidents")
@requires(Permission.REPORT_INCIDENTS)
@once
def report() -> ResponseReturnValue:
    """Keep a report."""
    kind, harm, day = request.form.get("kind", ""), request.form.get("harm", ""), typed_day()
    wrong = {}
    if kind not in set(IncidentKind):
        wrong["kind"] = texts.mistake("kind")
    if harm not in set(Harm):
        wrong["harm"] = texts.mistake("harm")
    if day is None:
        wrong["happened_on"] = texts.mistake("happened_on")
    if wrong or day is None:
        return _incidents(wrong), 422
    words = request.form.get("words", "")
    told = Told(kind=IncidentKind(kind), harm=Harm(harm), happened_on=day, words=words)
    try:
        actions.report_incident(viewer(), told, now=clock.now())
    except Invalid as problem:
        return _incidents({name: texts.mistake(name) for name in problem.fields}), 422
    return redirect(url_for(".incidents"), 303)


@blueprint.post("/staff/incidents/<uuid:incident_id>/steps")
@requires(Permission.REPORT_INCIDENTS)
@once
def add_step(incident_id: UUID) -> ResponseReturnValue:
    """Say what was done, and perhaps close it."""
    queries.incident(viewer(), incident_id)
    seen, closes = request.form.get("seen", ""), request.form.get("closes") == "y"
    words = request.form.get("words", "")
    try:
        actions.add_step(
            viewer(),
            incident_id,
            words,
            closes=closes,
            seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else -1,
            now=clock.now(),
        )
    except Invalid:
        return _incidents({"": _("Say what was done, in 4,000 characters or fewer")}), 422
    except Conflict as problem:
        return _incidents({"": problem.detail}), 409
    return redirect(url_for(".incidents"), 303)
