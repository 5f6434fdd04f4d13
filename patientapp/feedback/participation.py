"""How people took part in a service, a quarter at a time (B59): counts, and nobody behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.assessments.models import Pack, Response, Task
from patientapp.db import db
from patientapp.feedback.queries import system_tallies
from patientapp.feedback.told_models import YouSaid
from patientapp.feedback.told_queries import Counts, counts
from patientapp.workdays import add_months, at_london

SURVEYS = ("experience", "experience_family", "collaborate", "outcome_survey")


@dataclass(frozen=True, kw_only=True)
class Quarter:
    """Three months of one service."""

    first: date
    last: date
    fft: int
    surveys: int
    told: Counts
    published: int


def quarters(viewer: Viewer, year: int) -> list[Quarter]:
    """The four quarters of a calendar year."""
    firsts = [date(year, month, 1) for month in (1, 4, 7, 10)]
    return [_quarter(viewer, first, add_months(first, 3) - timedelta(days=1)) for first in firsts]


def _quarter(viewer: Viewer, first: date, last: date) -> Quarter:
    tallies = system_tallies(viewer.service_id, first=first, last=last)
    return Quarter(
        first=first,
        last=last,
        fft=sum(sum(by_answer.values()) for by_answer in tallies.values()),
        surveys=_surveys(viewer, first, last),
        told=counts(viewer, first=first, last=last),
        published=_published(viewer, first, last),
    )


def _surveys(viewer: Viewer, first: date, last: date) -> int:
    asked = (
        sa.select(sa.func.count())
        .select_from(Response)
        .join(Task, Task.id == Response.task_id)
        .join(Pack, Pack.id == Task.pack_id)
        .where(Pack.service_id == viewer.service_id, Task.instrument.in_(SURVEYS))
        .where(Response.received_at >= at_london(first, time(0)))
        .where(Response.received_at < at_london(last + timedelta(days=1), time(0)))
    )
    return int(db.session.scalar(asked) or 0)


def _published(viewer: Viewer, first: date, last: date) -> int:
    asked = sa.select(sa.func.count()).where(
        YouSaid.service_id == viewer.service_id, YouSaid.published_on.between(first, last)
    )
    return int(db.session.scalar(asked) or 0)
