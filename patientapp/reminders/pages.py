"""/staff/reminders: did our texts work? Aggregates only, for the care team."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.errors import Invalid
from patientapp.i18n import gettext as _
from patientapp.reminders import results_texts as texts
from patientapp.reminders.results import results as results_of
from patientapp.reminders.results_rules import Group, Rate
from patientapp.web.current import settings
from patientapp.web.desk import asked_day, staff_page
from patientapp.workdays import london_day

blueprint = Blueprint("reminders", __name__, template_folder="templates")
LAST_DAYS = timedelta(days=90)
LONGEST = timedelta(days=3 * 366)


@blueprint.get("/staff/reminders")
@requires(Permission.SEE_REMINDER_RESULTS)
def results() -> str:
    """Missed visits by what was sent, when and to whom, and how many people can be texted."""
    now = clock.now()
    today = london_day(now)
    first = asked_day("from", today - LAST_DAYS)
    last = asked_day("to", today)
    if not timedelta(0) <= last - first <= LONGEST:
        raise Invalid("These days cannot be shown.", fields={"from": ["Give the earlier day first."]})
    with transaction():
        found = results_of(viewer(), first=first, last=last, link_key=settings().link_key)
        record(viewer(), "looked at reminder results", now=now)
    return staff_page(
        "reminders/results.html",
        here="texts",
        found=found,
        groups=[(group, [_row(group, one) for one in rows]) for group, rows in found.groups.items()],
        everyone=[_("All"), *_cells(found.everyone)],
        texts=texts,
    )


def _row(group: Group, rate: Rate) -> list[object]:
    return [texts.label(group, rate.label), *_cells(rate)]


def _cells(rate: Rate) -> list[object]:
    interval = f"{rate.low:.1f}% - {rate.high:.1f}%" if rate.booked else "-"
    counts = (rate.booked, rate.missed, rate.by_patient, rate.by_service, rate.not_marked)
    return [*counts, texts.share(rate.percent), interval]
