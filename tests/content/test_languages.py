"""Other languages: whole safety cards, sound catalogues, and English that is marked as English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from babel.messages.pofile import read_po
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp import i18n
from patientapp.content import catalogues
from patientapp.content.library import default_library
from patientapp.web.fallback import CLOSE, OPEN, spelt_out
from tests.factories import make_pack, make_patient, make_service, sign_in_patient

FIRST = ["ar", "pa", "pl", "ro", "ur"]  # patient-experience.md section 10, beside English
HOLES = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


def test_section_10_the_first_languages_are_here() -> None:
    """H13, N47: each says that nobody has checked it."""
    found = {one.lang: one for one in catalogues.found()}
    assert sorted(found) == FIRST
    assert {one.status.value for one in found.values()} == {"in_translation"}
    assert {one.checked_by for one in found.values()} == {""}
    assert all(one.translated > 60 for one in found.values())


def messages(lang: str) -> Iterator[tuple[str, str]]:
    path = i18n.TRANSLATIONS / lang / catalogues.CATALOGUE
    with path.open("rb") as words:
        for one in read_po(words, locale=lang):
            if one.id and isinstance(one.id, str) and one.string:
                yield one.id, str(one.string)


@pytest.mark.parametrize("lang", FIRST)
def test_a_translation_fills_the_same_gaps(lang: str) -> None:
    """A gap that is lost or misspelt would break the page of everybody who reads this language."""
    for english, words in messages(lang):
        assert sorted(HOLES.findall(english)) == sorted(HOLES.findall(words)), english


@pytest.mark.parametrize("lang", FIRST)
def test_clin_01_every_language_has_the_whole_safety_cards(lang: str) -> None:
    cards, source = default_library().cards[lang], default_library().cards["en"]
    assert "999" in cards.emergency_heading
    assert "111" in cards.urgent_heading
    assert len(cards.back_signs + cards.also_signs + cards.urgent_signs) == 18
    assert cards.translated_from_version == source.version
    assert not set(cards.back_signs) & set(source.back_signs)


@pytest.mark.parametrize("lang", FIRST)
def test_a_page_speaks_the_language_that_its_address_asks_for(
    client: FlaskClient, session: Session, lang: str
) -> None:
    """A missing page falls back to English marked as such, in a frame of the reader's language."""
    page = client.get(f"/learn/flare-ups?lang={lang}").text
    direction = "rtl" if lang in {"ar", "ur"} else "ltr"
    assert f'<html lang="{lang}" dir="{direction}">' in page
    assert default_library().cards[lang].emergency_heading.split("(")[0] in page
    if ("flare-ups", lang) not in default_library().pages:
        assert '<article lang="en" dir="ltr">' in page
    links = set(re.findall(r'hreflang="(\w+)"', page))
    assert links == {"en", *FIRST} - {lang}


def test_words_that_are_not_translated_are_marked_as_english(app: Flask) -> None:
    words = "<title>{{ _('In no catalogue') }}</title><p>{{ _('In no catalogue') }}</p>"
    with app.test_request_context("/?lang=ar"):
        page = spelt_out(render_template_string(words))
    said = '<span lang="en" dir="ltr">In no catalogue</span>'
    assert page == f"<title>In no catalogue</title><p>{said}</p>"


def test_marks_go_from_attributes_and_titles() -> None:
    page = f'<title>{OPEN}a{CLOSE}</title><p title="{OPEN}b{CLOSE}">{OPEN}c{CLOSE}</p>'
    said = '<title>a</title><p title="b"><span lang="en" dir="ltr">c</span></p>'
    assert spelt_out(page) == said


@pytest.mark.parametrize(
    ("record", "browser", "lang"),
    [("ur", "pl", "ur"), ("en", "pl", "en-GB"), ("cy", "pl", "en-GB"), ("pa-Arab", "ar", "en-GB")],
)
def test_language_belongs_to_the_person_and_not_to_the_browser(
    client: FlaskClient, session: Session, now: datetime, record: str, browser: str, lang: str
) -> None:
    pack = make_pack(session, make_patient(session, make_service(session), language=record))
    sign_in_patient(client, pack, now=now)
    page = client.get("/who", headers={"Accept-Language": browser}).text
    assert f'<html lang="{lang}"' in page


def test_staff_work_in_english(client: FlaskClient, session: Session) -> None:
    page = client.get("/staff/sign-in", headers={"Accept-Language": "ar"}).text
    assert '<html lang="en-GB" dir="ltr">' in page


def test_a_text_that_is_not_translated_is_english_as_a_whole(client: FlaskClient) -> None:
    """No Arabic month in an English text: it would cost two more segments and read as a mistake."""
    from patientapp.messaging.texts import render

    words = {"date": "2026-09-23"}
    facts = {"service": "Moorside Pain", "phone": "0113 496 0100", "link": "https://x.example/q/a"}
    for lang in FIRST:
        if any(
            english.startswith("{service}: your questions stay open") for english, _ in messages(lang)
        ):
            continue
        assert render("q-remind", words, language=lang, **facts) == render(
            "q-remind", words, language="en", **facts
        )
