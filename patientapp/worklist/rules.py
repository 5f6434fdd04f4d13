"""Kinds and steps of work items, who may do what to one, and by when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from patientapp.worklist.limits import in_force


class ItemKind(StrEnum):
    """Alerts come first, always."""

    ALERT = "alert"
    TASK = "task"


class ItemStep(StrEnum):
    """What happened to an item."""

    RAISED = "raised"
    TAKEN = "taken"
    CLOSED = "closed"


class CloseAction(StrEnum):
    """What a named person did before closing an item (CLIN-04)."""

    SPOKE = "spoke"
    EMERGENCY = "emergency"
    REFERRED = "referred"
    BOOKED = "booked"
    WROTE = "wrote"
    PUT_RIGHT = "put_right"
    NOTHING_NEEDED = "nothing_needed"


DUTY_TEXT_USEFUL = timedelta(hours=12)  # after that the list itself is looked at again
NOTE_NEEDED = frozenset({CloseAction.NOTHING_NEEDED})  # closing without an act needs its reason
LONGEST_NOTE = 1_000
MORE = "more"  # a step that changes nothing but says that there is more to read

MOVES: Mapping[ItemStep, frozenset[ItemStep]] = {
    ItemStep.RAISED: frozenset({ItemStep.TAKEN}),
    ItemStep.TAKEN: frozenset({ItemStep.TAKEN, ItemStep.CLOSED}),
    ItemStep.CLOSED: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where an item is: its newest step, and whose it is."""

    seq: int
    step: ItemStep
    owner: UUID | None


@dataclass(frozen=True, kw_only=True)
class Said:
    """One answer behind an alert, and whether it was kept or only heard (P6)."""

    question: str
    value: int
    given_at: datetime
    kept: bool


class Refusal(StrEnum):
    """Why a step cannot be made."""

    CLOSED = "closed"
    OTHERS = "others"
    NOBODYS = "nobodys"


def due_at(kind: ItemKind, raised_at: datetime) -> datetime:
    """By when somebody must have closed it."""
    return raised_at + in_force().due_within[kind]


def why_not_take(standing: Standing, *, by: UUID, instead_of: UUID | None) -> Refusal | None:
    """Nobody takes what is another's, unless they say from whom they take it over."""
    if ItemStep.TAKEN not in MOVES[standing.step]:
        return Refusal.CLOSED
    if standing.step is ItemStep.TAKEN and standing.owner not in {by, instead_of}:
        return Refusal.OTHERS
    return None


def why_not_close(standing: Standing, *, by: UUID) -> Refusal | None:
    """Only its owner closes an item."""
    if standing.step is ItemStep.CLOSED:
        return Refusal.CLOSED
    if standing.step is ItemStep.RAISED:
        return Refusal.NOBODYS
    return None if standing.owner == by else Refusal.OTHERS


def action_text(action: CloseAction, note: str) -> str:
    """How an action is kept: its code, then the note as written."""
    return f"{action.value}: {note.strip()}" if note.strip() else action.value


def read_action(text: str) -> tuple[str, str]:
    """(code, note) of a kept action."""
    code, _colon, note = text.partition(": ")
    return code, note


def action_mistakes(action: CloseAction | None, note: str) -> dict[str, str]:
    """What is missing before an item can be closed, by field; empty when nothing is."""
    if action is None:
        return {"action": "no_action"}
    if action in NOTE_NEEDED and not note.strip():
        return {"note": "no_reason"}
    return {"note": "too_long"} if len(note) > LONGEST_NOTE else {}
