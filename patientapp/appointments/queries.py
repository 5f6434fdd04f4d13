"""Reads of visits and free times, from behind the wall."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from patientapp.access.viewer import Viewer
from patientapp.appointments.models import Appointment, AppointmentEvent, Slot
from patientapp.appointments.rules import (
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
from patientapp.patients.queries import visible_ids

Newest = aliased(AppointmentEvent, name="newest")
_Timed = aliased(AppointmentEvent, name="timed")
VisitRow = tuple[Appointment, AppointmentEvent, datetime]


def system_visits() -> sa.Select[*VisitRow]:
    """Every visit with its newest step, and when its time was set; a reader narrows it down."""
    other = aliased(AppointmentEvent)
    last = sa.select(sa.func.max(other.seq)).where(other.appointment_id == Appointment.id)
    return (
        sa.select(Appointment, Newest, _Timed.at)
        .join(Newest, Newest.appointment_id == Appointment.id)
        .join(
            _Timed,
            sa.and_(_Timed.appointment_id == Appointment.id, _Timed.seq == Newest.occurrence),
        )
        .where(Newest.seq == last.correlate(Appointment).scalar_subquery())
    )


def visible_visits(viewer: Viewer) -> sa.Select[*VisitRow]:
    """The visits of the patients that this viewer may see (SEC-03)."""
    return system_visits().where(
        Appointment.service_id == viewer.service_id, Appointment.patient_id.in_(visible_ids(viewer))
    )


def visit_of(row: sa.Row[*VisitRow]) -> Visit:
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


def read_all(asked: sa.Select[*VisitRow]) -> list[Visit]:
    """The visits of a question that began at `visible_visits` or `system_visits`."""
    fresh = asked.execution_options(populate_existing=True)
    return [visit_of(row) for row in db.session.execute(fresh)]


def _one(asked: sa.Select[*VisitRow]) -> Visit:
    found = read_all(asked)
    if not found:
        raise NotFound
    return found[0]


def visit(viewer: Viewer, visit_id: UUID) -> Visit:
    """One visit of this viewer's; NotFound for a foreign id as for an unknown one (SEC-02)."""
    return _one(visible_visits(viewer).where(Appointment.id == visit_id))


def visits_of(viewer: Viewer, patient_id: UUID) -> list[Visit]:
    """A patient's visits, the latest first."""
    theirs = visible_visits(viewer).where(Appointment.patient_id == patient_id)
    return read_all(theirs.order_by(Newest.starts_at.desc(), Appointment.id))


def own_coming(viewer: Viewer, *, now: datetime) -> list[Visit]:
    """The viewer's own visits from today on, soonest first; cancelled ones too, to undo them."""
    theirs = visible_visits(viewer).where(Appointment.patient_id == viewer.patient_id)
    coming = theirs.where(Newest.starts_at > now - timedelta(hours=8))
    return read_all(coming.order_by(Newest.starts_at, Appointment.id))


def history(viewer: Viewer, visit_id: UUID) -> Sequence[AppointmentEvent]:
    """Every step of one visit, oldest first."""
    found = visit(viewer, visit_id)
    steps = sa.select(AppointmentEvent).where(AppointmentEvent.appointment_id == found.id)
    return db.session.scalars(steps.order_by(AppointmentEvent.seq)).all()


def system_visit(visit_id: UUID) -> Visit | None:
    """One visit as it stands, for the machine itself; None for an id that is no visit's."""
    found = read_all(system_visits().where(Appointment.id == visit_id))
    return found[0] if found else None


def system_visits_of_episode(episode_id: UUID) -> list[Visit]:
    """Every visit of an episode."""
    return read_all(system_visits().where(Appointment.episode_id == episode_id))


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
        .where(Newest.starts_at >= first, Newest.starts_at < last, Newest.state.in_(states))
        .order_by(Newest.starts_at, Appointment.id)
    )
    if service_id is not None:
        asked = asked.where(Appointment.service_id == service_id)
    return read_all(asked)


def system_visits_of_patients(patient_ids: Collection[UUID], *, since: datetime) -> list[Visit]:
    """These people's visits that start after that moment: what the planner of texts wants to know."""
    asked = system_visits().where(Appointment.patient_id.in_(patient_ids), Newest.starts_at > since)
    return read_all(asked.order_by(Newest.starts_at, Appointment.id))


def system_by_keys(service_id: UUID, keys: Collection[str]) -> dict[str, Visit]:
    """The visits of a service under these keys of its booking system."""
    asked = system_visits().where(Appointment.service_id == service_id, Appointment.key.in_(keys))
    return {str(one.key): one for one in read_all(asked)}


def system_first_visits_to_follow(service_id: UUID) -> list[UUID]:
    """Episodes of a service whose day of the first visit is not the one recorded."""
    columns = (Appointment.episode_id, Newest.state, Newest.starts_at)
    asked = (
        system_visits()
        .with_only_columns(*columns)
        .where(Appointment.service_id == service_id, Newest.kind == VisitKind.FIRST)
        .order_by(Appointment.episode_id)
    )
    days = {
        episode_id: first_day_of((row.state, row.starts_at) for row in rows)
        for episode_id, rows in groupby(db.session.execute(asked), key=lambda row: row.episode_id)
    }
    known = system_days_of_service(service_id, EpisodeEventKind.FIRST_APPOINTMENT)
    return [one for one, day in days.items() if day is not None and day != known.get(one)]
