"""Staff's pages of assurance: missing facts, downtime, complaints, who agreed which questionnaire."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.appointments import texts as visit_texts
from patientapp.appointments.lists import visits_on
from patientapp.assurance import actions, queries, texts
from patientapp.assurance.complaints import complaints
from patientapp.assurance.missing import lacks
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.errors import Invalid
from patientapp.findings.rules import forms
from patientapp.patients.typed import typed_day
from patientapp.questionnaires.library import default_library
from patientapp.questionnaires.schedule import schedule
from patientapp.web.desk import asked_days, staff_page
from patientapp.web.idempotency import once
from patientapp.workdays import is_working_day, london_day
from patientapp.worklist.queries import open_items
from patientapp.worklist.texts import reason

blueprint = Blueprint("assurance", __name__, template_folder="templates")


@blueprint.get("/staff/missing")
@requires(Permission.HANDLE_TASKS)
def missing() -> str:
    """Facts that figures need and nobody has given."""
    now = clock.now()
    with transaction():
        found = lacks(viewer(), now=now)
        seen = " ".join(sorted({str(person.id) for one in found for person in one.people}))
        record(viewer(), "looked at missing facts", now=now, object=seen)
    return staff_page("assurance/missing.html", found=found, texts=texts, back=url_for("progress.home"))


@blueprint.get("/staff/downtime")
@requires(Permission.HANDLE_TASKS)
def downtime() -> str:
    """What to print while systems work: visits, open alerts and tasks, blank forms (D15, D36)."""
    now = clock.now()
    today = london_day(now)
    days = [today, _next_working_day(today)]
    with transaction():
        visits = [(day, visits_on(viewer(), day)) for day in days]
        items = open_items(viewer(), now=now)
        seen = {one.patient.id for one in items}
        seen |= {person.id for _day, some in visits for _visit, person in some}
        record(viewer(), "printed the downtime pack", now=now, object=" ".join(sorted(map(str, seen))))
    return staff_page(
        "assurance/downtime.html",
        visits=visits,
        items=items,
        reason=reason,
        visit_texts=visit_texts,
        forms=forms().values(),
        printed_at=now,
        back=url_for("progress.home"),
    )


def _next_working_day(today: date) -> date:
    day = today + timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


@blueprint.get("/staff/complaints/report")
@requires(Permission.HANDLE_TASKS)
def exception_report() -> str:
    """Complaints of a period by their dates, with room for the account that a commissioner asks for."""
    first, last = asked_days(months=3)
    with transaction():
        found = complaints(viewer(), first=first, last=last)
        record(viewer(), "looked at complaints", now=clock.now())
    return staff_page(
        "assurance/complaints.html",
        found=found,
        first=first,
        last=last,
        today=london_day(clock.now()),
        back=url_for("progress.home"),
    )


@blueprint.get("/staff/questionnaires")
@requires(Permission.HANDLE_TASKS)
def guide() -> str:
    """What is asked, why, how it is scored and read, and who agreed it (C08, C27, N55)."""
    return _guide({})


def _guide(wrong: dict[str, str]) -> str:
    library, names = default_library(), queries.schedules_of(viewer().service_id)
    with transaction():
        subjects = queries.subjects(viewer())
        record(viewer(), "looked at questionnaires", now=clock.now())
    points: dict[str, list[str]] = {}
    for pack in (pack for name in names for pack in schedule(name).packs):
        for asked in pack.asked:
            points.setdefault(asked.instrument, []).append(pack.code)
    return staff_page(
        "assurance/guide.html",
        instruments=[(library.get(name), list(dict.fromkeys(codes))) for name, codes in points.items()],
        subjects=subjects,
        today=london_day(clock.now()),
        typed=request.form,
        wrong=wrong,
        errors=[({"approved_on": "dob-day"}.get(name, name), words) for name, words in wrong.items()],
        back=url_for("progress.home"),
    )


@blueprint.post("/staff/questionnaires")
@requires(Permission.HANDLE_TASKS)
@once
def approve() -> ResponseReturnValue:
    """Record who agreed a questionnaire or a schedule."""
    day = typed_day()
    if day is None:
        return _guide({"approved_on": texts.mistake("approved_on")}), 422
    try:
        actions.approve(
            viewer(),
            request.form.get("subject", ""),
            approved_by=request.form.get("approved_by", ""),
            approved_on=day,
            now=clock.now(),
        )
    except Invalid as problem:
        return _guide({name: texts.mistake(name) for name in problem.fields}), 422
    return redirect(url_for(".guide"), 303)
