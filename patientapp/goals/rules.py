"""Kinds of words, states of goals, and what makes a form whole. PURE."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

LONGEST = 500
MOST_GOALS = 10  # open at once: more is no help to anybody


class GoalState(StrEnum):
    """How a goal stands at a review."""

    ON_IT = "on_it"
    REACHED = "reached"
    PARTLY = "partly"
    CHANGED = "changed"
    STOPPED = "stopped"


OPEN = frozenset({GoalState.ON_IT, GoalState.PARTLY})


class WordKind(StrEnum):
    """What somebody's own words are about."""

    TALK = "talk"
    HOPE = "hope"  # what they expect of us: asked at entry, and again whenever they like
    PRACTICE = "practice"


class Topic(StrEnum):
    """What people often want to talk about, to tick."""

    PAIN = "pain"
    SLEEP = "sleep"
    MOOD = "mood"
    MOVING = "moving"
    WORK = "work"
    MEDICINES = "medicines"
    FAMILY = "family"
    MONEY = "money"
    WHAT_NEXT = "what_next"


@dataclass(frozen=True, kw_only=True)
class Review:
    """One state of a goal."""

    state: GoalState
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Goal:
    """One goal with every review of it, oldest first."""

    id: UUID
    words: str
    made_at: datetime
    reviews: tuple[Review, ...]

    @property
    def state(self) -> GoalState:
        """How it stands: begun until a review says otherwise."""
        return self.reviews[-1].state if self.reviews else GoalState.ON_IT

    @property
    def is_open(self) -> bool:
        """Whether it is still aimed for."""
        return self.state in OPEN


@dataclass(frozen=True, kw_only=True)
class Said:
    """Somebody's own words of one kind."""

    kind: WordKind
    topics: tuple[Topic, ...]
    words: str
    at: datetime


def mistake(words: str, *, topics: tuple[Topic, ...] = ()) -> str:
    """What is wrong with own words: `empty`, `too_long`, or nothing."""
    if not words.strip() and not topics:
        return "empty"
    return "too_long" if len(words) > LONGEST else ""
