"""Reads of free times: which are free, and whose the others are."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from patientapp.access.viewer import Viewer
from patientapp.appointments.models import AppointmentEvent, Slot, SlotHolder
from patientapp.appointments.queries import details_of
from patientapp.appointments.rules import CANCELLED, UNDO_WITHIN, FreeTime, Visit, VisitMode
from patientapp.db import db
from patientapp.errors import NotFound
from patientapp.patients.queries import patient
from patientapp.patients.rules import Need

MOST_SHOWN = 10
MOST_LISTED = 200


def free_slots(viewer: Viewer, *, now: datetime, limit: int = MOST_SHOWN) -> list[FreeTime]:
    """The next free times of the viewer's service, soonest first; at home only what needs no journey."""
    asked = (
        sa.select(Slot)
        .where(Slot.service_id == viewer.service_id, Slot.withdrawn_at.is_(None))
        .where(~sa.exists().where(SlotHolder.slot_id == Slot.id, still_held(now)))
        .where(Slot.starts_at > now)
        .order_by(Slot.starts_at, Slot.id)
    )
    if viewer.patient_id is not None and Need.HOUSEBOUND in patient(viewer, viewer.patient_id).needs:
        asked = asked.where(Slot.mode != VisitMode.FACE_TO_FACE)
    return [
        FreeTime(id=one.id, details=details_of(one)) for one in db.session.scalars(asked.limit(limit))
    ]


def still_held(now: datetime) -> sa.ColumnElement[bool]:
    """Whether a holder's visit still needs its time: one cancelled keeps it while it can be undone."""
    event, other = aliased(AppointmentEvent), aliased(AppointmentEvent)
    last = sa.select(sa.func.max(other.seq)).where(other.appointment_id == SlotHolder.appointment_id)
    return sa.exists().where(
        event.appointment_id == SlotHolder.appointment_id,
        event.seq == last.correlate(SlotHolder).scalar_subquery(),
        sa.or_(event.state.not_in(CANCELLED), event.at > now - UNDO_WITHIN),
    )


def system_time_is_gone(cancelled: Visit, *, now: datetime) -> bool:
    """Whether this visit's time was a free time once, and every such time is another's now."""
    details = cancelled.details
    mine = SlotHolder.appointment_id == cancelled.id
    asked = (
        sa.select(mine)
        .select_from(Slot)
        .outerjoin(SlotHolder, sa.and_(SlotHolder.slot_id == Slot.id, sa.or_(mine, still_held(now))))
        .where(Slot.service_id == cancelled.service_id, Slot.starts_at == details.starts_at)
        .where(Slot.mode == details.mode, Slot.place == details.place)
    )
    found = list(db.session.scalars(asked))
    return bool(found) and all(held is False for held in found)


def slot(viewer: Viewer, slot_id: UUID) -> Slot:
    """One free or taken time of the viewer's service; else NotFound (SEC-02)."""
    asked = sa.select(Slot).where(Slot.id == slot_id, Slot.service_id == viewer.service_id)
    found = db.session.scalar(asked)
    if found is None:
        raise NotFound
    return found
