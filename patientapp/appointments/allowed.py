"""What every verb on visits goes through: may it be done now, by whom, and what follows from it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from patientapp.access.viewer import Viewer
from patientapp.appointments.details_rules import at_home_mistake, mistakes
from patientapp.appointments.rules import Details, Refusal, Visit, VisitKind, VisitState, why_not
from patientapp.appointments.steps import VisitChanged, follow_first_visit, take_step
from patientapp.errors import Conflict, Forbidden, Invalid
from patientapp.patients.queries import system_patient
from patientapp.services.rules import with_patients


class NotPossibleNow(Conflict):
    """That cannot be done with this visit now. Look at it again: it says what can be done."""

    title = "That cannot be done now"


class SlotGone(Conflict):
    """Somebody else has just taken this time. Choose another; your visit stays as it was."""

    title = "That time has gone"


_WORDS = {
    Refusal.NOT_NOW: "The visit is not in a state that allows this.",
    Refusal.NOT_YOURS: "Only the service can do this.",
    Refusal.TOO_LATE: "It is too late for this.",
    Refusal.TOO_EARLY: "The day of the visit has not come.",
}


def step(
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
    """The next step of a visit, where it may be taken now."""
    check_step(viewer, found, to, now=now, seen=seen)
    made = take_step(found, to, by=by or viewer.key, now=now, reason=reason, details=details)
    follow(viewer, made, now=now)
    return made


def follow(viewer: Viewer, made: Visit, *, now: datetime) -> None:
    """Let the episode's days follow a first visit."""
    if made.kind is VisitKind.FIRST:
        follow_first_visit(viewer, made.episode_id, now=now)


def check_step(
    viewer: Viewer,
    found: Visit,
    to: VisitState,
    *,
    now: datetime,
    seen: int | None,
    told_at: datetime | None = None,
) -> None:
    """Raise VisitChanged or NotPossibleNow unless this step may be taken."""
    if seen is not None and seen != found.seq:
        raise VisitChanged(VisitChanged.__doc__ or "")
    refusal = why_not(found, to, by_patient=viewer.patient_id is not None, now=now, told_at=told_at)
    if refusal is not None:
        raise NotPossibleNow(_WORDS[refusal])


def check_details(details: Details, *, now: datetime) -> None:
    """Raise Invalid, naming each field, unless a visit can be so."""
    wrong = mistakes(details, now=now)
    if wrong:
        raise Invalid("The visit cannot be so.", fields=wrong)


def check_at_home(patient_id: UUID, details: Details) -> None:
    """Raise Invalid where somebody who cannot leave home is asked to come (B54)."""
    if wrong := at_home_mistake(system_patient(patient_id).needs, details):
        raise Invalid("The visit cannot be so.", fields=wrong)


def check_staff(viewer: Viewer) -> None:
    """Raise Forbidden for anybody but those who work with patients."""
    if viewer.is_patient or not with_patients(viewer.roles):
        raise Forbidden
