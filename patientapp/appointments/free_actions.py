"""Verbs on free times: offered, withdrawn, and taken by one visit each (REL-09)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.appointments.allowed import SlotGone, check_details, check_staff, check_step, step
from patientapp.appointments.models import Slot, SlotHolder
from patientapp.appointments.queries import details_of, visit
from patientapp.appointments.rules import Details, Visit, VisitState
from patientapp.appointments.slots import slot, still_held
from patientapp.audit.actions import record
from patientapp.db import changed, db, insert


def move_to_slot(
    viewer: Viewer, visit_id: UUID, slot_id: UUID, *, now: datetime, seen: int | None = None
) -> Visit:
    """Take a free time for a visit; SlotGone for whoever comes second (REL-09)."""
    found, wanted = visit(viewer, visit_id), slot(viewer, slot_id)
    check_step(viewer, found, VisitState.MOVED, now=now, seen=seen)
    _take(wanted, found, now=now)
    details = details_of(wanted)
    kept = {"interpreter": found.details.interpreter}
    return step(viewer, found, VisitState.MOVED, now=now, details=Details(**vars(details) | kept))


def _take(wanted: Slot, of: Visit, *, now: datetime) -> None:
    if wanted.withdrawn_at is not None or wanted.starts_at <= now:
        raise SlotGone(SlotGone.__doc__ or "")
    stale = sa.or_(
        sa.and_(SlotHolder.slot_id == wanted.id, ~still_held(now)),
        SlotHolder.appointment_id == of.id,
    )
    db.session.execute(sa.delete(SlotHolder).where(stale).execution_options(synchronize_session=False))
    holds = {"slot_id": wanted.id, "appointment_id": of.id, "at": now}
    if not changed(db.session.execute(insert(SlotHolder).values(**holds).on_conflict_do_nothing())):
        raise SlotGone(SlotGone.__doc__ or "")


def offer_slot(viewer: Viewer, details: Details, *, now: datetime) -> UUID:
    """A free time for whoever wants to change a visit."""
    check_staff(viewer)
    check_details(details, now=now)
    offered = Slot(
        service_id=viewer.service_id,
        starts_at=details.starts_at,
        minutes=details.minutes,
        mode=details.mode,
        place=details.place,
        video_link=details.video_link,
        offered_at=now,
    )
    db.session.add(offered)
    db.session.flush()
    record(viewer, "offered a free time", now=now, object=offered.id)
    return offered.id


def withdraw_slot(viewer: Viewer, slot_id: UUID, *, now: datetime) -> None:
    """Offer a free time no longer; a visit that took it keeps it."""
    check_staff(viewer)
    found = slot(viewer, slot_id)
    found.withdrawn_at = found.withdrawn_at or now
    record(viewer, "withdrew a free time", now=now, object=slot_id)
