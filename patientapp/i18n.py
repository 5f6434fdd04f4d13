"""Which language this person gets, and its direction."""

from __future__ import annotations

from pathlib import Path

import flask_babel
from flask import Flask, g, request
from flask_babel import Babel

DEFAULT = "en_GB"  # plain `en` writes American dates
RIGHT_TO_LEFT = frozenset({"ar", "ur", "ckb", "fa"})
TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"


def installed() -> list[str]:
    """Languages whose catalogue is here; English needs none."""
    found = sorted(path.parent.parent.name for path in TRANSLATIONS.glob("*/LC_MESSAGES/*.mo"))
    return [DEFAULT, *found]


def chosen() -> str:
    """The record's language, else the browser's, else English; never one that is not installed."""
    viewer = g.get("viewer")
    offered = installed()
    if viewer is not None and viewer.language in offered:
        return str(viewer.language)
    return request.accept_languages.best_match(offered) or DEFAULT


def direction(language: str) -> str:
    """`rtl` or `ltr`, for the html element."""
    return "rtl" if language.split("_")[0].split("-")[0] in RIGHT_TO_LEFT else "ltr"


def init_app(app: Flask) -> None:
    """Every request speaks the language of the person behind it."""
    app.config.update(BABEL_DEFAULT_LOCALE=DEFAULT, BABEL_DEFAULT_TIMEZONE="Europe/London")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(app, locale_selector=chosen)


def gettext(message: str, **values: object) -> str:
    """The message in this person's language, filled in."""
    return str(flask_babel.gettext(message, **values))


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The message in the plural form of this language for so many."""
    return str(flask_babel.ngettext(one, many, count, **values))
