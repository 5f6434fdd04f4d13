"""The four questions to the record, each a page at a time and each in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.appointments.models import Appointment, AppointmentEvent
from patientapp.appointments.queries import Newest, visible_visits
from patientapp.appointments.rules import OPEN, VisitState
from patientapp.assessments.models import Pack, Response, Task
from patientapp.assessments.queries import is_asked, is_current_response
from patientapp.assessments.rules import TimePoint
from patientapp.db import db
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.episodes.queries import is_current
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.lists.rules import Policy, Which, without_progress
from patientapp.patients.models import Patient
from patientapp.patients.queries import visible_ids
from patientapp.progress.queries import as_given
from patientapp.progress.rules import ScaleRow, scale_rows
from patientapp.progress.shown import instrument_of
from patientapp.workdays import add_months, london_day

PAGE = 50
ENDS = (
    EpisodeEventKind.DISCHARGED,
    EpisodeEventKind.MOVED_TO_PIFU,
    EpisodeEventKind.DISCHARGED_TO_PIFU,
    EpisodeEventKind.RETURNED,
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One fact about one patient; its key is new when the fact is."""

    key: str
    patient: Patient
    since: date
    time_point: TimePoint | None = None
    missed: int = 0
    rows: tuple[ScaleRow, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which part of a list."""

    policy: Policy
    now: datetime
    by_name: bool = False
    skip: int = 0


@dataclass(frozen=True)
class Found:
    """A page of lines, and whether there is another."""

    lines: list[Line]
    more: bool


Query = Callable[[Viewer, Asked], Found]


def no_answer(viewer: Viewer, asked: Asked) -> Found:
    """Packs past their due day with something left to answer, also some time after they closed."""
    today = london_day(asked.now)
    undone = (
        sa.select(Task.id)
        .outerjoin(Response, Response.task_id == Task.id)
        .where(Task.pack_id == Pack.id, Response.id.is_(None), is_asked(today=today))
        .exists()
    )
    found = (
        sa.select(Patient, Pack.id, Pack.time_point, Pack.due_on)
        .join(Pack, Pack.patient_id == Patient.id)
        .where(
            Pack.service_id == viewer.service_id,
            Pack.closes_on >= today - timedelta(days=asked.policy.no_answer_days),
            Pack.due_on < today,
            Patient.id.in_(visible_ids(viewer)),
            Patient.died_on.is_(None),
            undone,
        )
        .order_by(*_order(asked, Pack.due_on, Pack.id))
    )
    rows, more = _page(found, asked)
    lines = [
        Line(key=f"no_answer:{row.id}", patient=row[0], since=row.due_on, time_point=row.time_point)
        for row in rows
    ]
    return Found(lines, more)


def missed(viewer: Viewer, asked: Asked) -> Found:
    """People who missed visits lately; each more that is missed makes a new line."""
    since = asked.now - timedelta(days=asked.policy.missed_months * 30)
    theirs = (
        visible_visits(viewer)
        .where(Newest.state == VisitState.MISSED, Newest.starts_at >= since)
        .with_only_columns(
            Appointment.patient_id,
            sa.func.count().label("missed"),
            sa.func.max(Newest.starts_at, type_=Newest.starts_at.type).label("last"),
        )
        .group_by(Appointment.patient_id)
        .subquery()
    )
    found = (
        sa.select(Patient, theirs.c.missed, theirs.c.last)
        .join(theirs, theirs.c.patient_id == Patient.id)
        .where(Patient.died_on.is_(None))
        .order_by(*_order(asked, theirs.c.last, Patient.id))
    )
    rows, more = _page(found, asked)
    lines = [
        Line(
            key=f"missed:{row[0].id}:{row.last:%Y%m%d}",
            patient=row[0],
            since=london_day(row.last),
            missed=row.missed,
        )
        for row in rows
    ]
    return Found(lines, more)


def no_progress(viewer: Viewer, asked: Asked) -> Found:
    """Follow-up answers of the last weeks in which no scale of the policy got better (C06)."""
    since = london_day(asked.now) - timedelta(days=asked.policy.progress_days)
    instruments = {instrument for instrument, _scale in asked.policy.scales}
    newest = sa.func.max(Response.answered_on, type_=sa.Date()).label("newest")
    lately = (
        sa.select(Response.episode_id, newest)
        .where(
            Response.service_id == viewer.service_id,
            Response.answered_on >= since,
            Response.time_point != TimePoint.T0,
            Response.instrument.in_(instruments),
        )
        .group_by(Response.episode_id)
        .subquery()
    )
    found = (
        sa.select(Patient, lately.c.episode_id, lately.c.newest)
        .join(Episode, Episode.id == lately.c.episode_id)
        .join(Patient, Patient.id == Episode.patient_id)
        .where(Patient.id.in_(visible_ids(viewer)), Patient.died_on.is_(None))
        .order_by(*_order(asked, lately.c.newest.desc(), lately.c.episode_id))
    )
    rows, more = _page(found, asked)
    scores = _scores([row.episode_id for row in rows], instruments)
    lines = [
        Line(
            key=f"no_progress:{row.episode_id}:{row.newest:%Y%m%d}",
            patient=row[0],
            since=row.newest,
            rows=tuple(still),
        )
        for row in rows
        if (still := without_progress(scores.get(row.episode_id, ()), asked.policy.scales))
    ]
    return Found(lines, more)


def _scores(episodes: Iterable[UUID], instruments: Iterable[str]) -> Mapping[UUID, list[ScaleRow]]:
    """Every scale of these episodes, in one query."""
    theirs = sa.select(Response).where(
        Response.episode_id.in_(list(episodes)),
        Response.instrument.in_(list(instruments)),
        is_current_response(),
    )
    given = [as_given(one) for one in db.session.scalars(theirs)]
    found: dict[UUID, list[ScaleRow]] = {}
    for row in scale_rows(given, instrument_of):
        found.setdefault(row.episode_id, []).append(row)
    return found


def gap(viewer: Viewer, asked: Asked) -> Found:
    """Open episodes with no visit to come, and neither visit nor answer for some weeks."""
    today = london_day(asked.now)
    quiet = today - timedelta(weeks=asked.policy.gap_weeks)
    quiet_at = asked.now - timedelta(weeks=asked.policy.gap_weeks)
    ended = sa.exists().where(
        EpisodeEvent.episode_id == Episode.id, EpisodeEvent.kind.in_(ENDS), is_current()
    )
    seen = (
        sa.exists()
        .where(Appointment.episode_id == Episode.id)
        .where(AppointmentEvent.appointment_id == Appointment.id)
        .where(AppointmentEvent.starts_at >= quiet_at)
        .where(AppointmentEvent.state.in_([*OPEN, VisitState.ATTENDED]))
    )
    answered = sa.exists().where(Response.episode_id == Episode.id, Response.answered_on >= quiet)
    found = (
        sa.select(Patient, Episode.id, Episode.received_on)
        .join(Episode, Episode.patient_id == Patient.id)
        .where(
            Episode.service_id == viewer.service_id,
            Episode.received_on < quiet,
            Episode.received_on >= add_months(today, -asked.policy.gap_months_back),
            Patient.id.in_(visible_ids(viewer)),
            Patient.died_on.is_(None),
            ~answered,
            ~seen,
            ~ended,
        )
        .order_by(*_order(asked, Episode.received_on, Episode.id))
    )
    rows, more = _page(found, asked)
    lines = [
        Line(key=f"gap:{row.id}:{today:%Y%m}", patient=row[0], since=row.received_on) for row in rows
    ]
    return Found(lines, more)


def _order(asked: Asked, *by_day: Any) -> list[Any]:
    """By name or by day, total in both: the id comes last (IO-01)."""
    return [*([Patient.family_name, Patient.given_name] if asked.by_name else []), *by_day]


def _page(found: Any, asked: Asked) -> tuple[Sequence[Any], bool]:
    rows = db.session.execute(found.offset(asked.skip).limit(PAGE + 1)).all()
    return rows[:PAGE], len(rows) > PAGE


QUERIES: Mapping[Which, Query] = {
    Which.NO_ANSWER: no_answer,
    Which.MISSED: missed,
    Which.NO_PROGRESS: no_progress,
    Which.GAP: gap,
}
