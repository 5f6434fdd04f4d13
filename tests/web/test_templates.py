"""The layout and every macro, looked at as a browser and a screen reader would."""

from __future__ import annotations

import gettext
import html
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import jinja2
import pytest
from flask import Flask

from patientapp.web import safety
from tests.web import gallery
from tests.web.looking import fetch, parse, render, words

STATES = ("", "?wrong=1", "?dir=rtl")
NAMES = sorted(gallery.PAGES)
ALL = [(name, state) for name in NAMES for state in STATES] + [
    ("problem", ""),
    ("problem", STATES[2]),
]
NAMED = {"a", "button", "label", "legend", "h1", "h2", "h3", "th", "caption", "title", "option"}
KIT = {"done", "staff"}  # built of the kit's own macros, which need lenient names


@pytest.fixture(scope="module")
def app() -> Flask:
    return gallery.make()


@pytest.mark.parametrize(("name", "state"), ALL)
def test_each_page_is_valid_html_with_one_heading_and_no_empty_words(
    app: Flask, name: str, state: str
) -> None:
    tree = parse(fetch(app, name, state))
    assert len(list(tree.iter("h1"))) == 1
    empty = [e.tag for e in tree.iter() if e.tag in NAMED and not (words(e) or e.get("aria-label"))]
    assert empty == []
    ids = [e.get("id") for e in tree.iter() if e.get("id")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("name", "state"), ALL)
def test_io_02_no_inline_style_or_script_and_nothing_from_elsewhere(
    app: Flask, name: str, state: str
) -> None:
    tree = parse(fetch(app, name, state))
    for element in tree.iter():
        assert element.tag != "style"
        assert not [key for key in element.attrib if key == "style" or key.startswith("on")]
        for key in ("src", "href", "action"):
            assert not re.match(r"(https?:)?//|javascript:|data:", element.get(key, ""))
    assert all(script.get("src") and not words(script) for script in tree.iter("script"))


@pytest.mark.parametrize(("name", "state"), ALL)
def test_each_control_has_a_label_and_each_description_is_there(
    app: Flask, name: str, state: str
) -> None:
    tree = parse(fetch(app, name, state))
    ids = {e.get("id") for e in tree.iter() if e.get("id")}
    labelled = {e.get("for") for e in tree.iter("label")}
    assert labelled <= ids
    for control in [*tree.iter("input"), *tree.iter("textarea"), *tree.iter("select")]:
        if control.get("type") != "hidden":
            assert control.get("id") in labelled
    for element in tree.iter():
        for key in ("aria-describedby", "aria-labelledby"):
            assert set(element.get(key, "").split()) <= ids
    for link in tree.iter("a"):
        if link.get("href", "").startswith("#"):
            assert link.get("href", "")[1:] in ids


@pytest.mark.parametrize("name", NAMES)
def test_clin_01_each_patient_page_says_it_is_not_watched_and_how_to_get_help(
    app: Flask, name: str
) -> None:
    """N25: phone and hours stand on every page."""
    if name in gallery.STAFF:
        return
    tree = parse(fetch(app, name))
    help_block = next(e for e in tree.iter("section") if e.get("class") == "app-help")
    said = words(help_block)
    assert "This page is not watched round the clock. Emergency: 999" in said
    order = [said.index(part) for part in ("0113 496 0100", "Monday", "18001", "999")]
    assert order == sorted(order)
    assert "tel:999" in {a.get("href") for a in help_block.iter("a")}


@pytest.mark.parametrize(("name", "state"), ALL)
def test_skip_link_is_first_and_language_and_direction_are_said(
    app: Flask, name: str, state: str
) -> None:
    tree = parse(fetch(app, name, state))
    first = next(tree.iter("a"))
    assert (first.get("href"), words(first)) == ("#maincontent", "Skip to main content")
    assert tree.get("dir") == ("rtl" if "rtl" in state else "ltr")
    assert tree.get("lang") == ("ar" if "rtl" in state else "en-GB")
    sheets = [e.get("href", "") for e in tree.iter("link") if e.get("rel") == "stylesheet"]
    assert all((".rtl." in sheet) == ("rtl" in state) for sheet in sheets)


@pytest.mark.parametrize("name", sorted(gallery.QUESTIONS))
def test_a_question_is_the_heading_and_nothing_is_preselected(app: Flask, name: str) -> None:
    tree = parse(fetch(app, name))
    heading = next(tree.iter("h1"))
    assert words(heading).startswith("Question ")
    if name != "vas":
        assert [words(e) for e in next(tree.iter("legend")).iter("h1")] == [words(heading)]
    assert not [e for e in tree.iter("input") if e.get("checked") is not None]
    assert [e.get("value") for e in tree.iter("button") if e.get("name") == "act"] == [
        "answer",
        "skip",
    ]
    assert "Demonstration wording. Not the real questionnaire." in fetch(app, name)


@pytest.mark.parametrize("name", [name for name in NAMES if "form(" in gallery.PAGES[name]])
def test_rel_02_each_form_carries_a_token_and_a_key(app: Flask, name: str) -> None:
    for form in parse(fetch(app, name)).iter("form"):
        fields = {e.get("name"): e.get("value") for e in form.iter("input")}
        assert form.get("method") == "post"
        assert fields["csrf_token"] == "token-of-this-page"
        assert fields["idempotency_key"] == "key-0123456789"


def test_errors_come_first_and_lead_to_the_field(app: Flask) -> None:
    tree = parse(fetch(app, "words", "?wrong=1"))
    assert words(next(tree.iter("title"))) == "Error: words - Harbour Clinic"
    main = next(tree.iter("main"))
    assert main[0].get("class") == "nhsuk-error-summary"
    assert next(main.iter("a")).get("href") == "#mo"


def test_a_title_names_the_question_the_set_and_the_service(app: Flask) -> None:
    page = render(app, "<h1>x</h1>", set_title="Your pain").replace("TITLE", "Question 1")
    assert "<title>Question 1 - Your pain - Harbour Clinic</title>" in page


def test_each_name_in_our_templates_is_spelt_right() -> None:
    app = gallery.make(undefined=jinja2.StrictUndefined)
    for name in sorted(set(NAMES) - KIT):
        assert "<h1" in fetch(app, name, "?wrong=1"), "a wrong name raises on its page"
    assert "<h1" in fetch(app, "problem")


class Pseudo(gettext.NullTranslations):
    """A language in which every word of ours is the same mark."""

    def gettext(self, message: str) -> str:
        return "§" + "".join(re.findall(r"%\(\w+\)s", message))


def spoken(tree: Element) -> Iterator[str]:
    for element in tree.iter():
        if element.tag in {"script", "style"}:
            continue
        yield from (element.text or "", element.tail or "")
        for key in ("aria-label", "alt", "title", "placeholder"):
            yield element.get(key, "")
        yield from (value for key, value in element.items() if key.startswith("data-s"))


def test_no_english_is_left_over_in_another_language() -> None:
    app = gallery.make()
    app.jinja_env.install_gettext_translations(Pseudo(), newstyle=True)  # type: ignore[attr-defined]
    for name in NAMES:
        given = html.unescape(gallery.source(name)) + str(vars(gallery.SERVICE)) + "Menu"
        given += f"{name} - Harbour Clinic Patients Alerts"
        given += "Choose an answer, or skip this question"
        given += " ".join(str(words) for words in safety.in_language("en").values())  # they are data
        for said in spoken(parse(fetch(app, name, "?wrong=1"))):
            for part in re.findall(r"[A-Za-z][A-Za-z ,'-]+[A-Za-z]", said):
                assert part in given, (name, part)
