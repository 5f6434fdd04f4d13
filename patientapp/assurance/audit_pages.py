"""The auditor's page: the audit of one service, to read and to take away (D35)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from flask import Blueprint, Response, stream_with_context, url_for

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.assurance import queries
from patientapp.audit.actions import record
from patientapp.cells import csv_line
from patientapp.db import transaction
from patientapp.web.desk import asked_days, staff_page

blueprint = Blueprint("audit_reading", __name__, template_folder="templates")
COLUMNS = ("chain", "number", "at", "actor", "action", "object", "result", "hash")


@blueprint.get("/staff/audit")
@requires(Permission.READ_AUDIT)
def audit() -> str:
    """Which days, and the file to take away."""
    first, last = asked_days(months=1)
    with transaction():
        count = sum(1 for _entry in queries.audit_of(viewer(), first=first, last=last))
        record(viewer(), "looked at the audit", now=clock.now())
    back = url_for("progress.home")
    return staff_page("assurance/audit.html", first=first, last=last, count=count, back=back)


@blueprint.get("/staff/audit.csv")
@requires(Permission.READ_AUDIT)
def export() -> Response:
    """Every entry of the days asked for: read only, ids and states, and no name of a patient."""
    first, last = asked_days(months=1)
    with transaction():
        record(viewer(), "took away the audit", now=clock.now(), object=f"{first} {last}")
    response = Response(stream_with_context(_lines(first, last)), content_type="text/csv; charset=utf-8")
    name = f"audit-{first.isoformat()}-{last.isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(first: date, last: date) -> Iterator[str]:
    yield csv_line(COLUMNS)
    for one in queries.audit_of(viewer(), first=first, last=last):
        at, digest = one.at.isoformat(), one.hash.hex()
        yield csv_line((one.chain, one.seq, at, one.actor, one.action, one.object, one.result, digest))
