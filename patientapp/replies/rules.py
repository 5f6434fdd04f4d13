"""What a reply says, and what may be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from patientapp.appointments.rules import Visit, VisitState, may_undo
from patientapp.worklist.phrases import plain


class Meaning(StrEnum):
    """What somebody asks for by text."""

    KEEP = "keep"
    CHANGE = "change"
    CANCEL = "cancel"
    STOP = "stop"
    START = "start"
    UNCLEAR = "unclear"


class Outcome(StrEnum):
    """What was done about a reply."""

    KEPT = "kept"
    CHANGE_WANTED = "change_wanted"
    CANCELLED = "cancelled"
    UNDONE = "undone"
    ALREADY = "already"  # it says what is so already
    STOPPED = "stopped"
    STARTED = "started"
    ASKED_AGAIN = "asked_again"
    FOR_STAFF = "for_staff"
    SHARED = "shared"  # more than one person has this number


# What carriers take as leaving all texts, and as coming back (Twilio's defaults; on a number that
# has left, the carrier itself takes "yes" as coming back, and says so).
STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
START_WORDS = frozenset({"start", "unstop"})
DIGITS: Mapping[str, Meaning] = {"1": Meaning.KEEP, "2": Meaning.CHANGE, "3": Meaning.CANCEL}
# Texts about a visit that ask for no digits: told, or led by a link.
NO_PROMPT = frozenset({"appt-off", "appt-shared", "appt-video"})
PROMPTS = ("appt-", "ack-", "unclear")
SHORT = 3  # words: a slip of the thumb; whatever is longer somebody wrote to be read
BASE = "en"


@dataclass(frozen=True)
class Words:
    """The words of one language for each meaning; used once a person has checked them."""

    language: str
    checked_by: str
    meanings: Mapping[str, Meaning]


def meaning(text: str, *, language: str, words: Mapping[str, Words], opt_out: str = "") -> Meaning:
    """What a text asks for; the carrier's own word on leaving and coming back comes first."""
    said = plain(text)
    if opt_out.upper() == "STOP" or said.replace(" ", "") in STOP_WORDS:
        return Meaning.STOP
    if opt_out.upper() == "START" or said in START_WORDS:
        return Meaning.START
    if said in DIGITS:
        return DIGITS[said]
    spoken = [words[name] for name in (language.split("-")[0], BASE) if name in words]
    return next(
        (one.meanings[said] for one in spoken if one.checked_by and said in one.meanings),
        Meaning.UNCLEAR,
    )


def asks_for_a_reply(template: str) -> bool:
    """Whether a text of this name asks for 1, 2 or 3."""
    return template.startswith(PROMPTS) and template not in NO_PROMPT


def is_short(text: str) -> bool:
    """Whether it is too short to be meant for somebody to read."""
    return len(plain(text).split()) <= SHORT


class Act(StrEnum):
    """What to do with the visit that the open text is about."""

    CONFIRM = "confirm"
    CALL = "call"
    CANCEL = "cancel"
    UNDO = "undo"
    SAY_KEPT = "say_kept"  # it is so already: only say it again
    SAY_CANCELLED = "say_cancelled"
    ASK_AGAIN = "ask_again"
    TELL_STAFF = "tell_staff"


def act(
    asked: Meaning,
    visit: Visit,
    *,
    is_current: bool,
    at: datetime,
    told_at: datetime | None = None,
) -> Act:
    """The listed act of the one open text, if any (SMS-12).

    `is_current`: the text is about the time that the visit has now. One about an earlier time was
    answered by somebody who may not know the new one, so they are asked again about that one.
    `told_at`: when they were told that the visit is cancelled.
    """
    if visit.is_open and visit.starts_at > at:
        is_listed = is_current and asked in DIGITS.values()
        return _of_open(asked, visit) if is_listed else Act.ASK_AGAIN
    if visit.state is VisitState.CANCELLED_BY_PATIENT:
        if asked is Meaning.CANCEL:
            return Act.SAY_CANCELLED
        if asked is Meaning.KEEP and may_undo(visit, at, told_at=told_at):
            return Act.UNDO
    return Act.TELL_STAFF


def _of_open(asked: Meaning, visit: Visit) -> Act:
    if asked is Meaning.KEEP:
        return Act.SAY_KEPT if visit.state is VisitState.CONFIRMED else Act.CONFIRM
    return Act.CALL if asked is Meaning.CHANGE else Act.CANCEL
