"""What speaks of danger in people's own words, and what a refused form still makes heard (CLIN-03)."""

from __future__ import annotations

import pytest

from patientapp.worklist.phrases import phrase, risk_list, speaks_of_risk
from tests.factories import NOW
from tests.replies.said import PAIN_TALK, PAIN_TALK_LATER, SELF_HARM, SELF_HARM_LATER


def _caught(texts: list[str]) -> float:
    return sum(speaks_of_risk(text, risk_list()) for text in texts) / len(texts)


@pytest.mark.parametrize("texts", [SELF_HARM, SELF_HARM_LATER], ids=["first", "later"])
def test_clin_03_plain_self_harm_wording_is_caught(texts: list[str]) -> None:
    assert len(set(texts)) >= 60
    assert _caught(texts) >= 0.95, [t for t in texts if not speaks_of_risk(t, risk_list())]


@pytest.mark.parametrize("texts", [PAIN_TALK, PAIN_TALK_LATER], ids=["first", "later"])
def test_clin_03_ordinary_pain_talk_is_mostly_left_alone(texts: list[str]) -> None:
    assert len(set(texts)) >= 60
    assert _caught(texts) <= 0.20, [t for t in texts if speaks_of_risk(t, risk_list())]


@pytest.mark.parametrize("text", SELF_HARM)
def test_clin_03_marks_case_and_apostrophes_change_nothing(text: str) -> None:
    shouted = text.upper().replace("'", "’") + "!!!"
    assert speaks_of_risk(shouted, risk_list()) is speaks_of_risk(text, risk_list())


def test_clin_03_the_list_has_an_owner_a_version_and_a_day_of_review() -> None:
    found = risk_list()
    assert found.owner
    assert found.version
    assert found.review_by > NOW.date()


@pytest.mark.parametrize(
    "text", ["kill " * 1300, "i * " * 900, "want to " * 500, "a" * 4000, "\n" * 4000]
)
def test_p5_no_text_takes_long_to_read(text: str) -> None:
    import time

    began = time.perf_counter()
    speaks_of_risk(text, risk_list())
    assert time.perf_counter() - began < 0.5


def test_a_phrase_is_words_choices_and_gaps() -> None:
    found = phrase("took|ate all * pills")
    assert found.search(" i took all of my pills")
    assert found.search(" ate all pills")
    assert not found.search(" took all of my other little pills")
    assert not found.search(" mistook all pills")
    assert not found.search(" took all pillsbury")
    assert phrase("took # pills").search(" took 30 pills")
    assert not phrase("took # pills").search(" took 2 pills")
