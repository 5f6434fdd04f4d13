"""The safety advice of each language: whole, in order, or the app does not start (section 6, CLIN-01)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

from patientapp.content.page import BrokenContent

FOLDER = "safety-cards"
SOURCE = "en"


@dataclass(frozen=True, kw_only=True)
class Cards:
    """All safety cards of one language; lists stand in the order of the English."""

    lang: str
    version: int
    translated_from_version: int
    translator: str
    owner: str
    emergency_label: str
    emergency_heading: str
    back_lead: str
    back_signs: tuple[str, ...]
    also_lead: str
    also_signs: tuple[str, ...]
    one_is_enough: str
    call: str
    urgent_label: str
    urgent_heading: str
    urgent_signs: tuple[str, ...]
    talk_label: str
    talk_heading: str
    talk_111: str
    talk_samaritans: str
    digest: str

    @property
    def key(self) -> str:
        """How people name them: `safety-cards/ur`."""
        return f"{FOLDER}/{self.lang}"


_LISTS = ("back_signs", "also_signs", "urgent_signs")
_NUMBERS = ("version", "translated_from_version")
_MAY_BE_EMPTY = ("translator", "owner")  # nobody has taken them on yet
_KEYS = tuple(one.name for one in fields(Cards) if one.name not in {"lang", "digest"})


def read_all(folder: Path) -> dict[str, Cards]:
    """The cards of every language that has them; each is as long as the English."""
    found = {path.stem: _read(path) for path in sorted((folder / FOLDER).glob("*.toml"))}
    if SOURCE not in found:
        raise BrokenContent(f"content/{FOLDER}/{SOURCE}.toml: emergency_heading: the file is missing")
    for lang, cards in found.items():
        _check_like_source(cards, found[SOURCE], f"content/{FOLDER}/{lang}.toml")
    return found


def refuse_missing(cards: dict[str, Cards], offered: list[str]) -> None:
    """BrokenContent where an offered language has no emergency card: the start stops."""
    for lang in offered:
        if lang not in cards:
            name = f"content/{FOLDER}/{lang}.toml"
            raise BrokenContent(f"{name}: emergency_heading: {lang} is offered, but has no safety cards")


def _read(path: Path) -> Cards:
    name = f"content/{FOLDER}/{path.name}"
    source = path.read_bytes()
    try:
        given = tomllib.loads(source.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BrokenContent(f"{name}: {error}") from None
    if unknown := given.keys() - set(_KEYS):
        raise BrokenContent(f"{name}: {min(unknown)}: is not known")
    values = {key: _value(given, key, name) for key in _KEYS}
    return Cards(lang=path.stem, digest=sha256(source).hexdigest(), **values)


def _value(given: dict[str, Any], key: str, name: str) -> Any:
    if key not in given:
        raise BrokenContent(f"{name}: {key}: is missing")
    value = given[key]
    if key in _NUMBERS:
        is_well = type(value) is int and value >= 0
    elif key in _LISTS:
        is_well = isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value)
    else:
        is_well = isinstance(value, str) and bool(value.strip() or key in _MAY_BE_EMPTY)
    if not is_well:
        raise BrokenContent(f"{name}: {key}: is empty, or not of its kind")
    return tuple(value) if key in _LISTS else value


def _check_like_source(cards: Cards, source: Cards, name: str) -> None:
    for key in _LISTS:
        has, needs = len(getattr(cards, key)), len(getattr(source, key))
        if has != needs:
            raise BrokenContent(f"{name}: {key}: has {has} signs, the English has {needs}")
