"""What findings come to: reviews due, triage, questions, the team's report."""

from __future__ import annotations

from flask import url_for

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.findings import queries, reports, texts
from patientapp.findings.returning import returns_by_route
from patientapp.findings.rules import forms
from patientapp.findings.staff_pages import blueprint
from patientapp.web.desk import asked_days, staff_page
from patientapp.workdays import london_day


@blueprint.get("/staff/reviews")
@requires(Permission.WRITE_PLANS)
def due() -> str:
    """What is due in every open episode: the longest overdue first."""
    now = clock.now()
    today = london_day(now)
    with transaction():
        found = queries.due_of(viewer(), until=today + queries.SOON)
        seen = " ".join(sorted({str(one.patient.id) for one in found}))
        record(viewer(), "looked at reviews due", now=now, object=seen)
    return staff_page("findings/due.html", due=found, today=today, back=url_for("progress.home"))


@blueprint.get("/staff/triage")
@requires(Permission.WRITE_PLANS)
def triage() -> str:
    """Referrals that wait for triage, with what to know before placing the patient."""
    with transaction():
        found = queries.to_triage(viewer())
        seen = " ".join(sorted({str(one.patient.id) for one in found}))
        record(viewer(), "looked at triage", now=clock.now(), object=seen)
    return staff_page("findings/triage.html", waiting=found, back=url_for("progress.home"))


@blueprint.get("/staff/questions")
@requires(Permission.HANDLE_TASKS)
def questions() -> str:
    """Questions put to the service: which wait, how long, and what became of them."""
    first, last = asked_days(months=3)
    now = clock.now()
    with transaction():
        found = reports.queries_of(viewer(), first=first, last=last)
        seen = " ".join(sorted({str(one.patient.id) for one in found}))
        record(viewer(), "looked at questions", now=now, object=seen)
    form = forms()[reports.QUERY]
    return staff_page(
        "findings/questions.html",
        found=found,
        form_of=form,
        now=now,
        first=first,
        last=last,
        back=url_for("progress.home"),
    )


@blueprint.get("/staff/findings")
@requires(Permission.WRITE_PLANS)
def report() -> str:
    """What was found and done in a period, for the team."""
    first, last = asked_days(months=3)
    with transaction():
        found = reports.counted(viewer(), first=first, last=last)
        work = reports.work_changes(viewer(), first=first, last=last)
        medicines = reports.medicine_answers(viewer(), first=first, last=last)
        opened = reports.plans_opened(viewer(), first=first, last=last)
        returns = returns_by_route(viewer(), first=first, last=last)
        record(viewer(), "looked at a report", now=clock.now())
    return staff_page(
        "findings/report.html",
        found=found,
        work=work,
        medicines=medicines,
        returns=returns,
        opened=opened,
        texts=texts,
        first=first,
        last=last,
        back=url_for("progress.home"),
    )
