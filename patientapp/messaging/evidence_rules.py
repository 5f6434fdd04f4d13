"""What the carrier's own records say of a text whose fate we do not know (SMS-04, SMS-10).

PURE. Found: it has it. Absent: two lists, five minutes apart, have it not, and it has been silent
for ten. Unclear: something there might be ours. Only absence lets a text be sent again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from patientapp.messaging.rules import CALL_LIMIT, CLOCK_SLACK, MessageState

ABSENT_APART = timedelta(minutes=5)
SILENT_FOR = timedelta(minutes=10)
ASK_AGAIN = timedelta(minutes=1)  # where the carrier could not be asked, or it was unclear
FIRST_ASK = timedelta(seconds=15)  # after a call without an answer: a call-back may come first
FIRST_POLL = timedelta(minutes=15)
LONGEST_POLL = timedelta(hours=6)
NOT_KNOWN_AFTER = timedelta(hours=72)
TELL_AFTER = timedelta(minutes=30)  # an unknown one that long is shown to staff


def body_hash(body: str) -> bytes:
    """By what we know a text again without storing it."""
    return hashlib.sha256(body.strip().encode()).digest()


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One text as the carrier's records have it."""

    carrier_id: str
    to_number: str
    body: str
    at: datetime
    state: MessageState  # accepted, delivered or undelivered
    reason: str = ""
    is_ours: bool = True  # sent by us; not theirs to us, nor the carrier's own answer to a STOP


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """One text to us as the carrier's records have it."""

    carrier_id: str
    from_number: str
    to_number: str
    body: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A text of which we do not know whether the carrier has it."""

    body_hash: bytes
    sent_at: datetime
    useful_until: datetime
    absent_at: datetime | None = None
    twin_under_way: bool = False  # the same words to the same number, in another call right now


class Seen(StrEnum):
    """What one list says of one text."""

    FOUND = "found"
    ABSENT = "absent"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Look:
    """What one list says, and where it is if it is there."""

    seen: Seen
    listed: Listed | None = None


def look(text: Missing, listed: Sequence[Listed], *, known: Collection[str]) -> Look:
    """Search a number's list for the exact text, among those that are no other text of ours."""
    began, ended = text.sent_at - CLOCK_SLACK, text.sent_at + CALL_LIMIT + CLOCK_SLACK
    free = [one for one in listed if one.carrier_id not in known and one.at >= began]
    same = [one for one in free if body_hash(one.body) == text.body_hash]
    if text.twin_under_way:
        return Look(Seen.UNCLEAR)
    if same:
        return Look(Seen.FOUND, min(same, key=lambda one: one.at))
    foreign = any(one.at <= ended for one in free)
    return Look(Seen.UNCLEAR if foreign else Seen.ABSENT)


class Step(StrEnum):
    """What to do with a text that the list has not."""

    WAIT = "wait"
    SEND_AGAIN = "send_again"
    EXPIRE = "expire"


def after_absence(text: Missing, now: datetime) -> Step:
    """Send again only what was absent twice, apart, after enough silence, and is still of use."""
    twice = text.absent_at is not None and now - text.absent_at >= ABSENT_APART
    if not twice or now - text.sent_at < SILENT_FOR:
        return Step.WAIT
    return Step.SEND_AGAIN if now < text.useful_until else Step.EXPIRE


def next_look(text: Missing, now: datetime) -> datetime:
    """When to look again for a text that was absent just now."""
    first_absent = text.absent_at or now
    return max(first_absent + ABSENT_APART, text.sent_at + SILENT_FOR, now + ASK_AGAIN)


def ask_again(sent_at: datetime, now: datetime) -> datetime | None:
    """When to ask about it next, less and less often; None after 72 hours: it is not known."""
    age = now - sent_at
    if age >= NOT_KNOWN_AFTER:
        return None
    return min(now + min(max(age / 2, FIRST_POLL), LONGEST_POLL), sent_at + NOT_KNOWN_AFTER)


def ask_sooner(sent_at: datetime, now: datetime) -> datetime | None:
    """When to ask again about an unknown text after no clear answer; None after 72 hours."""
    age = now - sent_at
    if age >= NOT_KNOWN_AFTER:
        return None
    return now + min(max(age / 4, ASK_AGAIN), LONGEST_POLL)
