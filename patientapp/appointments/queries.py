"""Reads of visits and free times, from behind the wall."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from patientapp.access.viewer import Viewer
from patientapp.appointments.models import Appointment, AppointmentEvent, Slot
from patientapp.appointments.rules import (
    CANCELLED,
    OPEN,
    Details,
    Visit,
    VisitKind,
    VisitState,
    first_day_of,
)
from patientapp.db import db
from patientapp.episodes.queries import system_days_of_service
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.errors import NotFound
from patientapp.patients.models import Patient
from patientapp.patients.queries import visible_ids
from patientapp.workdays import at_london

DEFAULT_PAGE, LARGEST_PAGE = 50, 200
_Newest = aliased(AppointmentEvent, name="newest")
_Timed = aliased(AppointmentEvent, name="timed")
_Row = tuple[Appointment, AppointmentEvent, datetime]


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


def system_visits() -> sa.Select[*_Row]:
    """Every visit with its newest step, and when its time was set; a reader narrows it down."""
    other = aliased(AppointmentEvent)
    last = sa.select(sa.func.max(other.seq)).where(other.appointment_id == Appointment.id)
    return (
        sa.select(Appointment, _Newest, _Timed.at)
        .join(_Newest, _Newest.appointment_id == Appointment.id)
        .join(
            _Timed,
            sa.and_(_Timed.appointment_id == Appointment.id, _Timed.seq == _Newest.occurrence),
        )
        .where(_Newest.seq == last.correlate(Appointment).scalar_subquery())
    )


def visible_visits(viewer: Viewer) -> sa.Select[*_Row]:
    """The visits of the patients that this viewer may see (SEC-03)."""
    return system_visits().where(
        Appointment.service_id == viewer.service_id, Appointment.patient_id.in_(visible_ids(viewer))
    )


def visit_of(row: sa.Row[*_Row]) -> Visit:
    """A visit as it stands, out of its rows."""
    made, newest, time_set_at = row
    return Visit(
        id=made.id,
        service_id=made.service_id,
        patient_id=made.patient_id,
        episode_id=made.episode_id,
        key=made.key,
        kind=newest.kind,
        reminder_arm=made.reminder_arm,
        booked_at=newest.booked_at,
        seq=newest.seq,
        state=newest.state,
        occurrence=newest.occurrence,
        time_set_at=time_set_at,
        at=newest.at,
        by=newest.by,
        reason=newest.reason,
        details=details_of(newest),
    )


def details_of(event: AppointmentEvent | Slot) -> Details:
    """When and where, out of a step or a free time."""
    return Details(
        starts_at=event.starts_at,
        minutes=event.minutes,
        mode=event.mode,
        place=event.place,
        interpreter=getattr(event, "interpreter", False),
        video_link=event.video_link,
    )


def _all(asked: sa.Select[*_Row]) -> list[Visit]:
    fresh = asked.execution_options(populate_existing=True)
    return [visit_of(row) for row in db.session.execute(fresh)]


def _one(asked: sa.Select[*_Row]) -> Visit:
    found = _all(asked)
    if not found:
        raise NotFound
    return found[0]


def visit(viewer: Viewer, visit_id: UUID) -> Visit:
    """One visit of this viewer's; NotFound for a foreign id as for an unknown one (SEC-02)."""
    return _one(visible_visits(viewer).where(Appointment.id == visit_id))


def visits_of(viewer: Viewer, patient_id: UUID) -> list[Visit]:
    """A patient's visits, the latest first."""
    theirs = visible_visits(viewer).where(Appointment.patient_id == patient_id)
    return _all(theirs.order_by(_Newest.starts_at.desc(), Appointment.id))


def own_coming(viewer: Viewer, *, now: datetime) -> list[Visit]:
    """The viewer's own visits from today on, soonest first; cancelled ones too, to undo them."""
    theirs = visible_visits(viewer).where(Appointment.patient_id == viewer.patient_id)
    coming = theirs.where(_Newest.starts_at > now - timedelta(hours=8))
    return _all(coming.order_by(_Newest.starts_at, Appointment.id))


def visits_on(viewer: Viewer, day: date) -> list[tuple[Visit, Patient]]:
    """My service's visits of a London day with their patients, in order of time."""
    asked = (
        visible_visits(viewer)
        .where(_Newest.starts_at >= at_london(day, time(0)))
        .where(_Newest.starts_at < at_london(day + timedelta(days=1), time(0)))
        .order_by(_Newest.starts_at, Appointment.id)
    )
    found = _all(asked)
    people = sa.select(Patient).where(Patient.id.in_({one.patient_id for one in found}))
    by_id = {person.id: person for person in db.session.scalars(people)}
    return [(one, by_id[one.patient_id]) for one in found]


