"""The words of texts: short, whole, and telling nobody anything (LINK-07)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask

from patientapp import i18n
from patientapp.messaging.saying import CannotFill
from patientapp.messaging.segments import is_gsm, segments, units
from patientapp.messaging.texts import TEMPLATES, check, render
from patientapp.messaging.visit_texts import REASONS

LONGEST = {
    "service": "S" * 20,
    "phone": "0113 496 0000",
    "link": "https://" + "l" * 42,
}
WORDS = {
    "mins": "45",
    "date": "2026-09-23",  # 23 Sept: no day is written longer
    "day": "2026-09-23",  # Wed 23 Sept
    "time": "12:30",
    "place": "P" * 16,
    "why": "place_closed",
    "ref": "HCNJ",  # four letters to say on the telephone; they say nothing about anybody
    "page": "https://" + "p" * 42,
}


def longest(name: str, language: str = "en") -> str:
    words = {need: WORDS[need] for need in TEMPLATES[name].needs}
    return render(name, words, language=language, **LONGEST)


@pytest.mark.parametrize("name", TEMPLATES)
def test_link_07_a_text_is_one_segment_in_english_at_its_longest(name: str) -> None:
    text = longest(name)
    assert is_gsm(text), "curly quotes and long dashes cost more than half of the room"
    assert units(text) <= 160
    assert segments(text) == 1


@pytest.mark.parametrize("language", i18n.installed())
@pytest.mark.parametrize("name", TEMPLATES)
def test_link_07_a_text_is_two_segments_at_most_in_every_language(
    app: Flask, name: str, language: str
) -> None:
    with app.app_context():  # without one, every language is English
        assert 0 < max(_over_the_year(name, language)) <= 2


def _over_the_year(name: str, language: str) -> Iterator[int]:
    """Its segments on each weekday of each month: the longest day is another in each language."""
    needs = TEMPLATES[name].needs
    words = {need: WORDS[need] for need in needs}
    every = [date(2026, month, day) for month in range(1, 13) for day in range(20, 27)]
    days = every if {"day", "date"} & needs else every[:1]
    for day in days:
        if name.startswith("pifu-") and day.weekday() > 4:
            continue  # a working day, by which somebody reads a request
        dated = {one: day.isoformat() for one in ("day", "date") if one in needs}
        yield segments(render(name, words | dated, language=language, **LONGEST))


@pytest.mark.parametrize("name", TEMPLATES)
def test_link_07_service_first_phone_to_check_and_link(name: str) -> None:
    text = longest(name)
    assert text.startswith(LONGEST["service"] + ":")
    assert LONGEST["phone"] in text
    assert (LONGEST["link"] in text) is TEMPLATES[name].has_link


@pytest.mark.parametrize("name", TEMPLATES)
def test_link_07_a_text_names_no_person_condition_score_or_birth_date(name: str) -> None:
    """B71: no clinical detail in texts."""
    assert TEMPLATES[name].needs <= WORDS.keys(), "a new word needs a look at LINK-07"
    assert not re.search(r"\b(pain|score|birth|dear|diagnos|question ?naire)", longest(name), re.I)


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_text_invites_a_word_that_carriers_take_as_leaving(name: str) -> None:
    leaving = "stop|stopall|unsubscribe|cancel|end|quit|revoke|optout"
    assert not re.search(rf"\b(reply|send|text|say)\W+({leaving})\b", longest(name), re.I)


def test_dates_are_absolute_in_the_reader_s_language() -> None:
    assert "open until 23 Sept." in longest("q-remind")


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("@video", "by video."),
        ("@telephone", "by phone."),
        ("@letter", "as in our letter."),
        ("Hub", "Hub."),
    ],
)
def test_b22_a_text_says_when_and_where_in_words(place: str, said: str) -> None:
    """D33: what a reminder must say."""
    words = {"day": "2026-09-24", "time": "09:00", "place": place}
    text = render("appt-7d", words, language="en", **LONGEST)
    assert f"your visit is Thu 24 Sept 9:00am, {said}" in text


@pytest.mark.parametrize("why", REASONS)
def test_b51_each_reason_of_ours_fits_its_text(why: str) -> None:
    words = {"day": "2026-09-23", "time": "12:30", "why": why}
    assert segments(render("appt-off", words, language="en", **LONGEST)) == 1


@pytest.mark.parametrize("language", ["", "xx", "zz-ZZ"])
def test_a_language_that_we_lack_is_english(language: str) -> None:
    assert longest("q-invite", language) == longest("q-invite")


MISTAKES = [
    ("no such text", "q-invent", {}, True),
    ("missing word", "q-invite", {}, True),
    ("unknown word", "q-invite", {"mins": "5", "name": "x"}, True),
    ("no link", "q-invite", {"mins": "5"}, False),
    ("not a date", "q-remind", {"date": "tomorrow"}, True),
    ("not a day", "ack-2", {"day": "Wed"}, True),
    ("not a time", "ack-1", {"day": "2026-09-23", "time": "noon"}, False),
    ("no such place", "appt-7d", {"day": "2026-09-23", "time": "12:30", "place": "@moon"}, False),
    ("no such reason", "appt-off", {"day": "2026-09-23", "time": "12:30", "why": "ill"}, False),
]


@pytest.mark.parametrize(
    ("name", "words", "has_link"), [case[1:] for case in MISTAKES], ids=[c[0] for c in MISTAKES]
)
def test_a_text_that_could_not_be_filled_is_never_recorded(
    name: str, words: dict[str, str], has_link: bool
) -> None:
    with pytest.raises((CannotFill, ValueError)):
        check(name, words, has_link=has_link)


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),  # a pair is never split: 152, 2 + 151, 1
        ("’", 1),
        ("ŵ" * 70, 1),
        ("ŵ" * 71, 2),
        ("ŵ" * 134, 2),
        ("ŵ" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 67, 3),  # 33 pairs of 2 in a segment of 67
        ("@£$¥èéùìòÇ\nØø\rÅå", 1),
    ],
)
def test_segments_as_carriers_count_them(text: str, counted: int) -> None:
    assert segments(text) == counted


@pytest.mark.parametrize("char", ["’", "“", "–", "…", "ŵ", "á", "ç"])
def test_one_character_can_make_a_text_ucs_2(char: str) -> None:
    assert not is_gsm("plain" + char)
