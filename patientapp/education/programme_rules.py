"""Sessions, seats, topics, and what completes a programme."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from patientapp.workdays import at_london, london_day, london_time

EVENING_FROM = time(17)
MOST_SESSIONS, LONGEST_MINUTES = 20, 480
DEFAULT_SEATS = 15  # 001 App 3 (C54); a contract that says no figure gets this one too
LONGEST_NAME = 100


class ProgrammeMode(StrEnum):
    """How a programme is held (B36, C16, N19)."""

    FACE_TO_FACE = "face_to_face"
    VIDEO = "video"


class LearningRoute(StrEnum):
    """How a person learns (C16, N44)."""

    GROUP = "group"
    WEB = "web"
    FACE_TO_FACE = "face_to_face"
    ONE_TO_ONE = "one_to_one"
    MAINTENANCE = "maintenance"  # a session after discharge (D46)


class OfferStep(StrEnum):
    """What was said about learning (C50, C51, N17)."""

    CONSIDERED = "considered"
    OFFERED = "offered"
    DISCUSSED = "discussed"
    ACCEPTED = "accepted"
    DECLINED = "declined"


# The twenty topics of 001 App 3 (C55) and the topic of our library that holds each.
C55 = {
    "chronic pain, many ways": "long-term-pain",
    "diet and weight": "eating-and-weight",
    "relaxation": "relaxation",
    "deep breathing": "breathing",
    "explaining pain": "ways-to-manage",
    "pacing": "pacing",
    "active exercise": "moving-more",
    "goal setting": "goals-set",
    "communication and the pain cycle": "pain-cycle",
    "talking to professionals": "talk-to-your-team",
    "stress and negative thinking": "stress-and-pain",
    "medication": "medicines",
    "goal practice": "goals-do",
    "goal reviews": "goals-review",
    "sleep": "sleep",
    "setbacks and flare-ups": "flare-ups",
    "ergonomics": "body-position",
    "return to work": "work",
    "managing negative thoughts and behaviours": "thoughts-and-habits",
    "flare, return-to-work and pacing plan": "living-alongside",
}
TOPICS = tuple(dict.fromkeys(C55.values()))


@dataclass(frozen=True, kw_only=True)
class Needed:
    """What completing takes, out of the contract."""

    sessions: int | None
    hours: float | None
    share: float = 1.0


def is_complete(needed: Needed, *, sessions: int, minutes: int, held: int) -> bool:
    """Whether somebody has completed: by sessions where the contract counts them, else by hours
    (D47: 18), else every session that the programme has."""
    if needed.sessions is not None:
        return sessions >= math.ceil(needed.sessions * needed.share)
    if needed.hours is not None:
        return minutes >= needed.hours * needed.share * 60
    return held > 0 and sessions >= math.ceil(held * needed.share)


def is_evening_or_weekend(starts_at: datetime) -> bool:
    """Whether people who work can come (C16): from 17:00, or on a Saturday or Sunday."""
    return london_day(starts_at).weekday() >= 5 or london_time(starts_at) >= EVENING_FROM


def weekly(first: date, wall: time, count: int) -> list[datetime]:
    """So many sessions, the same hour each week, whatever the clocks do (TIME-02)."""
    return [at_london(first + timedelta(weeks=week), wall) for week in range(count)]


def free_seat(taken: Iterable[int], seats: int) -> int | None:
    """The lowest free seat; None where the programme is full."""
    used = set(taken)
    return next((seat for seat in range(1, seats + 1) if seat not in used), None)


def not_covered(topics: Sequence[Sequence[str]]) -> list[str]:
    """The topics of C55 that no session of a programme has yet."""
    covered = {topic for one in topics for topic in one}
    return [topic for topic in TOPICS if topic not in covered]
