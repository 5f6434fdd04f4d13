"""What a return says in words."""

from __future__ import annotations

import pytest
from flask import Flask

from patientapp.kpi.returns import contract_of
from patientapp.kpi.texts import headline
from patientapp.services.profiles import profiles


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((0, 0, 0), "This contract names no thresholds; the figures stand below."),
        ((0, 0, 12), "No threshold can be judged yet: nobody to count, or too few to show."),
        ((3, 0, 0), "3 of 3 thresholds are met."),
        ((2, 1, 0), "2 of 3 thresholds are met. Not met: 1."),
    ],
)
def test_b52_the_headline_blames_nobody_for_an_empty_month(
    app: Flask, counts: tuple[int, int, int], said: str
) -> None:
    with app.test_request_context():
        assert headline(*counts) == said


@pytest.mark.parametrize("name", profiles())
def test_a_commissioner_reads_words_and_not_the_codes_of_measures(name: str) -> None:
    titles = [line.title for line in contract_of(name).lines]
    assert titles
    assert [title for title in titles if "_" in title] == []
