"""The API of returns: the figures of my service's contract, as `patientapp kpi` tells them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.errors import Invalid, NotFound
from patientapp.kpi import shown
from patientapp.kpi.measures import Span
from patientapp.kpi.periods import ended, last_month
from patientapp.kpi.reports import Report, figures_now, report
from patientapp.kpi.schemas import ReturnAskedSchema, ReturnSchema
from patientapp.web.api import Blueprint
from patientapp.workdays import BeyondHolidays

blueprint = Blueprint("kpi_api", __name__, description="The figures of my service's contract")


@blueprint.get("/kpi")
@requires(Permission.SEE_FIGURES)
@blueprint.arguments(ReturnAskedSchema, location="query")
@blueprint.response(200, ReturnSchema)
def kpi(wanted: dict[str, Any]) -> dict[str, Any]:
    """Every figure of my contract over a period; commissioners: an ended one, small counts hidden."""
    now = clock.now()
    found = report(viewer(), now=now)
    own = found.service
    if wanted.get("service", own.slug) not in {own.slug, str(own.id)}:
        raise NotFound
    days = _days(wanted, today=found.today)
    lines = _published(found, days) if found.hides else _all(found, days)
    with transaction():
        found.kept.put_by()
        record(viewer(), f"pulled the return {days[0]} to {days[1]}", now=now)
    return shown.whole(own.slug, days, lines, now=now)


def _days(wanted: Mapping[str, Any], *, today: date) -> tuple[date, date]:
    if wanted["first_day"] is None:
        return ended(Span.MONTH, last_month(today))
    return wanted["first_day"], wanted["last_day"]


def _all(found: Report, days: tuple[date, date]) -> list[dict[str, Any]]:
    """Every line, over any days, from all that is known now."""
    try:
        made = figures_now(found.service.id, found.contract, days, today=found.today)
        return [shown.as_json(one) for one in made]
    except BeyondHolidays:
        raise _no_days("No bank holidays are known for this period.") from None


def _published(found: Report, days: tuple[date, date]) -> list[dict[str, Any]]:
    """The lines that are reckoned over this very period, as published (SEC-05)."""
    month = min(days[1], last_month(found.today)).replace(day=1)
    spans = [span for span in Span if ended(span, month) == days]
    if not spans:
        raise _no_days("Choose a whole month, quarter, half year or NHS year that has ended.")
    return [shown.published_json(one) for one in found.all_over(days, spans[0])]


def _no_days(said: str) -> Invalid:
    return Invalid("This period cannot be shown.", fields={"from": [said]})
