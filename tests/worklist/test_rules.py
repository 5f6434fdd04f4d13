"""Who may take and close what, and by when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from patientapp.worklist.rules import (
    MOVES,
    CloseAction,
    ItemKind,
    ItemStep,
    Refusal,
    Standing,
    action_mistakes,
    action_text,
    due_at,
    read_action,
    why_not_close,
    why_not_take,
)

ME, OTHER = uuid4(), uuid4()


def standing(step: ItemStep, owner: object = None) -> Standing:
    return Standing(seq=1, step=step, owner=owner)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "instead_of", "refusal"),
    [
        (standing(ItemStep.RAISED), None, None),
        (standing(ItemStep.TAKEN, ME), None, None),
        (standing(ItemStep.TAKEN, OTHER), None, Refusal.OTHERS),
        (standing(ItemStep.TAKEN, OTHER), uuid4(), Refusal.OTHERS),
        (standing(ItemStep.TAKEN, OTHER), OTHER, None),
        (standing(ItemStep.CLOSED, OTHER), OTHER, Refusal.CLOSED),
    ],
)
def test_clin_04_nobody_takes_what_is_anothers_unless_from_them_by_name(
    at: Standing, instead_of: object, refusal: Refusal | None
) -> None:
    assert why_not_take(at, by=ME, instead_of=instead_of) == refusal  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "refusal"),
    [
        (standing(ItemStep.TAKEN, ME), None),
        (standing(ItemStep.TAKEN, OTHER), Refusal.OTHERS),
        (standing(ItemStep.RAISED), Refusal.NOBODYS),
        (standing(ItemStep.CLOSED, ME), Refusal.CLOSED),
    ],
)
def test_clin_04_only_its_owner_closes_an_item(at: Standing, refusal: Refusal | None) -> None:
    assert why_not_close(at, by=ME) == refusal


def test_a_closed_item_stays_closed() -> None:
    assert MOVES[ItemStep.CLOSED] == frozenset()


@pytest.mark.parametrize(
    ("action", "note", "missing"),
    [
        (None, "", {"action": "no_action"}),
        (CloseAction.SPOKE, "", {}),
        (CloseAction.NOTHING_NEEDED, " ", {"note": "no_reason"}),
        (CloseAction.NOTHING_NEEDED, "Sent twice.", {}),
        (CloseAction.SPOKE, "x" * 1001, {"note": "too_long"}),
    ],
)
def test_clin_04_closing_needs_an_action(
    action: CloseAction | None, note: str, missing: dict[str, str]
) -> None:
    assert action_mistakes(action, note) == missing


@pytest.mark.parametrize("note", ["", "rang at ten", "said: call me: later"])
def test_a_kept_action_reads_back(note: str) -> None:
    assert read_action(action_text(CloseAction.SPOKE, note)) == ("spoke", note)


def test_an_alert_is_due_before_a_task() -> None:
    raised = datetime(2026, 9, 22, 9, 30, tzinfo=UTC)
    assert due_at(ItemKind.ALERT, raised) == raised + timedelta(hours=2)
    assert due_at(ItemKind.ALERT, raised) < due_at(ItemKind.TASK, raised)
