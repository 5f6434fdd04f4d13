"""/staff/returns: the contract's figures: commissioners see no small counts, staff see the cases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.cells import csv_line
from patientapp.db import transaction
from patientapp.errors import Invalid
from patientapp.kpi import chart, shown, texts
from patientapp.kpi.measures import Unit
from patientapp.kpi.periods import last_month
from patientapp.kpi.published import Published
from patientapp.kpi.reports import Report, met_counts, report
from patientapp.web.desk import staff_page
from patientapp.workdays import london_day

blueprint = Blueprint("kpi", __name__, template_folder="templates")
OLDEST = 2000
COLUMNS = (
    *("id", "clause", "title", "from", "to", "numerator", "denominator"),
    *("value", "unit", "threshold", "band", "met"),
)


@blueprint.get("/staff/returns")
@requires(Permission.SEE_FIGURES)
def returns() -> str:
    """The return of my service: every figure over the newest of its own periods that has ended."""
    month, now = _month()
    found = report(viewer(), now=now)
    every = list(found.all_of(month))
    _looked(found, f"looked at the return {month:%Y-%m}")
    return staff_page(
        "kpi/returns.html",
        here="returns",
        month=month,
        headline=texts.headline(*met_counts([one for _days, one in every])),
        rows=[_row(days, one) for days, one in every],
        hides=found.hides,
    )


@blueprint.get("/staff/returns.csv")
@requires(Permission.SEE_FIGURES)
def returns_file() -> ResponseReturnValue:
    """The same figures as a file."""
    month, now = _month()
    found = report(viewer(), now=now)
    every = list(found.all_of(month))
    _looked(found, f"downloaded the return {month:%Y-%m}")
    lines = [csv_line(COLUMNS), *(csv_line(_cells(days, one)) for days, one in every)]
    return _file(lines, f"return-{month:%Y-%m}.csv")


@blueprint.get("/staff/returns/<kpi>")
@requires(Permission.SEE_FIGURES)
def figure(kpi: str) -> str:
    """One figure: how it is counted, over time, and by group of people."""
    month, now = _month()
    found = report(viewer(), now=now)
    line = found.line(kpi)
    days, one = found.one(line, month)
    series = list(found.over_time(line, month))
    _looked(found, f"looked at the figure {kpi} {month:%Y-%m}")
    unit = line.measure.unit
    return staff_page(
        "kpi/figure.html",
        here="returns",
        month=month,
        line=line,
        one=one,
        period=texts.span(days),
        row=_row(days, one),
        chart=chart.drawn(series),
        series=[_over_time(unit, at, each) for at, each in series],
        groups=_groups(one),
        notes=one.notes,
        cases_url=None if found.hides else url_for("kpi.cases", kpi=kpi, month=f"{month:%Y-%m}"),
        hides=found.hides,
        texts=texts,
    )


@blueprint.get("/staff/returns/<kpi>/cases.csv")
@requires(Permission.SEE_CASES)
def cases(kpi: str) -> ResponseReturnValue:
    """Every counted and every excluded case of one figure, with dates and reason: care team only."""
    month, now = _month()
    found = report(viewer(), now=now)
    line = found.line(kpi)
    rows = list(found.cases(line, month))
    _looked(found, f"downloaded the cases of {line.id} {month:%Y-%m}")
    return _file([csv_line(shown.ROW_COLUMNS), *map(csv_line, rows)], f"{line.id}-{month:%Y-%m}.csv")


def _looked(found: Report, said: str) -> None:
    """Keep what was worked out, so that the next look is quick, and who looked."""
    with transaction():
        found.kept.put_by()
        record(viewer(), said, now=found.kept.now)


def _over_time(unit: Unit, days: tuple[date, date], one: Published) -> tuple[str, str, str]:
    return texts.span(days), texts.fraction(unit, one.total), texts.value(unit, one.total)


def _month() -> tuple[date, datetime]:
    """The month that is asked for, the newest that has ended unless said otherwise, and now."""
    now = clock.now()
    newest = last_month(london_day(now))
    given = request.args.get("month", "").strip()
    if not given:
        return newest, now
    try:
        month = date.fromisoformat(f"{given}-01")
    except ValueError:
        raise _no_month("Write a month as 2026-04.") from None
    if month > newest or month.year < OLDEST:
        raise _no_month("Choose a month that has ended.")
    return month, now


def _no_month(said: str) -> Invalid:
    return Invalid("This month cannot be shown.", fields={"month": [said]})


def _row(days: tuple[date, date], one: Published) -> dict[str, str]:
    line = one.line
    unit = line.measure.unit
    return {
        "id": line.id,
        "title": line.title,
        "clause": line.clause,
        "period": texts.span(days),
        "value": texts.value(unit, one.total),
        "fraction": texts.fraction(unit, one.total),
        "threshold": texts.number(unit, line.threshold) if line.threshold is not None else "",
        "verdict": texts.verdict(one),
        "band": one.band or "",
    }


def _cells(days: tuple[date, date], one: Published) -> Iterator[object]:
    line, total = one.line, one.total
    hidden = "hidden"
    yield from (line.id, line.clause, line.title, days[0].isoformat(), days[1].isoformat())
    yield hidden if total.numerator is None else total.numerator
    yield hidden if total.is_hidden and total.denominator is None else total.denominator
    yield hidden if total.is_hidden else None if total.value is None else float(total.value)
    yield line.measure.unit.value
    yield None if line.threshold is None else float(line.threshold)
    yield one.band
    yield one.met


def _groups(one: Published) -> list[tuple[str, list[list[str]]]]:
    unit = one.line.measure.unit
    return [
        (
            texts.dimension(name),
            [[each, texts.fraction(unit, count), texts.value(unit, count)] for each, count in rows],
        )
        for name, rows in one.groups.items()
    ]


def _file(lines: list[str], name: str) -> Response:
    made = Response("".join(lines), mimetype="text/csv")
    made.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return made
