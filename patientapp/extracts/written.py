"""Responses and scores as lines of a file: made of the stored text, without parsing what need not be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from patientapp.assessments.models import Response
from patientapp.assessments.rules import UNANSWERED
from patientapp.cells import csv_line, safe_cell
from patientapp.db import db, end_read
from patientapp.extracts.fhir_lines import as_observations, as_response
from patientapp.extracts.queries import GIVEN, arrivals
from patientapp.extracts.rules import Asked, Place

READ_AT_ONCE = 5_000
FACTS = (
    "response_id",
    "patient_id",
    "episode_id",
    "time_point",
    "instrument",
    "instrument_version",
    "rule_version",
    "language",
    "wording",
    "mode",
    "birth_date_confirmed",
    "started_at",
    "completed_at",
    "received_at",
    "response_key",
)
_COLUMNS = (
    Response.id,
    Response.patient_id,
    Response.episode_id,
    Response.time_point,
    Response.instrument,
    Response.instrument_version,
    Response.rule_version,
    Response.language,
    Response.wording,
    Response.mode,
    Response.birth_date_confirmed,
    Response.started_at,
    Response.answered_at,
    Response.received_at,
    Response.response_key,
)
# the stored JSON as text: neither the driver nor we take it apart
_ANSWERS = sa.cast(Response.answers, sa.Text).label("answers")
_SCORES = sa.cast(Response.scores, sa.Text).label("scores")

Lines = Iterator[str]


def lines(what: str, form: str, asked: Asked, *, before: datetime) -> Lines:
    """The file, a batch of responses at a time; each batch says itself how many it held."""
    return WAYS[what, form](asked, before=before)


def _batches(asked: Asked, columns: tuple[Any, ...], *, before: datetime) -> Iterator[list[Any]]:
    place: Place | None = None
    while True:
        found = arrivals(asked, columns, after=place, before=before, size=READ_AT_ONCE)
        rows = list(db.session.execute(found))
        end_read()
        if rows:
            yield rows
        if len(rows) < READ_AT_ONCE:
            return
        place = Place(rows[-1].received_at, rows[-1].id)


def _facts(row: Any) -> list[object]:
    """The facts of a response, as plain words."""
    found = list(row[: len(_COLUMNS)])
    found[9] = found[9].value
    found[11:14] = [at.isoformat() for at in found[11:14]]
    return found


def _ndjson(text: Any, name: str) -> Callable[..., Lines]:
    def made(asked: Asked, *, before: datetime) -> Lines:
        for rows in _batches(asked, (*_COLUMNS, *text), before=before):
            yield "".join(map(line, rows))

    def line(row: Any) -> str:
        facts = json.dumps(dict(zip(FACTS, _facts(row), strict=True)), default=str)
        return f"{facts[:-1]}{''.join(part(row))}}}\n"

    def part(row: Any) -> Iterator[str]:
        for column in text:
            yield f', "{column.name}": {getattr(row, column.name)}'

    made.__doc__ = name
    return made


def _answers_csv(asked: Asked, *, before: datetime) -> Lines:
    """One row an item, in the columns of `patientapp import responses` and more; empty: not answered."""
    yield csv_line((*FACTS, "item", "value", "state"))
    for rows in _batches(asked, (*_COLUMNS, _ANSWERS), before=before):
        yield "".join(part for row in rows for part in _items(row))


def _items(row: Any) -> Lines:
    facts = csv_line(_facts(row)).rstrip("\r\n")
    for item, value in json.loads(row.answers).items():
        if value in UNANSWERED:
            yield f"{facts},{safe_cell(item)},,{value}\r\n"
        else:
            yield f"{facts},{safe_cell(item)},{safe_cell(value)},answered\r\n"


def _scores_csv(asked: Asked, *, before: datetime) -> Lines:
    """One row a scale; a score that could not be formed is empty with its reason, never 0 (CLIN-05)."""
    yield csv_line((*FACTS, "scale", "value", "text", "reason"))
    for rows in _batches(asked, (*_COLUMNS, _SCORES), before=before):
        yield "".join(part for row in rows for part in _scales(row))


def _scales(row: Any) -> Lines:
    facts = csv_line(_facts(row)).rstrip("\r\n")
    for scale, stored in json.loads(row.scores).items():
        if isinstance(stored, dict):
            told = f",,{safe_cell(stored['reason'])}"
        elif isinstance(stored, str):
            told = f",{csv_line([stored]).rstrip()},"
        else:
            told = f"{safe_cell(stored)},,"
        yield f"{facts},{safe_cell(scale)},{told}\r\n"


def _fhir(make: Callable[[Any], Iterator[dict[str, Any]]]) -> Callable[..., Lines]:
    def made(asked: Asked, *, before: datetime) -> Lines:
        for rows in _batches(asked, GIVEN, before=before):
            yield "".join(json.dumps(one) + "\n" for row in rows for one in make(row))

    return made


WAYS: dict[tuple[str, str], Callable[..., Lines]] = {
    ("responses", "csv"): _answers_csv,
    ("responses", "ndjson"): _ndjson((_ANSWERS, _SCORES), "answers with their scores"),
    ("responses", "fhir"): _fhir(as_response),
    ("scores", "csv"): _scores_csv,
    ("scores", "ndjson"): _ndjson((_SCORES,), "scores"),
    ("scores", "fhir"): _fhir(as_observations),
}
