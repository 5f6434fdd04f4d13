"""Reads of extracts: a batch at a time, in the order of arrival."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.assessments.models import Pack, Response, Task
from patientapp.assessments.rules import TimePoint
from patientapp.assessments.spread_queries import system_own_spreads
from patientapp.db import db, end_read
from patientapp.extracts.rules import Asked, Place
from patientapp.progress.changes import change_of
from patientapp.progress.queries import own_of
from patientapp.progress.rules import Given, OwnOf, scale_rows
from patientapp.progress.shown import instrument_of
from patientapp.services.models import Service

BATCH = 1_000
FIRST = next(iter(TimePoint))  # nothing can be a change before the baseline's own time point

GIVEN = (
    Response.id,
    Pack.episode_id,
    Response.patient_id,
    Response.time_point,
    Response.instrument,
    Response.instrument_version,
    Response.rule_version,
    Response.language,
    Response.wording,
    Response.answered_by,
    Response.birth_date_confirmed,
    Response.answers,
    Response.scores,
    Response.answered_at,
    Response.received_at,
)


def slug_of(service_id: UUID) -> str:
    """The word of a service in its addresses."""
    return db.session.execute(sa.select(Service.slug).where(Service.id == service_id)).scalar_one()


def arrivals(
    asked: Asked, columns: Iterable[Any], *, after: Place | None, before: datetime, size: int
) -> sa.Select[Any]:
    """Responses of one service past a place and settled, oldest arrival first (SEC-03)."""
    chosen = (
        sa.select(*columns)
        .join(Task, Task.id == Response.task_id)
        .join(Pack, Pack.id == Task.pack_id)
        .where(Response.service_id == asked.service_id, Response.received_at < before)
        .order_by(Response.received_at, Response.id)
        .limit(size)
    )
    begin, end = asked.answered
    if asked.instrument is not None:
        chosen = chosen.where(Response.instrument == asked.instrument)
    if asked.since is not None:
        chosen = chosen.where(Response.received_at >= asked.since)
    if begin is not None:
        # nothing arrives before it is answered: so the index by arrival skips what is older
        chosen = chosen.where(Response.answered_at >= begin, Response.received_at >= begin)
    if end is not None:
        chosen = chosen.where(Response.answered_at < end)
    return chosen if after is None else chosen.where(_past(after))


def _past(place: Place) -> sa.ColumnElement[bool]:
    later = sa.or_(Response.received_at > place.received_at, Response.id > place.response_id)
    return sa.and_(Response.received_at >= place.received_at, later)


Change = dict[str, Any]


def changes_page(
    asked: Asked, *, after: Place | None, before: datetime, size: int
) -> tuple[list[Change], Place | None]:
    """The changes of the next so many follow-ups, and where the next page begins; None at the end."""
    wanted = (Response.id, Response.received_at, Pack.episode_id, Response.instrument)
    found = arrivals(asked, wanted, after=after, before=before, size=size + 1)
    rows = db.session.execute(found.where(Response.time_point != FIRST)).all()
    page = rows[:size]
    changes = _changes_to(page, own_of(system_own_spreads(asked.service_id)))
    more = len(rows) > size
    return changes, Place(page[-1].received_at, page[-1].id) if more else None


def all_changes(asked: Asked, *, before: datetime) -> Iterator[Change]:
    """Every change, a batch at a time; between two batches nothing is held open."""
    place: Place | None = None
    while True:
        changes, place = changes_page(asked, after=place, before=before, size=BATCH)
        end_read()
        yield from changes
        if place is None:
            return


def _changes_to(follow_ups: Sequence[sa.Row[Any]], own: OwnOf) -> list[Change]:
    """The change that each of these responses shows against its episode's baseline."""
    given, patients = _given_beside(follow_ups)
    steps: dict[UUID, list[Change]] = {row.id: [] for row in follow_ups}
    for row in scale_rows(given, instrument_of, own):
        for step in row.steps:
            to = step.follow_up.given.response_id
            if to in steps:
                steps[to].append({"patient_id": patients[to]} | change_of(row, step))
    return [change for row in follow_ups for change in steps[row.id]]


def _given_beside(follow_ups: Sequence[sa.Row[Any]]) -> tuple[list[Given], dict[UUID, UUID]]:
    """All that the same episodes answered to the same questionnaires, and whose each is."""
    if not follow_ups:
        return [], {}
    wanted = {(row.episode_id, row.instrument) for row in follow_ups}
    asked = (
        sa.select(*GIVEN)
        .join(Task, Task.id == Response.task_id)
        .join(Pack, Pack.id == Task.pack_id)
        .where(
            Pack.episode_id.in_({episode for episode, _instrument in wanted}),
            Response.instrument.in_({instrument for _episode, instrument in wanted}),
        )
        .order_by(Response.answered_at, Response.id)
    )
    rows = [row for row in db.session.execute(asked) if (row.episode_id, row.instrument) in wanted]
    return [given_of(row) for row in rows], {row.id: row.patient_id for row in rows}


def given_of(row: sa.Row[Any]) -> Given:
    """One row of `GIVEN` as progress knows it."""
    facts = row._asdict()
    facts.pop("patient_id")
    return Given(response_id=facts.pop("id"), **facts)
