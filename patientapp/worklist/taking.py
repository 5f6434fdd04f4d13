"""Verbs of a named person: take a work item, close it with what was done (CLIN-04)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record
from patientapp.errors import Conflict, Forbidden
from patientapp.messaging.actions import withdraw
from patientapp.services.queries import staff_names
from patientapp.worklist.actions import add_once
from patientapp.worklist.models import WorkItemEvent
from patientapp.worklist.queries import OpenItem, item
from patientapp.worklist.rules import ItemStep, Refusal, why_not_close, why_not_take


class SomebodyElseHasIt(Conflict):
    """A colleague has taken this item. Talk to them, or take it over from them by name."""

    title = "A colleague has this"


class AlreadyClosed(Conflict):
    """This item has been closed. Its page says by whom and what was done."""

    title = "This is closed"


class ChangedMeanwhile(Conflict):
    """Something was added while you were reading. Look again, then close it."""

    title = "There is more to this now"


class NobodyHasIt(Conflict):
    """Take this item first: an item is closed by the person who owns it."""

    title = "Take this first"


def take(viewer: Viewer, item_id: UUID, *, now: datetime, instead_of: UUID | None = None) -> OpenItem:
    """The viewer owns the item from now; SomebodyElseHasIt unless taken over from its owner."""
    staff_id = _staff(viewer)
    found = item(viewer, item_id, now=now)
    refusal = why_not_take(found.standing, by=staff_id, instead_of=instead_of)
    if refusal is not None:
        raise _problem(viewer, refusal, owner=found.standing.owner)
    if found.standing.owner != staff_id:
        _step(viewer, found, ItemStep.TAKEN, now=now)
    return item(viewer, item_id, now=now)


def close(
    viewer: Viewer, item_id: UUID, action: str, *, now: datetime, seen: int | None = None
) -> OpenItem:
    """Close an item that the viewer owns, with what was done about it (CLIN-04).

    seen: the step that the page showed; ChangedMeanwhile when there has been another since, which
    may be a patient who wrote again (CLIN-08).
    """
    staff_id = _staff(viewer)
    found = item(viewer, item_id, now=now)
    if seen is not None and seen != found.standing.seq and found.standing.step is not ItemStep.CLOSED:
        raise ChangedMeanwhile(ChangedMeanwhile.__doc__ or "")
    refusal = why_not_close(found.standing, by=staff_id)
    if refusal is not None:
        raise _problem(viewer, refusal, owner=found.standing.owner)
    _step(viewer, found, ItemStep.CLOSED, action=action, now=now)
    return item(viewer, item_id, now=now)


def _step(viewer: Viewer, found: OpenItem, step: ItemStep, *, now: datetime, action: str = "") -> None:
    """Add the next step; whoever comes second finds its number used and is told who was first.

    What only adds to an item (a patient who wrote again, an alert passed on) keeps nobody from taking it.

    The audit comes first, as in every change of one patient's record: its head row makes them wait
    in line, where two that took their rows in different orders would wait for each other.
    """
    record(
        viewer,
        f"{found.item.kind.value} {step.value}",
        now=now,
        patient_id=found.item.patient_id,
        object=found.item.id,
    )
    was, event = found.standing, {"step": step, "staff_id": _staff(viewer), "action": action, "at": now}
    while not add_once(WorkItemEvent, item_id=found.item.id, seq=was.seq + 1, **event):
        current = item(viewer, found.item.id, now=now).standing
        if (current.step, current.owner) != (was.step, was.owner):
            refusal = Refusal.CLOSED if current.step is ItemStep.CLOSED else Refusal.OTHERS
            raise _problem(viewer, refusal, owner=current.owner)
        if step is ItemStep.CLOSED:
            raise ChangedMeanwhile(ChangedMeanwhile.__doc__ or "")
        was = current
    withdraw(about=found.item.id, now=now)


def _staff(viewer: Viewer) -> UUID:
    if viewer.staff_id is None:
        raise Forbidden
    return viewer.staff_id


def _problem(viewer: Viewer, refusal: Refusal, *, owner: UUID | None) -> Conflict:
    who = staff_names(viewer, [owner]).get(owner, "") if owner else ""
    match refusal:
        case Refusal.CLOSED:
            return AlreadyClosed(f"{who or 'A colleague'} closed this.")
        case Refusal.NOBODYS:
            return NobodyHasIt("Take this first, then close it.")
    return SomebodyElseHasIt(f"{who or 'A colleague'} has this.")
