"""Complaints, comments and compliments: their clocks, steps and words (B50).

The clocks are those of The Local Authority Social Services and National Health Service Complaints
(England) Regulations 2009 (SI 2009/309): acknowledged not later than 3 working days after the day of
receipt (regulation 13), answered within 6 months of it (regulation 14), counted each year
(regulation 18).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from patientapp.patients.rules import is_visible
from patientapp.workdays import BeyondHolidays, add_months, working_days_after

ACKNOWLEDGE_WITHIN = 3  # working days, SI 2009/309 regulation 13
ANSWER_WITHIN_MONTHS = 6  # SI 2009/309 regulation 14
LONGEST_WORDS = 4_000  # IO-06
_LETTERS = "ACDEFHJKMNPRTVWX"  # none that is mistaken for another or for a digit


class ToldKind(StrEnum):
    """What somebody tells us."""

    COMPLAINT = "complaint"
    COMMENT = "comment"
    COMPLIMENT = "compliment"


class ToldStep(StrEnum):
    """What has happened to it."""

    RECEIVED = "received"
    TAKEN = "taken"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"


class Outcome(StrEnum):
    """What came of a complaint, as the yearly count asks (SI 2009/309 regulation 18)."""

    WELL_FOUNDED = "well_founded"
    PARTLY = "partly"
    NOT_FOUND = "not_found"
    NOT_NEEDED = "not_needed"  # of a comment or a compliment: read, and nothing to find


class Theme(StrEnum):
    """What it is about, chosen by the person who reads it (N54)."""

    WAITING = "waiting"
    STAFF = "staff"
    INFORMATION = "information"
    CARE = "care"
    GETTING_HERE = "getting_here"
    APP = "app"
    OTHER = "other"


MOVES: Mapping[ToldStep, frozenset[ToldStep]] = {
    ToldStep.RECEIVED: frozenset({ToldStep.TAKEN, ToldStep.ACKNOWLEDGED}),
    ToldStep.TAKEN: frozenset({ToldStep.TAKEN, ToldStep.ACKNOWLEDGED}),
    ToldStep.ACKNOWLEDGED: frozenset({ToldStep.TAKEN, ToldStep.ANSWERED}),
    ToldStep.ANSWERED: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far one is: every step so far, in their order, and whose it is."""

    steps: Sequence[ToldStep]
    owner: UUID | None = None

    @property
    def newest(self) -> ToldStep:
        """The last step that says how far it is; being taken says only by whom."""
        told = [step for step in self.steps if step is not ToldStep.TAKEN]
        return told[-1]


def may_step(standing: Standing, to: ToldStep) -> bool:
    """Whether this step can follow: nothing is answered before it was acknowledged."""
    if to is ToldStep.TAKEN:
        return standing.newest is not ToldStep.ANSWERED
    return to in MOVES[standing.newest]


def acknowledge_by(received_on: date) -> date:
    """The last day on which it is acknowledged in time."""
    try:
        return working_days_after(received_on, ACKNOWLEDGE_WITHIN)
    except BeyondHolidays:  # no complaint is refused for that: the safe side
        return received_on + timedelta(days=ACKNOWLEDGE_WITHIN)


def answer_by(received_on: date) -> date:
    """The day by which the answer is owed."""
    return add_months(received_on, ANSWER_WITHIN_MONTHS)


def due_on(kind: ToldKind, standing: Standing, received_on: date) -> date | None:
    """By when the next step is owed; nothing is owed after the answer, or for a compliment."""
    if standing.newest is ToldStep.ANSWERED or kind is ToldKind.COMPLIMENT:
        return None
    return acknowledge_by(received_on) if standing.newest is ToldStep.RECEIVED else answer_by(received_on)


def told_mistakes(kind: str, words: str, wanted: str) -> dict[str, str]:
    """What is wrong with what was typed, by field; empty when nothing is."""
    wrong = {} if kind in set(ToldKind) else {"kind": "choose"}
    if not is_visible(words):
        wrong["words"] = "no_words"
    for name, text in (("words", words), ("wanted", wanted)):
        if len(text) > LONGEST_WORDS:
            wrong[name] = "too_long"
    return wrong


def answer_mistakes(kind: ToldKind, outcome: str, words: str, themes: Sequence[str]) -> dict[str, str]:
    """What is wrong with an answer, by field; a complaint's outcome is one of three."""
    found = {Outcome.WELL_FOUNDED, Outcome.PARTLY, Outcome.NOT_FOUND}
    allowed = found if kind is ToldKind.COMPLAINT else set(Outcome)
    wrong = {} if outcome in allowed else {"outcome": "choose"}
    if not is_visible(words):
        wrong["words"] = "no_words"
    elif len(words) > LONGEST_WORDS:
        wrong["words"] = "too_long"
    if not themes or not set(themes) <= set(Theme):
        wrong["themes"] = "choose"
    return wrong


def reference(told_id: UUID) -> str:
    """Five letters to say on the telephone."""
    return "".join(_LETTERS[(told_id.int >> shift) % len(_LETTERS)] for shift in (0, 8, 16, 24, 32))
