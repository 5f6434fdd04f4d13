"""The clocks and steps of complaints (SI 2009/309)."""

from __future__ import annotations

from datetime import date

import pytest

from patientapp.feedback.told_rules import (
    LONGEST_WORDS,
    Outcome,
    Standing,
    Theme,
    ToldKind,
    ToldStep,
    acknowledge_by,
    answer_by,
    answer_mistakes,
    due_on,
    may_step,
    told_mistakes,
)

DAYS = [
    ("on a Tuesday", date(2026, 9, 22), date(2026, 9, 25)),
    ("on a Friday", date(2026, 9, 25), date(2026, 9, 30)),
    ("on a Saturday", date(2026, 9, 26), date(2026, 9, 30)),
    ("before Christmas", date(2026, 12, 23), date(2026, 12, 30)),
    ("beyond the holidays we know", date(2099, 1, 1), date(2099, 1, 4)),
]


@pytest.mark.parametrize(("received", "by"), [case[1:] for case in DAYS], ids=[c[0] for c in DAYS])
def test_b50_a_complaint_is_acknowledged_within_three_working_days(received: date, by: date) -> None:
    """B50: not later than 3 working days after the day of receipt (SI 2009/309 regulation 13)."""
    assert acknowledge_by(received) == by


def test_b50_the_answer_is_owed_within_six_months() -> None:
    assert answer_by(date(2026, 8, 31)) == date(2027, 2, 28)


R, T, A, Z = ToldStep.RECEIVED, ToldStep.TAKEN, ToldStep.ACKNOWLEDGED, ToldStep.ANSWERED
STEPS = [
    ([R], {T, A}),
    ([R, T], {T, A}),
    ([R, A], {T, Z}),
    ([R, T, A, T], {T, Z}),
    ([R, A, Z], set()),
]


@pytest.mark.parametrize(("steps", "after"), STEPS)
def test_b50_nothing_is_answered_before_it_is_acknowledged(
    steps: list[ToldStep], after: set[ToldStep]
) -> None:
    assert {to for to in ToldStep if may_step(Standing(steps=steps), to)} == after


def test_b50_what_is_owed_next() -> None:
    day = date(2026, 9, 22)
    owed = [due_on(ToldKind.COMPLAINT, Standing(steps=steps), day) for steps in ([R], [R, A], [R, A, Z])]
    assert owed == [date(2026, 9, 25), date(2027, 3, 22), None]
    assert due_on(ToldKind.COMPLIMENT, Standing(steps=[R]), day) is None


TYPED = [
    ("whole", ("complaint", "Late again", ""), {}),
    ("no kind", ("", "x", ""), {"kind": "choose"}),
    ("another kind", ("lawsuit", "x", ""), {"kind": "choose"}),
    ("nothing that can be seen", ("comment", " \u200b", ""), {"words": "no_words"}),
    ("4,001 characters", ("comment", "x" * (LONGEST_WORDS + 1), ""), {"words": "too_long"}),
    ("a wish too long", ("comment", "x", "x" * (LONGEST_WORDS + 1)), {"wanted": "too_long"}),
]


@pytest.mark.parametrize(("given", "wrong"), [case[1:] for case in TYPED], ids=[c[0] for c in TYPED])
def test_b50_what_may_be_typed(given: tuple[str, str, str], wrong: dict[str, str]) -> None:
    assert told_mistakes(*given) == wrong


def test_b50_a_complaint_is_answered_with_one_of_three_outcomes_words_and_a_theme() -> None:
    themes = [Theme.WAITING.value]
    assert answer_mistakes(ToldKind.COMPLAINT, Outcome.PARTLY, "We looked", themes) == {}
    not_needed = answer_mistakes(ToldKind.COMPLAINT, Outcome.NOT_NEEDED, "We looked", themes)
    assert not_needed == {"outcome": "choose"}
    assert answer_mistakes(ToldKind.COMMENT, Outcome.NOT_NEEDED, "Thank you", themes) == {}
    assert answer_mistakes(ToldKind.COMMENT, "", " ", ["food"]).keys() == {"outcome", "words", "themes"}
