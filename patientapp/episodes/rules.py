"""What can happen in an episode."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum


class PainSite(StrEnum):
    """Where the pain is; STarT Back is for the back only (B33)."""

    BACK = "back"
    NECK = "neck"
    WIDESPREAD = "widespread"
    LIMB = "limb"
    HEAD = "head"
    OTHER = "other"


class EpisodeEventKind(StrEnum):
    """What can happen in an episode."""

    RECEIVED = "received"
    FIRST_APPOINTMENT = "first_appointment"
    DISCHARGED = "discharged"


FIRST_DAY, LAST_DAY = date(1948, 7, 5), date(2199, 12, 31)  # of the health service; of our sums


def day_problem(kind: EpisodeEventKind, on: date, days: Mapping[EpisodeEventKind, date]) -> str:
    """Why this event cannot have been on this day; empty when it can."""
    if not FIRST_DAY <= on <= LAST_DAY:
        return f"must be from {FIRST_DAY.isoformat()} to {LAST_DAY.isoformat()}"
    received = days.get(EpisodeEventKind.RECEIVED)
    if kind is not EpisodeEventKind.RECEIVED and received is not None and on < received:
        return f"must not be before the referral was received ({received.isoformat()})"
    if kind is EpisodeEventKind.RECEIVED:
        later = [day for other, day in days.items() if other is not kind]
        if later and on > min(later):
            return f"must not be after the first thing recorded ({min(later).isoformat()})"
    return ""
