"""Lists of visits for staff and other systems: a day's, page by page, and what we called off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.appointments.models import Appointment, AppointmentEvent
from patientapp.appointments.queries import Newest, read_all, visible_visits, visit
from patientapp.appointments.rules import CANCELLED, Visit, VisitState
from patientapp.db import db
from patientapp.patients.models import Patient
from patientapp.workdays import at_london

DEFAULT_PAGE, LARGEST_PAGE = 50, 200


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which part of which list is asked for."""

    first: date | None = None
    last: date | None = None
    patient_id: UUID | None = None
    after: UUID | None = None  # the last visit of the page before
    size: int = DEFAULT_PAGE


@dataclass(frozen=True)
class Page:
    """One page of visits, and where the next begins."""

    visits: Sequence[Visit]
    next_after: UUID | None


def visits_on(viewer: Viewer, day: date) -> list[tuple[Visit, Patient]]:
    """My service's visits of a London day with their patients, in order of time."""
    asked = (
        visible_visits(viewer)
        .where(Newest.starts_at >= at_london(day, time(0)))
        .where(Newest.starts_at < at_london(day + timedelta(days=1), time(0)))
        .order_by(Newest.starts_at, Appointment.id)
    )
    found = read_all(asked)
    people = sa.select(Patient).where(Patient.id.in_({one.patient_id for one in found}))
    by_id = {person.id: person for person in db.session.scalars(people)}
    return [(one, by_id[one.patient_id]) for one in found]


def page(viewer: Viewer, wanted: Wanted) -> Page:
    """One page of visits in the order of their making, which no later step changes."""
    asked = visible_visits(viewer).order_by(Appointment.created_at, Appointment.id)
    if wanted.patient_id is not None:
        asked = asked.where(Appointment.patient_id == wanted.patient_id)
    if wanted.first is not None:
        asked = asked.where(Newest.starts_at >= at_london(wanted.first, time(0)))
    if wanted.last is not None:
        asked = asked.where(Newest.starts_at < at_london(wanted.last + timedelta(days=1), time(0)))
    if wanted.after is not None:
        asked = asked.where(_beyond(viewer, wanted.after))
    size = max(1, min(wanted.size, LARGEST_PAGE))
    found = read_all(asked.limit(size + 1))
    return Page(found[:size], found[size - 1].id if len(found) > size else None)


def _beyond(viewer: Viewer, after: UUID) -> sa.ColumnElement[bool]:
    visit(viewer, after)
    last = sa.select(Appointment.created_at).where(Appointment.id == after).scalar_subquery()
    same = sa.and_(Appointment.created_at == last, Appointment.id > after)
    return sa.or_(Appointment.created_at > last, same)


def days_to_new_date(viewer: Viewer, *, first: date, last: date) -> list[tuple[Visit, int | None]]:
    """Visits that the service cancelled in these days, and days until the visit instead (B51).

    The visit instead is the same one put back, or the next one booked in the same episode.
    """
    cancelled = sa.and_(
        AppointmentEvent.state == VisitState.CANCELLED_BY_SERVICE,
        AppointmentEvent.at >= at_london(first, time(0)),
        AppointmentEvent.at < at_london(last + timedelta(days=1), time(0)),
    )
    ids = sa.select(AppointmentEvent.appointment_id).where(cancelled)
    found = read_all(visible_visits(viewer).where(Appointment.id.in_(ids)).order_by(Newest.at))
    return [(one, _days_until_new(viewer, one)) for one in found]


def _days_until_new(viewer: Viewer, cancelled: Visit) -> int | None:
    if cancelled.is_open:
        return 0
    later = visible_visits(viewer).where(
        Appointment.episode_id == cancelled.episode_id,
        Appointment.id != cancelled.id,
        Newest.booked_at >= cancelled.at,
        Newest.state.not_in(CANCELLED),
    )
    instead = read_all(later.order_by(Newest.starts_at).limit(1))
    return (instead[0].starts_at - cancelled.starts_at).days if instead else None
