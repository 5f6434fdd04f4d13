"""The words of screens and texts in other languages: what is here, how whole it is, who stands by it."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from patientapp.content import signing, standing
from patientapp.content.library import default_library
from patientapp.content.page import BrokenContent, Status
from patientapp.content.standing import As
from patientapp.i18n import TRANSLATIONS, offered, short

CATALOGUE = "LC_MESSAGES/messages.po"
_KEYS = {"name", "english_name", "status", "translated_on", "translator", "checked_by"}


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """One language of the interface; `name` is in its own script."""

    lang: str
    name: str
    english_name: str
    status: Status
    translator: str
    checked_by: str
    messages: int
    translated: int
    digest: str


@cache
def found(folder: Path = TRANSLATIONS) -> tuple[Catalogue, ...]:
    """Every language that has a catalogue, by its code; English needs none."""
    return tuple(_read(path) for path in sorted(folder.glob("*/status.toml")))


def is_signed(catalogue: Catalogue) -> bool:
    """Whether somebody who reads the language stands by these very words."""
    given = signing.signatures()
    return standing.is_signed(catalogue.lang, catalogue.digest, given, by={As.LANGUAGE})


def is_offered_in_production(catalogue: Catalogue) -> bool:
    """Only with signed words and signed safety cards (section 6: a person and a clinician)."""
    advice = default_library().cards.get(catalogue.lang)
    return (
        is_signed(catalogue)
        and advice is not None
        and standing.is_signed(
            advice.key, advice.digest, signing.signatures(), by=standing.needed(catalogue.lang)
        )
    )


def names() -> dict[str, str]:
    """The languages that are offered here, by code, each in its own script; English first."""
    known = {"en": "English"} | {one.lang: one.name for one in found()}
    return {code: known[code] for code in map(short, offered())}


def is_checked(lang: str) -> bool:
    """Whether people stand by this language's words and cards; English is the source."""
    return all(is_offered_in_production(one) for one in found() if one.lang == lang)


def gate(*, production: bool) -> Callable[[str], bool]:
    """Whether a language may be used here: any with words and cards, in production only signed ones."""

    def is_open(lang: str) -> bool:
        known = {one.lang: one for one in found()}
        if lang not in known or lang not in default_library().cards:
            return False
        return not production or is_offered_in_production(known[lang])

    return is_open


def _read(path: Path) -> Catalogue:
    lang = path.parent.name
    name = f"translations/{lang}/{path.name}"
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BrokenContent(f"{name}: {error}") from None
    if wrong := given.keys() ^ _KEYS:
        raise BrokenContent(f"{name}: {min(wrong)}: is missing, or not known")
    if given["status"] not in set(Status) - {Status.SOURCE}:
        raise BrokenContent(f"{name}: status: is one of {', '.join(Status)}")
    words = (path.parent / CATALOGUE).read_bytes()
    messages, translated = count(words.decode())
    return Catalogue(
        lang=lang,
        name=given["name"],
        english_name=given["english_name"],
        status=Status(given["status"]),
        translator=given["translator"],
        checked_by=given["checked_by"],
        messages=messages,
        translated=translated,
        digest=_digest(words.decode()),
    )


def count(catalogue: str) -> tuple[int, int]:
    """(messages, those with words) of a catalogue file; its head, and what is no longer used, apart."""
    messages = read_po(io.StringIO(catalogue), ignore_obsolete=True)
    live = [one for one in messages if one.id]
    return len(live), sum(1 for one in live if _is_whole(one.string) and not one.fuzzy)


def _digest(catalogue: str) -> str:
    """Of what was translated, and not of the file's dates: new English leaves a signature standing."""
    messages = read_po(io.StringIO(catalogue), ignore_obsolete=True)
    words = sorted(repr((one.id, one.string)) for one in messages if one.id and _is_whole(one.string))
    return sha256("\n".join(words).encode()).hexdigest()


def _is_whole(words: Any) -> bool:
    return bool(words) if isinstance(words, str) else bool(words) and all(words)
