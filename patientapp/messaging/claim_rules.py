"""What decides about a due text at its claim: person, number and ceilings looked at again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from patientapp.messaging.rules import (
    AFTER_QUIET_HOURS,
    PATIENT_DAY_CEILING,
    PATIENT_WEEK_CEILING,
    Why,
    may_call_now,
    next_sending_time,
)
from patientapp.patients.contact_rules import TextKind
from patientapp.workdays import at_london, london_day

NO_TEXT_NEEDS = frozenset({"no_texts", "phone_only", "audio", "braille"})  # CLIN-11


class Verdict(StrEnum):
    """What to do with a due text at its claim."""

    CLAIM = "claim"
    WITHDRAW = "withdraw"
    POSTPONE = "postpone"
    EXPIRE = "expire"


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """The patient behind a number, as the record says at this moment."""

    mobile: str
    texts_ok: bool
    died: bool
    needs: tuple[str, ...] = ()
    refused: frozenset[TextKind] = frozenset()  # kinds not wished for, or paused today
    sent_today: int = 0
    sent_this_week: int = 0


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A due text and what decides about it; no receiver means duty staff."""

    to_number: str
    useful_until: datetime
    receiver: Receiver | None
    kind: TextKind = TextKind.ASKED_FOR
    service_sent_today: int
    service_ceiling: int


@dataclass(frozen=True)
class Decision:
    """What to do, why, and until when to wait."""

    verdict: Verdict
    why: Why | None = None
    until: datetime | None = None


def why_not_text(receiver: Receiver, *, to_number: str) -> Why | None:
    """Why this person must not be texted at this number at all; None where they may (SMS-06)."""
    if receiver.died:
        return Why.DIED
    if not receiver.texts_ok or NO_TEXT_NEEDS.intersection(receiver.needs):
        return Why.NO_TEXTS
    return None if receiver.mobile == to_number else Why.NUMBER_CHANGED


def at_claim(text: Candidate, now: datetime) -> Decision:
    """What to do with a due text, decided again when it is about to be sent (SMS-05 to SMS-07)."""
    if text.useful_until <= now:
        return Decision(Verdict.EXPIRE, Why.TOO_LATE)
    if text.receiver is None:
        return Decision(Verdict.CLAIM)
    if (unsuitable := why_not_text(text.receiver, to_number=text.to_number)) is not None:
        return Decision(Verdict.WITHDRAW, unsuitable)
    if text.kind in text.receiver.refused:
        return Decision(Verdict.WITHDRAW, Why.NOT_WISHED)
    if not may_call_now(now):
        return _wait(text, Why.QUIET_HOURS, until=next_sending_time(now))
    if over := _ceiling(text, text.receiver):
        tomorrow = at_london(london_day(now) + timedelta(days=1), AFTER_QUIET_HOURS)
        return _wait(text, over, until=tomorrow)
    return Decision(Verdict.CLAIM)


def _ceiling(text: Candidate, receiver: Receiver) -> Why | None:
    if receiver.sent_today >= PATIENT_DAY_CEILING:
        return Why.PATIENT_CEILING
    if receiver.sent_this_week >= PATIENT_WEEK_CEILING:
        return Why.PATIENT_CEILING
    return Why.SERVICE_CEILING if text.service_sent_today >= text.service_ceiling else None


def _wait(text: Candidate, why: Why, *, until: datetime) -> Decision:
    """Wait, but not past the moment at which the text must be counted as expired."""
    return Decision(Verdict.POSTPONE, why, min(until, text.useful_until))
