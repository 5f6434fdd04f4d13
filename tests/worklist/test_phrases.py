"""What speaks of danger in people's own words, and what a refused form still makes heard (CLIN-03)."""

from __future__ import annotations

import pytest

from patientapp.worklist.phrases import needs_a_reader, phrase, risk_list, speaks_of_risk
from patientapp.worklist.spelling import put_right
from tests.factories import NOW
from tests.replies.said import PAIN_TALK, PAIN_TALK_LATER, SELF_HARM, SELF_HARM_LATER
from tests.worklist import said_held_out, said_to_tune


def _caught(texts: list[str]) -> float:
    return sum(speaks_of_risk(text, risk_list()) for text in texts) / len(texts)


def test_clin_03_sentences_never_looked_at_while_the_list_was_written() -> None:
    """CLIN-03: at first sight version 2 caught 152 of these 156 cries (97%) and raised 11 of 265 (4%).

    Version 1 caught 115 and raised 22. They were written, and committed, before version 2 and read by
    nobody while it was; but by the same hand as the list, so expect less of words by others.
    """
    cries, ordinary = said_held_out.CRIES, said_held_out.ORDINARY
    assert len(set(cries)) >= 120
    assert len(set(ordinary)) >= 200
    assert _caught(cries) >= 0.95
    assert _caught(ordinary) <= 0.20


def test_clin_03_the_sentences_held_apart_are_no_others() -> None:
    tuned = {*SELF_HARM, *SELF_HARM_LATER, *PAIN_TALK, *PAIN_TALK_LATER}
    tuned |= {*said_to_tune.CRIES, *said_to_tune.ORDINARY}
    held = {*said_held_out.CRIES, *said_held_out.ORDINARY}
    assert len(held & tuned) <= 12  # the plainest, "I want to die", are everybody's words


def test_clin_03_the_list_still_fits_what_it_was_tuned_on() -> None:
    assert _caught(said_to_tune.CRIES) >= 0.95
    assert _caught(said_to_tune.ORDINARY) <= 0.10


SLIPS = [
    "I want to kil myslef",
    "suicidla",
    "wanna dieee",
    "i cant go on nemore",
    "ive took an overdsoe",
    "kms",
]


@pytest.mark.parametrize("text", SLIPS)
def test_clin_03_slips_of_the_thumb_and_text_speak_are_put_right(text: str) -> None:
    assert speaks_of_risk(text, risk_list())


def test_a_word_of_its_own_is_no_slip() -> None:
    ours = "handing over the olive bride at the farming bank"
    assert put_right(ours, risk_list().spelling) == ours


OTHER = [
    "chcę umrzeć",
    "nie chce mi sie juz zyc",
    "میں مرنا چاہتا ہوں",
    "vreau sa mor",
    "ਮੈਂ ਮਰਨਾ ਚਾਹੁੰਦਾ ਹਾਂ",
]
ENGLISH = [
    "9",
    "what",
    "ok thx",
    "can my daughter come",
    "is there a café?",
    "👍",
    "running late sorry",
    "see you thurs",
]


@pytest.mark.parametrize("text", OTHER)
def test_clin_03_another_language_is_for_a_person_to_read(text: str) -> None:
    assert needs_a_reader(text, risk_list())


@pytest.mark.parametrize("text", ENGLISH)
def test_clin_03_english_is_known(text: str) -> None:
    assert not needs_a_reader(text, risk_list())


def test_clin_03_nearly_all_that_people_write_in_english_is_known() -> None:
    ours = said_held_out.CRIES + said_held_out.ORDINARY
    assert sum(needs_a_reader(text, risk_list()) for text in ours) <= 0.03 * len(ours)


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
    assert found.dated <= found.review_by
    assert found.status == "not clinically reviewed"
    assert found.review_by > NOW.date()


@pytest.mark.parametrize(
    "text", ["kill " * 1300, "i * " * 900, "want to " * 500, "a" * 4000, "\n" * 4000]
)
def test_p5_no_text_takes_long_to_read(text: str) -> None:
    import time

    risk_list()
    began = time.thread_time()  # of this thread alone: other work on the machine does not count
    speaks_of_risk(text, risk_list())
    assert time.thread_time() - began < 0.5


def test_a_phrase_is_words_choices_and_gaps() -> None:
    found = phrase("took|ate all * pills")
    assert found.search(" i took all of my pills")
    assert found.search(" ate all pills")
    assert not found.search(" took all of my other little pills")
    assert not found.search(" mistook all pills")
    assert not found.search(" took all pillsbury")
    assert phrase("took # pills").search(" took 30 pills")
    assert not phrase("took # pills").search(" took 2 pills")
