"""Verbs on visits. Each comes with its audit, its texts withdrawn or kept, and staff told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from patientapp.access.viewer import Viewer
from patientapp.appointments.allowed import (
    SlotGone,
    check_at_home,
    check_details,
    check_staff,
    check_step,
    follow,
    step,
)
from patientapp.appointments.notices import call_needed, say_cancelled, tell_staff
from patientapp.appointments.queries import system_by_keys, visit
from patientapp.appointments.rules import (
    Details,
    ServiceReason,
    Visit,
    VisitKind,
    VisitState,
)
from patientapp.appointments.slots import system_time_is_gone
from patientapp.appointments.steps import add_visit, take_step
from patientapp.audit.actions import record_system
from patientapp.episodes.queries import episode
from patientapp.errors import Conflict
from patientapp.patients.actions import need_booking_help
from patientapp.workdays import london_day
from patientapp.worklist.actions import raise_item
from patientapp.worklist.queries import system_has_item
from patientapp.worklist.rules import ItemKind


class KeyUsedForAnotherVisit(Conflict):
    """There is a visit with this key, and it is not the same. Change that one, or use another key."""

    title = "This key belongs to another visit"


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
    check_staff(viewer)
    check_details(details, now=now)
    of = episode(viewer, episode_id)
    check_at_home(of.patient_id, details)
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
    follow(viewer, made, now=now)
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
    check_staff(viewer)
    check_details(details, now=now)
    found = visit(viewer, visit_id)
    check_at_home(found.patient_id, details)
    return step(viewer, found, VisitState.MOVED, now=now, seen=seen, details=details)


def confirm(
    viewer: Viewer, visit_id: UUID, *, now: datetime, seen: int | None = None, by: str = ""
) -> Visit:
    """They are coming; said twice it is said once."""
    found = visit(viewer, visit_id)
    if found.state is VisitState.CONFIRMED:
        return found
    return step(viewer, found, VisitState.CONFIRMED, now=now, seen=seen, by=by)


def cancel(
    viewer: Viewer, visit_id: UUID, *, now: datetime, seen: int | None = None, by: str = ""
) -> Visit:
    """The patient calls it off, here or by telling staff; staff can give the time to another."""
    found = visit(viewer, visit_id)
    if found.state is VisitState.CANCELLED_BY_PATIENT:
        return found
    ended = step(viewer, found, VisitState.CANCELLED_BY_PATIENT, now=now, seen=seen, by=by)
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
    check_staff(viewer)
    found = visit(viewer, visit_id)
    to = VisitState.CANCELLED_BY_SERVICE
    ended = step(viewer, found, to, now=now, seen=seen, reason=reason.value)
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
    check_step(viewer, found, VisitState.BOOKED, now=now, seen=seen, told_at=told_at)
    if system_time_is_gone(found, now=now):
        raise SlotGone("Somebody else has this time now.")
    back = take_step(found, VisitState.BOOKED, by=by or viewer.key, now=now)
    follow(viewer, back, now=now)
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
    check_staff(viewer)
    found = visit(viewer, visit_id)
    return found if found.state is to else step(viewer, found, to, now=now, seen=seen)


def ask_for_call(viewer: Viewer, visit_id: UUID, *, now: datetime, by: str = "") -> Visit:
    """They want another time: somebody calls. The visit stays as it is."""
    found = visit(viewer, visit_id)
    call_needed(found, now=now)
    chain = f"patient:{found.patient_id}"
    record_system("asked for another time", chain=chain, now=now, actor=by or viewer.key)
    return found


def ask_for_help(viewer: Viewer, *, now: datetime) -> None:
    """The viewer needs help to book: kept in their record, and a call a day at most (N33)."""
    assert viewer.patient_id is not None
    person = need_booking_help(viewer, viewer.patient_id, now=now)
    raise_item(
        ItemKind.TASK,
        service_id=person.service_id,
        patient_id=person.id,
        reason="booking_help_wanted",
        source=_help_wanted(person.id, now=now),
        now=now,
    )


def has_asked_for_help(viewer: Viewer, *, now: datetime) -> bool:
    """Whether the viewer asked for help to book today, so that a call was promised."""
    assert viewer.patient_id is not None
    return system_has_item(_help_wanted(viewer.patient_id, now=now))


def _help_wanted(patient_id: UUID, *, now: datetime) -> str:
    return f"{patient_id}:booking_help_wanted:{london_day(now).isoformat()}"
