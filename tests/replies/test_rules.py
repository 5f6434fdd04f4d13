"""What a reply says and what may be done about it, by tables of cases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from patientapp.appointments.rules import VisitState
from patientapp.replies.library import words
from patientapp.replies.rules import (
    STOP_WORDS,
    Act,
    Meaning,
    Words,
    act,
    asks_for_a_reply,
    is_short,
    meaning,
)
from patientapp.worklist.phrases import plain
from tests.appointments.world import a_visit, details
from tests.factories import NOW

M = Meaning
SAID = [
    ("1", M.KEEP),
    (" 1. ", M.KEEP),
    ("2!", M.CHANGE),
    ("3", M.CANCEL),
    ("١", M.KEEP),  # Arabic
    ("۲", M.CHANGE),  # Urdu, Persian
    ("੩", M.CANCEL),  # Gurmukhi
    ("３", M.CANCEL),  # wide
    ("1️⃣", M.KEEP),  # a key cap
    ("YES", M.KEEP),
    ("Yes.", M.KEEP),
    ("  ok  ", M.KEEP),
    ("O.K.", M.UNCLEAR),
    ("I’m coming", M.KEEP),
    ("change", M.CHANGE),
    ("Move", M.CHANGE),
    ("no", M.CANCEL),
    ("No thank you", M.CANCEL),
    ("can't come", M.CANCEL),
    ("STOP", M.STOP),
    ("stop.", M.STOP),
    ("Stop All", M.STOP),
    ("cancel", M.STOP),  # carriers take it so: the visit is kept and somebody calls
    ("please stop", M.STOP),
    ("stop texting me", M.STOP),
    ("START", M.START),
    ("unstop", M.START),
    ("12", M.UNCLEAR),
    ("4", M.UNCLEAR),
    ("0", M.UNCLEAR),
    ("1 2", M.UNCLEAR),
    ("1 or 2?", M.UNCLEAR),
    ("-1", M.KEEP),
    ("", M.UNCLEAR),
    ("👍", M.UNCLEAR),
    ("no idea what this is", M.UNCLEAR),
    ("yes but can I bring my dog", M.UNCLEAR),
    ("x" * 4000, M.UNCLEAR),
]


@pytest.mark.parametrize(("text", "expected"), SAID, ids=[case[0][:20] or "empty" for case in SAID])
def test_sms_12_what_a_reply_asks_for(text: str, expected: Meaning) -> None:
    assert meaning(text, language="en", words=words()) is expected


@pytest.mark.parametrize("word", sorted(STOP_WORDS))
def test_sms_12_stop_always_works_in_every_language(word: str) -> None:
    for language in ("en", "pl", "ar", "xx"):
        assert meaning(word.title(), language=language, words=words()) is M.STOP


def test_sms_12_the_carrier_s_word_on_leaving_and_coming_back_comes_first() -> None:
    assert meaning("yes", language="en", words=words(), opt_out="START") is M.START
    assert meaning("arrête", language="fr", words=words(), opt_out="STOP") is M.STOP
    assert meaning("help", language="en", words=words(), opt_out="HELP") is M.UNCLEAR


def test_words_of_a_language_wait_until_a_person_has_checked_them() -> None:
    assert meaning("tak", language="pl", words=words()) is M.UNCLEAR
    checked = dict(words()) | {"pl": Words("pl", "a translator", words()["pl"].meanings)}
    assert meaning("TAK!", language="pl", words=checked) is M.KEEP
    assert meaning("yes", language="pl", words=checked) is M.KEEP  # English goes with each
    assert meaning("tak", language="en", words=checked) is M.UNCLEAR


def test_every_word_stands_as_it_is_compared() -> None:
    for language in words().values():
        assert language.meanings, language.language
        assert all(word == plain(word) for word in language.meanings)


@pytest.mark.parametrize(
    ("template", "asks"),
    [
        ("appt-booked", True),
        ("appt-7d", True),
        ("appt-2d-plain", True),
        ("ack-1", True),
        ("ack-3", True),
        ("unclear", True),
        ("appt-off", False),
        ("appt-shared", False),
        ("appt-video", False),
        ("q-invite", False),
        ("new-link", False),
        ("fft", False),
    ],
)
def test_sms_12_only_some_texts_ask_for_a_reply(template: str, asks: bool) -> None:
    assert asks_for_a_reply(template) is asks


S = VisitState
ACTS = [
    ("keep", S.BOOKED, M.KEEP, True, Act.CONFIRM),
    ("keep again", S.CONFIRMED, M.KEEP, True, Act.SAY_KEPT),
    ("change", S.CONFIRMED, M.CHANGE, True, Act.CALL),
    ("cancel", S.MOVED, M.CANCEL, True, Act.CANCEL),
    ("an old time", S.MOVED, M.KEEP, False, Act.ASK_AGAIN),
    ("an old time cancelled", S.MOVED, M.CANCEL, False, Act.ASK_AGAIN),
    ("unclear", S.BOOKED, M.UNCLEAR, True, Act.ASK_AGAIN),
    ("undo", S.CANCELLED_BY_PATIENT, M.KEEP, True, Act.UNDO),
    ("cancel twice", S.CANCELLED_BY_PATIENT, M.CANCEL, True, Act.SAY_CANCELLED),
    ("change a cancelled one", S.CANCELLED_BY_PATIENT, M.CHANGE, True, Act.TELL_STAFF),
    ("ours cannot be undone by text", S.CANCELLED_BY_SERVICE, M.KEEP, True, Act.TELL_STAFF),
    ("over", S.ATTENDED, M.CANCEL, True, Act.TELL_STAFF),
]


@pytest.mark.parametrize(
    ("state", "asked", "current", "expected"), [a[1:] for a in ACTS], ids=[a[0] for a in ACTS]
)
def test_sms_12_a_reply_does_the_listed_acts_only(
    state: VisitState, asked: Meaning, current: bool, expected: Act
) -> None:
    visit = a_visit(state=state, at=NOW - timedelta(hours=1))
    assert act(asked, visit, is_current=current, at=NOW) is expected


def test_sms_12_a_visit_that_has_begun_is_for_staff() -> None:
    visit = a_visit(details=details(starts_at=NOW))
    for asked in (M.KEEP, M.CHANGE, M.CANCEL, M.UNCLEAR):
        assert act(asked, visit, is_current=True, at=NOW) is Act.TELL_STAFF


@pytest.mark.parametrize(
    ("after", "expected"),
    [(timedelta(hours=1, minutes=59), Act.UNDO), (timedelta(hours=2), Act.TELL_STAFF)],
)
def test_rel_09_the_two_hours_run_from_when_they_were_told(after: timedelta, expected: Act) -> None:
    told_at = NOW + timedelta(hours=12)  # cancelled by text in the evening, told in the morning
    visit = a_visit(state=S.CANCELLED_BY_PATIENT, at=NOW)
    at = told_at + after
    assert act(M.KEEP, visit, is_current=True, at=at, told_at=told_at) is expected


@pytest.mark.parametrize(
    ("text", "short"), [("8", True), ("call me please", True), ("can you call me please", False)]
)
def test_what_is_long_was_written_to_be_read(text: str, short: bool) -> None:
    assert is_short(text) is short
