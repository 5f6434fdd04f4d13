"""Reads of a return: the contract of a service, and its people in parts that fit in memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from uuid import UUID

import sqlalchemy as sa

from patientapp.appointments.models import Appointment, AppointmentEvent
from patientapp.assessments.models import Response
from patientapp.db import db
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.episodes.queries import is_current
from patientapp.errors import Conflict
from patientapp.i18n import gettext as _
from patientapp.kpi.asked import Period
from patientapp.kpi.contract import Contract
from patientapp.kpi.days import day_of
from patientapp.kpi.facts import Facts
from patientapp.kpi.loading import facts_of_nobody, facts_of_people
from patientapp.kpi.reading import Array, Kind, columns, plain_id
from patientapp.kpi.returns import contract_of, known
from patientapp.services.models import Service
from patientapp.workdays import at_london

PART = 20_000  # people whose facts are in memory at once
DAY = timedelta(days=1)
CLOSING = ("discharged", "returned")


class NoContract(Conflict):
    """This service names no contract, so nothing says what to count. Set its profile first."""

    title = "This service has no contract"

    def heading(self) -> str:
        """Nothing changed while anybody was reading: there is nothing to count by."""
        return _("No contract is set for this service")

    def words(self) -> tuple[str, str]:
        """Who can put it right; which contracts there are is for the command line."""
        return _("So there are no figures to show yet."), _(
            "Ask whoever looks after this system to set the service's contract."
        )


def system_contract(service: Service) -> Contract:
    """What a service's contract counts; its own first day goes before the profile's."""
    if service.profile not in known():
        raise NoContract(f"{service.slug} names no contract; there is: {', '.join(known())}")
    return contract_of(service.profile, service.contract_first_day)


def system_parts(
    service_id: UUID, asked: Period, *, groups_on: date | None = None, size: int = PART
) -> Iterator[Facts]:
    """The facts that a return over a period may ask: of nobody, then of some people at a time.

    Everything is there of each person to whom anything happened in the period, so that what came
    before counts too: baselines, earlier visits, the start of each clock. `groups_on`: with the groups
    of each person on that day.
    """
    yield facts_of_nobody(service_id)
    for people in touched(service_id, asked, size=size):
        yield facts_of_people(service_id, people, groups_on=groups_on)


def touched(service_id: UUID, asked: Period, *, size: int = PART) -> Iterator[Array]:
    """The ids of the people to whom something happened in a period, so many at a time."""
    days = (day_of(asked.first), day_of(asked.last))
    whose = sa.union(*_happened(service_id, *days)).subquery()
    (ids,) = columns(sa.select(whose.c.id).order_by(whose.c.id), Kind.ID)
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _happened(service_id: UUID, first: date, last: date) -> Iterator[sa.Select[UUID]]:
    yield sa.select(plain_id(Episode.patient_id).label("id")).where(
        Episode.service_id == service_id, Episode.received_on.between(first, last)
    )
    yield (
        sa.select(plain_id(Episode.patient_id))
        .join(EpisodeEvent, EpisodeEvent.episode_id == Episode.id)
        .where(
            EpisodeEvent.service_id == service_id,
            EpisodeEvent.kind.in_(_kinds(service_id)),
            EpisodeEvent.on.between(first, last),
        )
    )
    yield (
        sa.select(plain_id(Appointment.patient_id))
        .join(AppointmentEvent, AppointmentEvent.appointment_id == Appointment.id)
        .where(
            AppointmentEvent.service_id == service_id,
            AppointmentEvent.starts_at >= at_london(first, time.min),
            AppointmentEvent.starts_at < at_london(last + DAY, time.min),
        )
    )
    yield sa.select(plain_id(Response.patient_id)).where(
        Response.service_id == service_id, Response.answered_on.between(first, last)
    )


def _kinds(service_id: UUID) -> list[str]:
    """The kinds of events that a service has: a step in the index for each, not a read of them all."""
    here = EpisodeEvent.service_id == service_id
    least = sa.select(sa.func.min(EpisodeEvent.kind).label("kind")).where(here)
    found = least.cte("kinds", recursive=True)
    after = sa.select(sa.func.min(EpisodeEvent.kind)).where(here, EpisodeEvent.kind > found.c.kind)
    step = sa.select(after.correlate(found).scalar_subquery()).where(found.c.kind.is_not(None))
    found = found.union_all(step)
    return [kind for kind in db.session.scalars(sa.select(found.c.kind)) if kind is not None]


def system_still_open(service_id: UUID) -> int:
    """How many referrals were neither sent back nor discharged."""
    closed = (
        sa.select(EpisodeEvent.episode_id)
        .where(EpisodeEvent.service_id == service_id, EpisodeEvent.kind.in_(CLOSING), is_current())
        .where(EpisodeEvent.episode_id == Episode.id)
    )
    asked = sa.select(sa.func.count()).where(Episode.service_id == service_id, ~closed.exists())
    return db.session.scalar(asked) or 0
