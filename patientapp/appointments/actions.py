"""Verbs on visits. Each comes with its audit, its texts withdrawn or kept, and staff told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.appointments.models import Slot, SlotHolder
from patientapp.appointments.notices import call_needed, say_cancelled, tell_staff
from patientapp.appointments.queries import details_of, system_by_keys, visit
from patientapp.appointments.rules import (
    Details,
    Refusal,
    ServiceReason,
    Visit,
    VisitKind,
    VisitState,
    mistakes,
    why_not,
)
from patientapp.appointments.slots import slot, still_held, system_time_is_gone
from patientapp.appointments.steps import VisitChanged, add_visit, follow_first_visit, take_step
from patientapp.audit.actions import record, record_system
from patientapp.db import changed, db, insert
from patientapp.episodes.queries import episode
from patientapp.errors import Conflict, Forbidden, Invalid
from patientapp.services.rules import with_patients


class NotPossibleNow(Conflict):
    """That cannot be done with this visit now. Look at it again: it says what can be done."""

    title = "That cannot be done now"


class SlotGone(Conflict):
    """Somebody else has just taken this time. Choose another; your visit stays as it was."""

    title = "That time has gone"


class KeyUsedForAnotherVisit(Conflict):
    """There is a visit with this key, and it is not the same. Change that one, or use another key."""

    title = "This key belongs to another visit"


_WORDS = {
    Refusal.NOT_NOW: "The visit is not in a state that allows this.",
    Refusal.NOT_YOURS: "Only the service can do this.",
    Refusal.TOO_LATE: "It is too late for this.",
    Refusal.TOO_EARLY: "The day of the visit has not come.",
}


def book(
    viewer: Viewer,
    *,
    episode_id: UUID,
    kind: VisitKind,
    details: Details,
    now: datetime,
    key: str | None = None,
) -> Visit:
    """A new visit in an episode; sent again under its key it is the same one."""
    _check_staff(viewer)
    _check(details, now=now)
    of = episode(viewer, episode_id)
    made = add_visit(
        service_id=of.service_id,
        patient_id=of.patient_id,
        episode_id=of.id,
        kind=kind,
        details=details,
        by=viewer.key,
        now=now,
        key=key,
    )
    if made is None:
        return _same(of.service_id, str(key), episode_id=of.id, kind=kind, details=details)
    _follow(viewer, made, now=now)
    return made


def _same(service_id: UUID, key: str, *, episode_id: UUID, kind: VisitKind, details: Details) -> Visit:
    there = system_by_keys(service_id, [key])[key]
    if (there.episode_id, there.kind, there.details) != (episode_id, kind, details):
        raise KeyUsedForAnotherVisit(KeyUsedForAnotherVisit.__doc__ or "")
    return there


def move(
    viewer: Viewer, visit_id: UUID, details: Details, *, now: datetime, seen: int | None = None
) -> Visit:
    """Another time or place; the patient is told anew."""
    _check_staff(viewer)
    _check(details, now=now)
    found = visit(viewer, visit_id)
    return _step(viewer, found, VisitState.MOVED, now=now, seen=seen, details=details)


def move_to_slot(
    viewer: Viewer, visit_id: UUID, slot_id: UUID, *, now: datetime, seen: int | None = None
) -> Visit:
    """Take a free time for a visit; SlotGone for whoever comes second (REL-09)."""
    found, wanted = visit(viewer, visit_id), slot(viewer, slot_id)
    _check_step(viewer, found, VisitState.MOVED, now=now, seen=seen)
    _take(wanted, found, now=now)
    details = details_of(wanted)
    kept = {"interpreter": found.details.interpreter}
    return _step(viewer, found, VisitState.MOVED, now=now, details=Details(**vars(details) | kept))


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


def confirm(
    viewer: Viewer, visit_id: UUID, *, now: datetime, seen: int | None = None, by: str = ""
) -> Visit:
    """They are coming; said twice it is said once."""
    found = visit(viewer, visit_id)
    if found.state is VisitState.CONFIRMED:
        return found
    return _step(viewer, found, VisitState.CONFIRMED, now=now, seen=seen, by=by)


def cancel(
    viewer: Viewer, visit_id: UUID, *, now: datetime, seen: int | None = None, by: str = ""
) -> Visit:
    """The patient calls it off, here or by telling staff; staff can give the time to another."""
    found = visit(viewer, visit_id)
    if found.state is VisitState.CANCELLED_BY_PATIENT:
        return found
    ended = _step(viewer, found, VisitState.CANCELLED_BY_PATIENT, now=now, seen=seen, by=by)
    if viewer.is_patient:
        tell_staff(ended, "visit_cancelled", now=now)
    return ended


def call_off(
    viewer: Viewer,
    visit_id: UUID,
    reason: ServiceReason,
    *,
    now: datetime,
    seen: int | None = None,
) -> Visit:
    """The service calls it off, says why, and owes the patient another time (B51)."""
    _check_staff(viewer)
    found = visit(viewer, visit_id)
    to = VisitState.CANCELLED_BY_SERVICE
    ended = _step(viewer, found, to, now=now, seen=seen, reason=reason.value)
    tell_staff(ended, "visit_to_rebook", now=now)
    if not say_cancelled(ended, reason, now=now):
        tell_staff(ended, "visit_call_needed", now=now)
    return ended


def undo(
    viewer: Viewer,
    visit_id: UUID,
    *,
    now: datetime,
    seen: int | None = None,
    by: str = "",
    told_at: datetime | None = None,
) -> Visit:
    """Put a cancelled visit back within two hours, while nobody else has its time (REL-09)."""
    found = visit(viewer, visit_id)
    if found.is_open:
        return found
    _check_step(viewer, found, VisitState.BOOKED, now=now, seen=seen, told_at=told_at)
    if system_time_is_gone(found, now=now):
        raise SlotGone("Somebody else has this time now.")
    back = take_step(found, VisitState.BOOKED, by=by or viewer.key, now=now)
    _follow(viewer, back, now=now)
    if viewer.is_patient:
        tell_staff(back, "visit_kept_after_all", now=now)
    return back


def attend(viewer: Viewer, visit_id: UUID, *, now: datetime, seen: int | None = None) -> Visit:
    """They came; said twice it is said once."""
    return _over(viewer, visit_id, VisitState.ATTENDED, now=now, seen=seen)


def miss(viewer: Viewer, visit_id: UUID, *, now: datetime, seen: int | None = None) -> Visit:
    """They did not come; nobody says so to them."""
    return _over(viewer, visit_id, VisitState.MISSED, now=now, seen=seen)


def _over(viewer: Viewer, visit_id: UUID, to: VisitState, *, now: datetime, seen: int | None) -> Visit:
    _check_staff(viewer)
    found = visit(viewer, visit_id)
    return found if found.state is to else _step(viewer, found, to, now=now, seen=seen)


def ask_for_call(viewer: Viewer, visit_id: UUID, *, now: datetime, by: str = "") -> Visit:
    """They want another time: somebody calls. The visit stays as it is."""
    found = visit(viewer, visit_id)
    call_needed(found, now=now)
    chain = f"patient:{found.patient_id}"
    record_system("asked for another time", chain=chain, now=now, actor=by or viewer.key)
    return found


def offer_slot(viewer: Viewer, details: Details, *, now: datetime) -> UUID:
    """A free time for whoever wants to change a visit."""
    _check_staff(viewer)
    _check(details, now=now)
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
    _check_staff(viewer)
    found = slot(viewer, slot_id)
    found.withdrawn_at = found.withdrawn_at or now
    record(viewer, "withdrew a free time", now=now, object=slot_id)


def _step(
    viewer: Viewer,
    found: Visit,
    to: VisitState,
    *,
    now: datetime,
    seen: int | None = None,
    reason: str = "",
    details: Details | None = None,
    by: str = "",
) -> Visit:
    _check_step(viewer, found, to, now=now, seen=seen)
    made = take_step(found, to, by=by or viewer.key, now=now, reason=reason, details=details)
    _follow(viewer, made, now=now)
    return made


def _follow(viewer: Viewer, made: Visit, *, now: datetime) -> None:
    if made.kind is VisitKind.FIRST:
        follow_first_visit(viewer, made.episode_id, now=now)


def _check_step(
    viewer: Viewer,
    found: Visit,
    to: VisitState,
    *,
    now: datetime,
    seen: int | None,
    told_at: datetime | None = None,
) -> None:
    if seen is not None and seen != found.seq:
        raise VisitChanged(VisitChanged.__doc__ or "")
    refusal = why_not(found, to, by_patient=viewer.is_patient, now=now, told_at=told_at)
    if refusal is not None:
        raise NotPossibleNow(_WORDS[refusal])


def _check(details: Details, *, now: datetime) -> None:
    wrong = mistakes(details, now=now)
    if wrong:
        raise Invalid("The visit cannot be so.", fields=wrong)


def _check_staff(viewer: Viewer) -> None:
    if viewer.is_patient or not with_patients(viewer.roles):
        raise Forbidden
