"""What a person lets us text them about, and when (SMS-06, CLIN-11).

Consent to texts about visits, about questionnaires and to be asked for feedback are apart, and apart
from STOP (`texts_ok`), which ends all of them. A pause for a bereavement or a complaint silences
questionnaires and feedback until a day; visits are still told of, for a visit forgotten in grief is
one more burden.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from patientapp.patients.rules import Need

LONGEST_PAUSE = timedelta(days=366)


class TextKind(StrEnum):
    """What a text is for."""

    VISIT = "visit"
    QUESTIONNAIRE = "questionnaire"
    FEEDBACK = "feedback"
    ASKED_FOR = "asked_for"  # a new link, a receipt, an answer to a text: the person waits for it


class ChosenTime(StrEnum):
    """When a person likes to get texts; mornings are hard for many people in pain."""

    MORNING = "10:00"
    EVENING = "17:30"

    @property
    def wall(self) -> time:
        """The London wall time."""
        return time.fromisoformat(self.value)


class PauseReason(StrEnum):
    """Why questionnaires and feedback wait."""

    BEREAVEMENT = "bereavement"
    COMPLAINT = "complaint"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a person's record says of texts."""

    texts_ok: bool = True
    visits_ok: bool = True
    questionnaires_ok: bool = True
    feedback_ok: bool = True
    chosen_time: ChosenTime = ChosenTime.MORNING
    paused_until: date | None = None  # texts may go again on this day
    pause_reason: PauseReason | None = None


def refused_kinds(wishes: Wishes, *, today: date, needs: Collection[str] = ()) -> frozenset[TextKind]:
    """The kinds of text that this person must not get today; who needs paper gets it instead (N48)."""
    is_paused_today = is_paused(wishes, today=today)
    refused = {
        TextKind.VISIT: not wishes.visits_ok,
        TextKind.QUESTIONNAIRE: not wishes.questionnaires_ok or is_paused_today or Need.PAPER in needs,
        TextKind.FEEDBACK: not wishes.feedback_ok or is_paused_today,
    }
    return frozenset(kind for kind, is_refused in refused.items() if is_refused)


def is_paused(wishes: Wishes, *, today: date) -> bool:
    """Whether questionnaires and feedback wait today."""
    return wishes.paused_until is not None and today < wishes.paused_until


def wish_mistakes(wishes: Wishes, *, today: date) -> dict[str, list[str]]:
    """What cannot stand, by field; empty when all can."""
    if wishes.paused_until is None:
        return {} if wishes.pause_reason is None else {"paused_until": ["Say until which day."]}
    if wishes.pause_reason is None:
        return {"pause_reason": ["Say why texts are paused."]}
    if not today < wishes.paused_until <= today + LONGEST_PAUSE:
        return {"paused_until": ["Give a day in the next 12 months."]}
    return {}
