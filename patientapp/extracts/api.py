"""The API of extracts: changes of a whole service, by page or as a stream, and what they come to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any

from flask import Response, stream_with_context

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.cells import csv_line
from patientapp.db import transaction
from patientapp.errors import NotFound
from patientapp.extracts import queries
from patientapp.extracts.rules import CHANGE_COLUMNS, SETTLED, Asked, Form, flat, place_of
from patientapp.extracts.schemas import (
    ChangesAskedSchema,
    ChangesPageSchema,
    SummaryAskedSchema,
    SummarySchema,
)
from patientapp.extracts.summaries import summary
from patientapp.web.api import Blueprint

blueprint = Blueprint("extracts_api", __name__, description="Changes of my whole service")


@blueprint.get("/changes")
@requires(Permission.PULL_CHANGES)
@blueprint.arguments(ChangesAskedSchema, location="query")
@blueprint.response(200, ChangesPageSchema)
def changes(wanted: dict[str, Any]) -> Any:
    """Changes of my service's patients: each page in the order of arrival, or all as a stream."""
    asked, form = _asked(wanted), wanted["form"]
    now = clock.now()
    if form is not Form.JSON:
        with transaction():
            record(viewer(), f"downloaded changes as {form}", now=now, object=asked.said())
        return _stream(form, queries.all_changes(asked, before=now - SETTLED))
    after = place_of(wanted["place"]) if wanted["place"] else None
    with transaction():
        found, place = queries.changes_page(
            asked, after=after, before=now - SETTLED, size=wanted["limit"]
        )
        ids = sorted({str(one["patient_id"]) for one in found})
        record(viewer(), "pulled changes", now=now, object=f"{asked.said()}: {' '.join(ids)}")
    return {
        "changes": found,
        "next_cursor": place.cursor() if place else None,
        "complete_until": now - SETTLED,
    }


@blueprint.get("/changes/summary")
@requires(Permission.PULL_CHANGES)
@blueprint.arguments(SummaryAskedSchema, location="query")
@blueprint.response(200, SummarySchema)
def changes_summary(wanted: dict[str, Any]) -> dict[str, Any]:
    """Means and shares of change in my service, each with its 95% interval."""
    asked, now = _asked(wanted), clock.now()
    with transaction():
        record(viewer(), "summed up changes", now=now, object=asked.said())
    return {
        "service": queries.slug_of(asked.service_id),
        "instrument": asked.instrument,
        "first_day": asked.first_day,
        "last_day": asked.last_day,
        "scales": summary(asked, before=now - SETTLED),
    }


def _asked(wanted: Mapping[str, Any]) -> Asked:
    """The filters, for the viewer's own service; another's is the same 404 as none (SEC-02)."""
    own = viewer().service_id
    if wanted.get("service", queries.slug_of(own)) not in {queries.slug_of(own), str(own)}:
        raise NotFound
    return Asked(
        service_id=own,
        instrument=wanted["instrument"],
        first_day=wanted["first_day"],
        last_day=wanted["last_day"],
        since=wanted.get("since"),
    )


def _stream(form: Form, found: Iterator[Mapping[str, Any]]) -> Response:
    lines, kind = (
        (_csv(found), "text/csv") if form is Form.CSV else (_ndjson(found), "application/x-ndjson")
    )
    response = Response(stream_with_context(lines), content_type=f"{kind}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="changes.{form}"'
    return response


def _csv(found: Iterator[Mapping[str, Any]]) -> Iterator[str]:
    yield csv_line(CHANGE_COLUMNS)
    for one in found:
        yield csv_line(flat(one).values())


def _ndjson(found: Iterator[Mapping[str, Any]]) -> Iterator[str]:
    for one in found:
        yield json.dumps(one, default=_plain) + "\n"


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)
