"""The next step of one visit, and all that belongs into the same commit."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa

from patientapp.access.viewer import Role, Viewer
from patientapp.appointments.models import Appointment, AppointmentEvent, Slot, SlotHolder
from patientapp.appointments.queries import system_visit, system_visits_of_episode
from patientapp.appointments.rules import (
    OPEN,
    SETS_TIME,
    Details,
    Visit,
    VisitKind,
    VisitState,
    first_day,
)
from patientapp.assessments import actions as assessments
from patientapp.audit.actions import record_system
from patientapp.db import changed, db, insert
from patientapp.episodes.queries import system_days
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.errors import Conflict
from patientapp.messaging.actions import withdraw
from patientapp.patients.looks import look_by


class VisitChanged(Conflict):
    """This visit changed while you were looking. Look at it again, then choose."""

    title = "This visit has changed"


def add_visit(
    *,
    service_id: UUID,
    patient_id: UUID,
    episode_id: UUID,
    kind: VisitKind,
    details: Details,
    by: str,
    now: datetime,
    key: str | None = None,
    reminder_arm: str = "",
    booked_at: datetime | None = None,
) -> Visit | None:
    """A new visit, booked; None when its key was there first."""
    visit_id = uuid4()
    made = {
        "id": visit_id,
        "service_id": service_id,
        "patient_id": patient_id,
        "episode_id": episode_id,
        "key": key,
        "reminder_arm": reminder_arm,
        "created_at": now,
    }
    if not changed(db.session.execute(insert(Appointment).values(**made).on_conflict_do_nothing())):
        return None
    facts = {"service_id": service_id, "by": by, "at": now, "reason": ""}
    facts |= {"kind": kind, "booked_at": booked_at or now}
    _insert_step(visit_id, 1, VisitState.BOOKED, occurrence=1, details=details, **facts)
    look_by(patient_id, now)
    record_system("visit booked", chain=f"patient:{patient_id}", now=now, actor=by)
    return _again(visit_id)


def take_step(
    visit: Visit,
    to: VisitState,
    *,
    by: str,
    now: datetime,
    reason: str = "",
    details: Details | None = None,
) -> Visit:
    """The next step; VisitChanged when somebody else took one meanwhile.

    Texts about a time that no longer holds are withdrawn with it (SMS-06), and a free time that the
    visit held is free again once it has moved.
    """
    seq = visit.seq + 1
    added = _insert_step(
        visit.id,
        seq,
        to,
        service_id=visit.service_id,
        kind=visit.kind,
        booked_at=visit.booked_at,
        occurrence=seq if to in SETS_TIME else visit.occurrence,
        details=details or visit.details,
        reason=reason,
        by=by,
        at=now,
    )
    if not added:
        raise VisitChanged(VisitChanged.__doc__ or "")
    look_by(visit.patient_id, now)  # before withdrawing: its row keeps the planner waiting
    if to in SETS_TIME or to not in OPEN:
        withdraw(about=visit.id, now=now)
    if to in SETS_TIME:
        let_go(visit, keeping=details or visit.details)
    record_system(f"visit {to.value}", chain=f"patient:{visit.patient_id}", now=now, actor=by)
    return _again(visit.id)


def _insert_step(
    visit_id: UUID, seq: int, state: VisitState, *, occurrence: int, details: Details, **facts: object
) -> bool:
    row = vars(details) | facts
    row |= {"appointment_id": visit_id, "seq": seq, "state": state, "occurrence": occurrence}
    once = insert(AppointmentEvent).values(**row).on_conflict_do_nothing()
    return bool(changed(db.session.execute(once)))


def _again(visit_id: UUID) -> Visit:
    found = system_visit(visit_id)
    assert found is not None
    return found


def let_go(visit: Visit, *, keeping: Details) -> None:
    """Give back the free time that this visit held, unless that is the time it has now."""
    other = sa.select(Slot.id).where(Slot.starts_at != keeping.starts_at)
    held = sa.delete(SlotHolder).where(
        SlotHolder.appointment_id == visit.id, SlotHolder.slot_id.in_(other)
    )
    db.session.execute(held.execution_options(synchronize_session=False))


def follow_first_visit(viewer: Viewer, episode_id: UUID, *, now: datetime) -> bool:
    """Let the episode's days follow its first visit; whether that changed anything.

    A first visit that is only called off leaves the day: what was hoped for stays the best we know.
    """
    day = first_day(system_visits_of_episode(episode_id))
    known = system_days(episode_id).get(EpisodeEventKind.FIRST_APPOINTMENT)
    if day is None or day == known:
        return False
    assessments.record_event(
        viewer, episode_id=episode_id, kind=EpisodeEventKind.FIRST_APPOINTMENT, on=day, now=now
    )
    return True


def as_patient(visit: Visit) -> Viewer:
    """The patient of a visit, for what a text from their number sets going."""
    return Viewer(
        roles=frozenset({Role.PATIENT}),
        service_id=visit.service_id,
        session_id=UUID(int=0),
        patient_id=visit.patient_id,
    )
