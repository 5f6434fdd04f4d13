"""Which language this person gets, and its direction."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import flask_babel
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, current_app, g, has_app_context, has_request_context, request
from flask_babel import Babel

DEFAULT = "en_GB"  # plain `en` writes American dates
RIGHT_TO_LEFT = frozenset({"ar", "ur", "ckb", "fa"})
PACKAGE = Path(__file__).resolve().parent
GATE = "patientapp.languages"
IN_ENGLISH = ("/staff", "/api/", "/fhir/")  # staff work in English; their pages are not translated
# Punjabi is written here in Gurmukhi: who reads it in Arabic letters cannot read ours.
OTHER_SCRIPT = frozenset({"pa_arab", "pa_pk"})
ISOLATE, END_ISOLATE = "\u2068", "\u2069"
_GAP = re.compile(r"%\(\w+\)[sd]")


def _folder() -> Path:
    beside, inside = PACKAGE.parent / "translations", PACKAGE / "_data" / "translations"
    return beside if beside.is_dir() else inside


TRANSLATIONS = _folder()


@cache
def installed() -> list[str]:
    """Languages whose catalogue is here; English needs none."""
    found = sorted(path.parent.parent.name for path in TRANSLATIONS.glob("*/LC_MESSAGES/*.po"))
    return [DEFAULT, *found]


def offered() -> list[str]:
    """The installed languages that this app may use: in production, those that somebody signed."""
    is_open: Callable[[str], bool] = current_app.extensions.get(GATE, _any) if has_app_context() else _any
    return [lang for lang in installed() if lang == DEFAULT or is_open(lang)]


def _any(_lang: str) -> bool:
    return True


def best(wanted: str, languages: Iterable[str]) -> str | None:
    """The one of these languages that is written as wanted, or None: exact, else its base."""
    known = {lang.lower(): lang for lang in languages}
    name = wanted.replace("-", "_").lower()
    base = name.split("_")[0]
    if name in OTHER_SCRIPT:
        return None
    if base == "en":
        return DEFAULT
    return known.get(name) or known.get(base)


def chosen() -> str:
    """What the address asks for, else the record's language, else the browser's, else English.

    Never a cookie's: on a shared phone it would be the last person's.
    """
    if request.path.startswith(IN_ENGLISH):
        return DEFAULT
    languages = offered()
    if asked := best(request.args.get("lang", ""), languages):
        return asked
    viewer = g.get("viewer")
    record = viewer.language if viewer is not None else g.get("record_language")
    if record is not None:
        return best(record, languages) or DEFAULT
    for wanted, _quality in request.accept_languages:
        if found := best(wanted, languages):
            return found
    return DEFAULT


def short(language: str) -> str:
    """The code under which pages and cards are kept: `en` for `en_GB`."""
    return language.replace("-", "_").split("_")[0]


def current() -> str:
    """The short code of the language that is being spoken."""
    return short(str(flask_babel.get_locale() or DEFAULT))


def direction(language: str) -> str:
    """`rtl` or `ltr`, for the html element."""
    return "rtl" if language.split("_")[0].split("-")[0] in RIGHT_TO_LEFT else "ltr"


def init_app(app: Flask, *, gate: Callable[[str], bool] = _any) -> None:
    """Every request speaks the language of the person behind it."""
    compile_all()
    app.extensions[GATE] = gate
    app.config.update(BABEL_DEFAULT_LOCALE=DEFAULT, BABEL_DEFAULT_TIMEZONE="Europe/London")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(app, locale_selector=chosen)


def compile_all(folder: Path = TRANSLATIONS) -> list[str]:
    """Make the machine form of each catalogue that is newer than it; the names of those made."""
    made = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as words:
            catalogue = read_po(words, locale=source.parent.parent.name)
        fresh = target.with_suffix(f".{os.getpid()}")  # two workers may start at once
        with fresh.open("wb") as out:
            write_mo(out, catalogue)
        fresh.replace(target)
        made.append(source.parent.parent.name)
    return made


def isolated(words: object) -> str:
    """Words that a page in a right-to-left language must not turn round: dates, numbers, names, links.

    The two characters are Unicode's own (UAX 9); `web.fallback` makes them `bdi` where markup may stand.
    """
    turns = has_request_context() and direction(current()) == "rtl"
    return f"{ISOLATE}{words}{END_ISOLATE}" if turns and str(words) else str(words)


def gaps_isolated(message: str) -> str:
    """The message with each of its gaps isolated."""
    return _GAP.sub(lambda gap: isolated(gap[0]), message)


def gettext(message: str, **values: object) -> str:
    """The message in this person's language, filled in."""
    said = str(flask_babel.gettext(message))
    return gaps_isolated(said) % values if values else said


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The message in the plural form of this language for so many."""
    said = flask_babel.get_translations().ungettext(one, many, count)
    return gaps_isolated(said) % ({"num": count} | values)
