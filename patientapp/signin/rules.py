"""How long a session lasts and what is left of it afterwards (LINK-03, SEC-10, REL-03)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

PATIENT_IDLE = timedelta(minutes=30)
PATIENT_LIFE = timedelta(hours=2)
LATE_SAVE = timedelta(hours=72)
STAFF_IDLE = timedelta(minutes=15)
STAFF_LIFE = timedelta(hours=10)


class Standing(StrEnum):
    """What a session is good for now."""

    LIVE = "live"
    IDLE = "idle"  # may save the answer that was being given, then confirm the birth date again
    OVER = "over"


@dataclass(frozen=True, kw_only=True)
class PatientSession:
    """What decides about a patient's session."""

    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    last_used: datetime
    link_ended: bool
    link_replaced: bool


def patient_standing(session: PatientSession, *, now: datetime) -> Standing:
    """Live for 30 idle minutes and 2 hours in all; then idle, for 72 hours, to lose no answer."""
    killed = session.link_ended and not session.link_replaced
    if session.ended_at is not None or killed or now >= session.created_at + LATE_SAVE:
        return Standing.OVER
    is_fresh = now < session.expires_at and now < session.last_used + PATIENT_IDLE
    return Standing.LIVE if is_fresh and not session.link_replaced else Standing.IDLE


def staff_is_live(
    *, expires_at: datetime, ended_at: datetime | None, last_used: datetime, now: datetime
) -> bool:
    """Whether a staff session still counts: 15 idle minutes, 10 hours in all."""
    return ended_at is None and now < expires_at and now < last_used + STAFF_IDLE
