"""What the pages of education show: put together from the library, its reviews and the reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, url_for
from flask_babel import force_locale, format_date
from markupsafe import Markup

from patientapp import clock, i18n
from patientapp.access.guard import current_viewer
from patientapp.content import catalogues
from patientapp.content.library import default_library
from patientapp.content.page import Page
from patientapp.content.signing import signatures
from patientapp.education.rules import Reading, reading, suits
from patientapp.education.texts import NOTICES
from patientapp.errors import NotFound
from patientapp.i18n import gettext as _
from patientapp.web.current import settings
from patientapp.workdays import london_day

ENGLISH = ("en", "English")


@dataclass(frozen=True)
class Entry:
    """One line of a list of topics; `lang` and `dir` where it is not in the page's language."""

    id: str
    title: str
    summary: str
    lang: str
    dir: str


def found(topic: str) -> Reading:
    """The topic for this reader; NotFound where there is none that may be shown."""
    seen = reading(
        default_library(),
        topic,
        i18n.current(),
        signatures=signatures(),
        today=london_day(clock.now()),
        production=settings().is_production,
    )
    if seen is None:
        raise NotFound
    return seen


def entry(topic: str) -> Entry | None:
    """The line of a topic, or None where it may not be shown."""
    try:
        page = found(topic).page
    except NotFound:
        return None
    return Entry(page.id, page.title, page.summary, page.lang, page.dir)


def entries(topics: list[str]) -> list[Entry]:
    """The lines of those that may be shown, in the same order."""
    return [line for topic in topics if (line := entry(topic)) is not None]


def listed(audience: str) -> list[Entry]:
    """All topics for an audience, by title."""
    fitting = [page.id for page in default_library().topics if suits(page, audience)]
    return sorted(entries(fitting), key=lambda line: line.title)


def searched(asked: str) -> list[Entry]:
    """What was found, in the reader's language where it is translated."""
    return entries([page.id for page in default_library().search(asked, i18n.current())])


def notices(seen: Reading) -> list[str]:
    """What the page says of itself, in words."""
    return [NOTICES[one]() for one in seen.notices]


def dates(seen: Reading) -> tuple[str, str]:
    """(reviewed on, review by) in words; empty where nobody has reviewed it."""
    days = (seen.review.reviewed_on, seen.review.review_by)
    return tuple(format_date(day, "long") if day else "" for day in days)  # type: ignore[return-value]


def language_links(endpoint: str, **values: Any) -> list[tuple[str, str, str]]:
    """Every language that is offered, in its own script, with this page's address in it."""
    return [
        (code, name, url_for(endpoint, **values, lang=code))
        for code, name in catalogues.names().items()
        if code != i18n.current()
    ]


def lang_of_page() -> str | None:
    """The language to carry on in links: none where the record or the browser says the same."""
    return None if current_viewer() is not None else i18n.current()


def words_count(page: Page) -> int:
    """Minutes to read, at a slow 150 words a minute."""
    return max(1, round(len(page.text.split()) / 150))


def page_html(page: Page) -> Markup:
    """The body of a page of our own library, cleaned when it was read (content/page.py, IO-02)."""
    return Markup(page.html)  # noqa: S704 - never anything that was typed into this app


def key_points_words(lang: str) -> str:
    """The heading of the three points, in the language of the page and not of the frame."""
    with force_locale(i18n.best(lang, i18n.offered()) or i18n.DEFAULT):
        return _("Three things to know")


def try_words(lang: str) -> str:
    """The heading of the one thing to try, in the language of the page."""
    with force_locale(i18n.best(lang, i18n.offered()) or i18n.DEFAULT):
        return _("One thing to try")


def install(blueprint: Blueprint) -> None:
    """Hand these to the macros, which see globals only."""
    words = {
        "page_html": page_html,
        "key_points_words": key_points_words,
        "try_words": try_words,
        "speaking": i18n.current,
    }
    blueprint.record_once(lambda state: state.app.jinja_env.globals.update(words))
