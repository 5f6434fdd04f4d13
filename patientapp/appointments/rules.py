"""What can happen to a visit, who may do it, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from patientapp.workdays import london_day


class VisitKind(StrEnum):
    """What a visit is for."""

    FIRST = "first"
    FOLLOW_UP = "follow_up"
    GROUP = "group"
    PIFU = "pifu"
    REVIEW = "review"


class VisitMode(StrEnum):
    """How people meet."""

    FACE_TO_FACE = "face_to_face"
    VIDEO = "video"
    TELEPHONE = "telephone"


class VisitState(StrEnum):
    """What happened last."""

    BOOKED = "booked"
    MOVED = "moved"
    CONFIRMED = "confirmed"
    CANCELLED_BY_PATIENT = "cancelled_by_patient"
    CANCELLED_BY_SERVICE = "cancelled_by_service"
    ATTENDED = "attended"
    MISSED = "missed"


class ServiceReason(StrEnum):
    """Why a service cancels: told to the patient, so nothing about anybody's health (B51)."""

    STAFF_AWAY = "staff_away"
    PLACE_CLOSED = "place_closed"
    WEATHER = "weather"
    EQUIPMENT = "equipment"
    OTHER = "other"


_S = VisitState
OPEN = frozenset({_S.BOOKED, _S.MOVED, _S.CONFIRMED})
CANCELLED = frozenset({_S.CANCELLED_BY_PATIENT, _S.CANCELLED_BY_SERVICE})
OVER = frozenset({_S.ATTENDED, _S.MISSED})
SETS_TIME = frozenset({_S.BOOKED, _S.MOVED})  # texts about an earlier time are stale after these

_WHILE_OPEN = frozenset({_S.MOVED, _S.CONFIRMED, *CANCELLED, *OVER})
MOVES: Mapping[VisitState, frozenset[VisitState]] = {
    _S.BOOKED: _WHILE_OPEN,
    _S.MOVED: _WHILE_OPEN,
    _S.CONFIRMED: _WHILE_OPEN,
    _S.CANCELLED_BY_PATIENT: frozenset({_S.BOOKED}),  # undone
    _S.CANCELLED_BY_SERVICE: frozenset({_S.BOOKED}),
    _S.ATTENDED: frozenset({_S.MISSED}),  # a slip of the desk, put right
    _S.MISSED: frozenset({_S.ATTENDED}),
}
PATIENTS_OWN = frozenset({_S.CONFIRMED, _S.MOVED, _S.CANCELLED_BY_PATIENT, _S.BOOKED})

UNDO_WITHIN = timedelta(hours=2)
LONGEST_VISIT = 480  # minutes
FURTHEST = timedelta(days=731)


@dataclass(frozen=True, kw_only=True)
class Details:
    """When and where, as far as it is known."""

    starts_at: datetime
    minutes: int = 30
    mode: VisitMode = VisitMode.FACE_TO_FACE
    place: str = ""
    interpreter: bool = False
    video_link: str = ""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One visit as it stands: its newest step."""

    id: UUID
    service_id: UUID
    patient_id: UUID
    episode_id: UUID
    key: str | None
    kind: VisitKind
    reminder_arm: str
    booked_at: datetime | None
    seq: int
    state: VisitState
    occurrence: int  # the step that set this time: texts name it, so a moved visit is told anew
    time_set_at: datetime
    at: datetime
    by: str
    reason: str
    details: Details

    @property
    def starts_at(self) -> datetime:
        """When it starts."""
        return self.details.starts_at

    @property
    def is_open(self) -> bool:
        """Whether it is still to happen, as far as anybody has said."""
        return self.state in OPEN


@dataclass(frozen=True, kw_only=True)
class FreeTime:
    """A time that the service offers."""

    id: UUID
    details: Details


class Refusal(StrEnum):
    """Why a step cannot be taken."""

    NOT_NOW = "not_now"  # the state does not lead there
    NOT_YOURS = "not_yours"  # only staff may
    TOO_LATE = "too_late"  # it has begun, or the two hours are over
    TOO_EARLY = "too_early"  # nobody can have come yet


def why_not(
    visit: Visit,
    to: VisitState,
    *,
    by_patient: bool,
    now: datetime,
    told_at: datetime | None = None,
) -> Refusal | None:
    """Why this step cannot be taken now; None where it can."""
    if by_patient and (to not in PATIENTS_OWN or visit.state is _S.CANCELLED_BY_SERVICE):
        return Refusal.NOT_YOURS
    if to not in MOVES[visit.state]:
        return Refusal.NOT_NOW
    if to in OVER:
        return Refusal.TOO_EARLY if london_day(visit.starts_at) > london_day(now) else None
    if visit.state in CANCELLED:
        return None if may_undo(visit, now, told_at=told_at) else Refusal.TOO_LATE
    if by_patient or to is _S.CONFIRMED:
        return Refusal.TOO_LATE if visit.starts_at <= now else None
    return None


def may_undo(visit: Visit, now: datetime, *, told_at: datetime | None = None) -> bool:
    """A cancelled visit can be put back for two hours, and only before it would start."""
    return visit.state in CANCELLED and now < undo_until(visit, told_at=told_at)


def undo_until(visit: Visit, *, told_at: datetime | None = None) -> datetime:
    """Until when a cancelled visit can be put back: two hours from when that was said, if later.

    Who cancels by text at night is told in the morning that there are two hours.
    """
    said = max(visit.at, told_at) if told_at else visit.at
    return min(said + UNDO_WITHIN, visit.starts_at)


def first_day(visits: Iterable[Visit]) -> date | None:
    """The London day of the first visit: the earliest attended, else the earliest still to come."""
    firsts = [visit for visit in visits if visit.kind is VisitKind.FIRST]
    return first_day_of((visit.state, visit.starts_at) for visit in firsts)


def first_day_of(firsts: Iterable[tuple[VisitState, datetime]]) -> date | None:
    """The same, of first visits by state and start."""
    told = list(firsts)
    attended = [starts_at for state, starts_at in told if state is _S.ATTENDED]
    hoped = [starts_at for state, starts_at in told if state in OPEN]
    found = min(attended or hoped, default=None)
    return london_day(found) if found else None
