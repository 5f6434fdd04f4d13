"""English where a translation is missing, marked as English, so that a screen reader says it right.

Templates leave two private characters round such words; here they become a span in running text, and go
from attributes and titles, where no span may stand (WCAG 3.1.2).
"""

from __future__ import annotations

import re

from flask import Flask, Response
from flask_babel import get_locale, get_translations

OPEN, CLOSE = "\ue000", "\ue001"
SPAN = '<span lang="en" dir="ltr">'
_PARTS = re.compile(r"(<(title|option|textarea|script)\b.*?</\2>|<[^>]*>)", re.S)


def init_app(app: Flask) -> None:
    """Mark in templates, and make marks into markup in each page that has some."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=_one, ngettext=_many, newstyle=True
    )
    app.jinja_env.filters["spoken"] = spoken
    app.after_request(_spell_out)


def spoken(words: str, language: str = "en") -> str:
    """Words that come in one language alone (a questionnaire's, a letter's), marked where it is not the
    page's."""
    locale = get_locale()
    is_marked = words and language == "en" and locale is not None and locale.language != "en"
    return f"{OPEN}{words}{CLOSE}" if is_marked else words


def _one(message: str) -> str:
    return _marked(message, get_translations().ugettext(message))


def _many(one: str, many: str, count: int) -> str:
    said: str = get_translations().ungettext(one, many, count)
    return _marked(said, said) if said in {one, many} else said


def _marked(message: str, said: str) -> str:
    locale = get_locale()
    if said != message or locale is None or locale.language == "en":
        return said
    return f"{OPEN}{said}{CLOSE}"


def _spell_out(response: Response) -> Response:
    if response.mimetype == "text/html" and not response.is_streamed:
        page = response.get_data(as_text=True)
        if OPEN in page:
            response.set_data(spelt_out(page))
    return response


def spelt_out(page: str) -> str:
    """The page with every mark made into a span, or taken away where none may stand."""
    out, at = [], 0
    for tag in _PARTS.finditer(page):
        out += [_spans(page[at : tag.start()]), tag[0].replace(OPEN, "").replace(CLOSE, "")]
        at = tag.end()
    return "".join([*out, _spans(page[at:])])


def _spans(words: str) -> str:
    return words.replace(OPEN, SPAN).replace(CLOSE, "</span>")