def page(viewer: Viewer, wanted: Wanted) -> Page:
    """One page of visits in the order of their making, which no later step changes."""
    asked = visible_visits(viewer).order_by(Appointment.created_at, Appointment.id)
    if wanted.patient_id is not None:
        asked = asked.where(Appointment.patient_id == wanted.patient_id)
    if wanted.first is not None:
        asked = asked.where(_Newest.starts_at >= at_london(wanted.first, time(0)))
    if wanted.last is not None:
        asked = asked.where(_Newest.starts_at < at_london(wanted.last + timedelta(days=1), time(0)))
    if wanted.after is not None:
        asked = asked.where(_beyond(viewer, wanted.after))
    size = max(1, min(wanted.size, LARGEST_PAGE))
    found = _all(asked.limit(size + 1))
    return Page(found[:size], found[size - 1].id if len(found) > size else None)


def _beyond(viewer: Viewer, after: UUID) -> sa.ColumnElement[bool]:
    visit(viewer, after)
    last = sa.select(Appointment.created_at).where(Appointment.id == after).scalar_subquery()
    same = sa.and_(Appointment.created_at == last, Appointment.id > after)
    return sa.or_(Appointment.created_at > last, same)


def history(viewer: Viewer, visit_id: UUID) -> Sequence[AppointmentEvent]:
    """Every step of one visit, oldest first."""
    found = visit(viewer, visit_id)
    steps = sa.select(AppointmentEvent).where(AppointmentEvent.appointment_id == found.id)
    return db.session.scalars(steps.order_by(AppointmentEvent.seq)).all()


def system_visit(visit_id: UUID) -> Visit | None:
    """One visit as it stands, for the machine itself; None for an id that is no visit's."""
    found = _all(system_visits().where(Appointment.id == visit_id))
    return found[0] if found else None


def system_visits_of_episode(episode_id: UUID) -> list[Visit]:
    """Every visit of an episode."""
    return _all(system_visits().where(Appointment.episode_id == episode_id))


def system_visits_between(
    first: datetime,
    last: datetime,
    *,
    states: Collection[VisitState] = OPEN,
    service_id: UUID | None = None,
) -> list[Visit]:
    """Visits that start from `first` up to `last`, by default those still to happen."""
    asked = (
        system_visits()
        .where(_Newest.starts_at >= first, _Newest.starts_at < last, _Newest.state.in_(states))
        .order_by(_Newest.starts_at, Appointment.id)
    )
    if service_id is not None:
        asked = asked.where(Appointment.service_id == service_id)
    return _all(asked)


def system_visits_of_patients(patient_ids: Collection[UUID], *, since: datetime) -> list[Visit]:
    """These people's visits that start after that moment: what the planner of texts wants to know."""
    asked = system_visits().where(Appointment.patient_id.in_(patient_ids), _Newest.starts_at > since)
    return _all(asked.order_by(_Newest.starts_at, Appointment.id))


def system_by_keys(service_id: UUID, keys: Collection[str]) -> dict[str, Visit]:
    """The visits of a service under these keys of its booking system."""
    asked = system_visits().where(Appointment.service_id == service_id, Appointment.key.in_(keys))
    return {str(one.key): one for one in _all(asked)}


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
    found = _all(visible_visits(viewer).where(Appointment.id.in_(ids)).order_by(_Newest.at))
    return [(one, _days_until_new(viewer, one)) for one in found]


def _days_until_new(viewer: Viewer, cancelled: Visit) -> int | None:
    if cancelled.is_open:
        return 0
    later = visible_visits(viewer).where(
        Appointment.episode_id == cancelled.episode_id,
        Appointment.id != cancelled.id,
        _Newest.booked_at >= cancelled.at,
        _Newest.state.not_in(CANCELLED),
    )
    instead = _all(later.order_by(_Newest.starts_at).limit(1))
    return (instead[0].starts_at - cancelled.starts_at).days if instead else None


def system_first_visits_to_follow(service_id: UUID) -> list[UUID]:
    """Episodes of a service whose day of the first visit is not the one recorded."""
    columns = (Appointment.episode_id, _Newest.state, _Newest.starts_at)
    asked = (
        system_visits()
        .with_only_columns(*columns)
        .where(Appointment.service_id == service_id, _Newest.kind == VisitKind.FIRST)
        .order_by(Appointment.episode_id)
    )
    days = {
        episode_id: first_day_of((row.state, row.starts_at) for row in rows)
        for episode_id, rows in groupby(db.session.execute(asked), key=lambda row: row.episode_id)
    }
    known = system_days_of_service(service_id, EpisodeEventKind.FIRST_APPOINTMENT)
    return [one for one, day in days.items() if day is not None and day != known.get(one)]
