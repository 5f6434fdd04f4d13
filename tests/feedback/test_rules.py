"""Counts, shares and what is kept of a comment."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from patientapp.feedback.rules import MOST_COMMENTS, month_of, shares, with_comment


@pytest.mark.parametrize(
    ("counts", "positive", "negative"),
    [
        ({}, None, None),
        ({1: 1}, 100.0, 0.0),
        ({1: 2, 2: 2, 3: 1, 4: 1, 5: 1, 6: 1}, 50.0, 25.0),  # neither and don't know stay below
        ({3: 3, 6: 1}, 0.0, 0.0),
        ({5: 1, 6: 2}, 0.0, 100 / 3),
    ],
)
def test_shares_as_nhs_england_counts_them(
    counts: dict[int, int], positive: float | None, negative: float | None
) -> None:
    found = shares(counts)
    assert found.responses == sum(counts.values())
    assert found.positive_percent == pytest.approx(positive)
    assert found.negative_percent == pytest.approx(negative)


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        (datetime(2026, 9, 30, 22, 59, tzinfo=UTC), date(2026, 9, 1)),
        (datetime(2026, 9, 30, 23, 0, tzinfo=UTC), date(2026, 10, 1)),  # midnight in London
        (datetime(2026, 1, 31, 23, 59, tzinfo=UTC), date(2026, 1, 1)),
    ],
)
def test_ops_07_only_the_london_month_is_kept(moment: datetime, month: date) -> None:
    assert month_of(moment) == month


def test_ops_07_comments_stand_in_the_alphabet_however_they_came() -> None:
    kept: list[str] = []
    for word in ["pear", "apple", "fig", "apple"]:
        kept = with_comment(kept, word) or []
    assert kept == ["apple", "apple", "fig", "pear"]


def test_a_month_has_an_end() -> None:
    full = ["x"] * MOST_COMMENTS
    assert with_comment(full, "one more") is None
    assert len(with_comment(full[:-1], "one more") or []) == MOST_COMMENTS
