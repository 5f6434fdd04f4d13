"""Reads of extracts: a batch at a time, in the order of arrival."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from patientapp.assessments.models import Response
from patientapp.assessments.queries import is_current_response
from patientapp.assessments.rules import TimePoint
from patientapp.assessments.spread_queries import system_own_spreads
from patientapp.db import db, end_read
from patientapp.extracts.rules import Asked, Place
from patientapp.progress.changes import change_of
from patientapp.progress.queries import own_of
from patientapp.progress.rules import Given, OwnOf, Step, scale_rows
from patientapp.progress.shown import instrument_of
from patientapp.services.models import Service

BATCH = 1_000
FIRST = next(iter(TimePoint))

GIVEN = (
    Response.id,
    Response.episode_id,
    Response.patient_id,
    Response.time_point,
    Response.instrument,
    Response.instrument_version,
    Response.rule_version,
    Response.language,
    Response.wording,
    Response.answered_by,
    Response.mode,
    Response.birth_date_confirmed,
    Response.answers,
    Response.scores,
    Response.answered_at,
    Response.received_at,
    Response.corrects_id,
)

_OF_GIVEN = [one.key for one in GIVEN if one.key not in {"id", "patient_id", "corrects_id"}]


def slug_of(service_id: UUID) -> str:
    """The word of a service in its addresses."""
    return db.session.execute(sa.select(Service.slug).where(Service.id == service_id)).scalar_one()


def arrivals(
    asked: Asked, columns: Iterable[Any], *, after: Place | None, before: datetime, size: int
) -> sa.Select[Any]:
    """Responses of one service past a place and settled, oldest arrival first (SEC-03)."""
    chosen = (
        sa.select(*columns)
        .where(
            Response.service_id == asked.service_id,
            Response.received_at < before,
            is_current_response(),
        )
        .order_by(Response.received_at, Response.id)
        .limit(size)
    )
    if asked.instrument is not None:
        chosen = chosen.where(Response.instrument == asked.instrument)
    if asked.since is not None:
        chosen = chosen.where(Response.received_at >= asked.since)
    if asked.first_day is not None:
        chosen = chosen.where(Response.answered_on >= asked.first_day)
    if asked.last_day is not None:
        chosen = chosen.where(Response.answered_on <= asked.last_day)
    return chosen if after is None else chosen.where(_past(after))


def _past(place: Place) -> sa.ColumnElement[bool]:
    later = sa.or_(Response.received_at > place.received_at, Response.id > place.response_id)
    return sa.and_(Response.received_at >= place.received_at, later)


Change = dict[str, Any]


def changes_page(
    asked: Asked, *, after: Place | None, before: datetime, size: int
) -> tuple[list[Change], Place | None]:
    """The changes of the next so many arrivals, and where the next page begins; None at the end.

    A change arrives with whichever of its two occasions came last: a baseline that is put right, or
    entered late from paper, brings the changes from it again.
    """
    wanted = (Response.id, Response.received_at, Response.episode_id, Response.instrument)
    found = arrivals(asked, wanted, after=after, before=before, size=size + 1)
    rows = db.session.execute(found.where(_may_show_change())).all()
    page = rows[:size]
    changes = _changes_with(page, own_of(system_own_spreads(asked.service_id)))
    more = len(rows) > size
    return changes, Place(page[-1].received_at, page[-1].id) if more else None


def _may_show_change() -> sa.ColumnElement[bool]:
    """Every response but a baseline that came before all that is compared with it."""
    earlier = aliased(Response)
    beside = sa.and_(
        earlier.episode_id == Response.episode_id,
        earlier.instrument == Response.instrument,
        earlier.received_at <= Response.received_at,
        earlier.time_point != FIRST,
    )
    return sa.or_(Response.time_point != FIRST, sa.exists().where(beside))


def all_changes(asked: Asked, *, before: datetime) -> Iterator[Change]:
    """Every change, a batch at a time; between two batches nothing is held open."""
    place: Place | None = None
    while True:
        changes, place = changes_page(asked, after=place, before=before, size=BATCH)
        end_read()
        yield from changes
        if place is None:
            return


def _changes_with(arrived: Sequence[sa.Row[Any]], own: OwnOf) -> list[Change]:
    """The changes that were complete with each of these responses."""
    given, patients = _given_beside(arrived)
    steps: dict[UUID, list[Change]] = {row.id: [] for row in arrived}
    for row in scale_rows(given, instrument_of, own):
        for step in row.steps:
            last = _later(step)
            if last in steps:
                steps[last].append({"patient_id": patients[last]} | change_of(row, step))
    return [change for row in arrived for change in steps[row.id]]


def _later(step: Step) -> UUID:
    """Whichever of the two occasions arrived last."""
    base, follow = step.baseline.given, step.follow_up.given
    return base.response_id if base.received_at > follow.received_at else follow.response_id


def _given_beside(arrived: Sequence[sa.Row[Any]]) -> tuple[list[Given], dict[UUID, UUID]]:
    """All that the same episodes answered to the same questionnaires, and whose each is."""
    if not arrived:
        return [], {}
    wanted = {(row.episode_id, row.instrument) for row in arrived}
    asked = (
        sa.select(*GIVEN)
        .where(
            is_current_response(),
            Response.episode_id.in_({episode for episode, _instrument in wanted}),
            Response.instrument.in_({instrument for _episode, instrument in wanted}),
        )
        .order_by(Response.answered_at, Response.id)
    )
    rows = [row for row in db.session.execute(asked) if (row.episode_id, row.instrument) in wanted]
    return [given_of(row) for row in rows], {row.id: row.patient_id for row in rows}


def given_of(row: sa.Row[Any]) -> Given:
    """One row of `GIVEN` as progress knows it."""
    facts = {name: getattr(row, name) for name in _OF_GIVEN}
    return Given(response_id=row.id, **facts)
