"""What decides about a text: states and moves, hours, ceilings, and when to try again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from patientapp.workdays import at_london, london_day, london_time


class MessageState(StrEnum):
    """Where a text is (SMS-01)."""

    DUE = "due"
    CLAIMED = "claimed"
    SENDING = "sending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


_S = MessageState

_SEEN = frozenset({_S.ACCEPTED, _S.DELIVERED, _S.UNDELIVERED})  # the carrier says that it has it

# Forward only. Back to due go only those of which surely no byte was sent (SMS-03), and unknown ones
# that the carrier has not got (SMS-04). A call-back may overtake the answer to our own call, so
# sending leads to its states too; and news of an earlier attempt ends a text that is due again.
MOVES: Mapping[MessageState, frozenset[MessageState]] = {
    _S.DUE: _SEEN | {_S.DUE, _S.CLAIMED, _S.WITHDRAWN, _S.EXPIRED},
    _S.CLAIMED: _SEEN | {_S.DUE, _S.SENDING, _S.REFUSED, _S.WITHDRAWN},
    _S.SENDING: _SEEN | {_S.DUE, _S.REFUSED, _S.UNKNOWN},
    _S.ACCEPTED: frozenset({_S.UNKNOWN, _S.DELIVERED, _S.UNDELIVERED}),
    _S.UNKNOWN: _SEEN | {_S.DUE, _S.REFUSED, _S.EXPIRED},
    _S.REFUSED: frozenset(),
    _S.DELIVERED: frozenset(),
    _S.UNDELIVERED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.WITHDRAWN: frozenset(),
}
IN_FLIGHT = frozenset({_S.CLAIMED, _S.SENDING})
TROUBLE = frozenset({_S.REFUSED, _S.UNKNOWN, _S.UNDELIVERED, _S.EXPIRED})  # CLIN-12


class SendingMode(StrEnum):
    """Whether dispatchers send at all."""

    SENDING = "sending"
    PAUSED = "paused"  # somebody said so
    CHECKING = "checking"  # restored from a backup: compare with the carrier first (SMS-11)


CALL_LIMIT = timedelta(seconds=10)  # 3 s to connect, 7 s to read (IO-05)
CALL_MARGIN = timedelta(seconds=5)
CLAIM = timedelta(seconds=60)  # longer than a call and its margin (SMS-02)
CLOCK_SLACK = timedelta(minutes=5)  # clocks differ: others end a claim this much later (TIME-04)

WINDOW_OPENS = time(8)
WINDOW_SHUTS = time(20)
AFTER_QUIET_HOURS = time(10)  # mornings are hard for many people in pain

PATIENT_DAY_CEILING = 2  # SMS-07
PATIENT_WEEK_CEILING = 4
WEEK = timedelta(days=7)

FIRST_BACKOFF = timedelta(seconds=30)
LONGEST_BACKOFF = timedelta(minutes=30)


def sources(state: MessageState) -> frozenset[MessageState]:
    """The states from which a text may come to this one."""
    return frozenset(before for before, after in MOVES.items() if state in after)


def may_call_now(now: datetime) -> bool:
    """Whether patients may be texted at this moment: London's clock, not the server's (SMS-05)."""
    ends = last_sending_time(london_day(now))
    return london_time(now) >= WINDOW_OPENS and now + CALL_LIMIT < ends


def next_sending_time(wished: datetime) -> datetime:
    """The wished moment, or ten o'clock London after the quiet hours it falls in (TIME-02)."""
    if london_time(wished) < WINDOW_OPENS:
        return at_london(london_day(wished), AFTER_QUIET_HOURS)
    if not may_call_now(wished):
        return at_london(london_day(wished) + timedelta(days=1), AFTER_QUIET_HOURS)
    return wished


def last_sending_time(day: date) -> datetime:
    """When the window of a London day shuts."""
    return at_london(day, WINDOW_SHUTS)


def day_began(now: datetime) -> datetime:
    """Midnight, London: from here the ceiling of the day counts (TIME-03)."""
    return at_london(london_day(now), time(0))


def week_began(now: datetime) -> datetime:
    """Midnight, London, six days back: from here the ceiling of the week counts."""
    return at_london(london_day(now) - WEEK + timedelta(days=1), time(0))


def backoff(attempt: int, *, spread: float, at_least: timedelta = timedelta(0)) -> timedelta:
    """How long to wait after this attempt: doubling, spread over half of it, as asked at least."""
    full = min(FIRST_BACKOFF * float(2 ** min(attempt - 1, 16)), LONGEST_BACKOFF)
    return max(full * (0.5 + 0.5 * spread), at_least)


def spread_of(message_id: UUID, attempt: int) -> float:
    """A number from 0 to 1 that differs from text to text, so that retries do not march in step."""
    return ((message_id.int + attempt * 0x9E3779B1) % 1009) / 1009


class Why(StrEnum):
    """Why a text is not sent now; staff read these."""

    DIED = "died"
    NO_TEXTS = "no_texts"
    NOT_WISHED = "not_wished"  # texts of this kind, or while they are paused
    NUMBER_CHANGED = "number_changed"
    PATIENT_CEILING = "patient_ceiling"
    SERVICE_CEILING = "service_ceiling"
    QUIET_HOURS = "quiet_hours"
    TOO_LATE = "too_late"
    CLAIM_RAN_OUT = "claim_ran_out"
    NO_LONGER_SUITS = "no_longer_suits"
    LITTLE_TIME_LEFT = "little_time_left"
    NOT_HANDED_OVER = "not_handed_over"
    STOPPING = "stopping"
    NO_ANSWER = "no_answer"
    NOT_RENDERED = "not_rendered"
    CAUSE_ENDED = "cause_ended"
    NOT_AT_CARRIER = "not_at_carrier"  # the carrier's list has it not, twice: never handed over
    EARLIER_ATTEMPT = "earlier_attempt"  # the carrier had an earlier attempt after all
    SILENT = "silent"  # the carrier took it and said nothing for 72 hours
    OPTED_OUT = "opted_out"  # the carrier holds a STOP from this number


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """A text that did not, or perhaps did not, reach its patient: staff must know (CLIN-12)."""

    message_id: UUID
    service_id: UUID
    patient_id: UUID | None
    template: str
    to_number: str
    state: MessageState
    reason: str
    at: datetime


def is_trouble(state: MessageState, reason: str) -> bool:
    """Whether staff must be told: not where somebody ended the cause, or where the person died."""
    if state is MessageState.WITHDRAWN:
        return reason in {Why.NO_TEXTS, Why.NUMBER_CHANGED}
    return state in TROUBLE
