"""English where a translation is missing, marked as English, so that a screen reader says it right;
and dates, numbers, names and links of right-to-left pages in `bdi`, so that none is turned round.

Templates leave two characters round such words; here they become markup in running text, and go from
attributes and titles, where no markup may stand (WCAG 3.1.2).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Flask, Response
from flask_babel import get_locale, get_translations

from patientapp.i18n import END_ISOLATE, ISOLATE, gaps_isolated, isolated

OPEN, CLOSE = "\ue000", "\ue001"
MARKUP = {
    OPEN: '<span lang="en" dir="ltr">',
    CLOSE: "</span>",
    ISOLATE: "<bdi>",
    END_ISOLATE: "</bdi>",
}
_MARKS = re.compile("|".join(MARKUP))
_DATES = ("day", "moment", "dateformat", "datetimeformat", "timeformat")
_PARTS = re.compile(r"(<(title|option|textarea|script)\b.*?</\2>|<[^>]*>)", re.S)


def init_app(app: Flask) -> None:
    """Mark in templates, and make marks into markup in each page that has some."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=_one, ngettext=_many, newstyle=True
    )
    app.jinja_env.filters["spoken"] = spoken
    filters: dict[str, Callable[..., Any]] = app.jinja_env.filters
    filters["isolated"] = isolated
    filters |= {name: _isolating(filters[name]) for name in _DATES}
    app.after_request(_spell_out)


def _isolating(say: Callable[..., Any]) -> Callable[..., str]:
    return lambda *given, **named: isolated(say(*given, **named))


def spoken(words: str, language: str = "en") -> str:
    """Words that come in one language alone (a questionnaire's, a letter's), marked where it is not the
    page's."""
    locale = get_locale()
    is_marked = words and language == "en" and locale is not None and locale.language != "en"
    return f"{OPEN}{words}{CLOSE}" if is_marked else words


def _one(message: str) -> str:
    return _marked(message, gaps_isolated(get_translations().ugettext(message)))


def _many(one: str, many: str, count: int) -> str:
    said: str = get_translations().ungettext(one, many, count)
    isolating = gaps_isolated(said)
    return _marked(isolating, isolating) if said in {one, many} else isolating


def _marked(message: str, said: str) -> str:
    locale = get_locale()
    if said not in {message, gaps_isolated(message)} or locale is None or locale.language == "en":
        return said
    return f"{OPEN}{said}{CLOSE}"


def _spell_out(response: Response) -> Response:
    if response.mimetype == "text/html" and not response.is_streamed:
        page = response.get_data(as_text=True)
        if _MARKS.search(page):
            response.set_data(spelt_out(page))
    return response


def spelt_out(page: str) -> str:
    """The page with every mark made into a span, or taken away where none may stand."""
    out, at = [], 0
    for tag in _PARTS.finditer(page):
        out += [_marked_up(page[at : tag.start()]), _MARKS.sub("", tag[0])]
        at = tag.end()
    return "".join([*out, _marked_up(page[at:])])


def _marked_up(words: str) -> str:
    return _MARKS.sub(lambda mark: MARKUP[mark[0]], words)
