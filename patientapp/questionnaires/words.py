"""Words of a questionnaire, and the register that says by what right they are here."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime


class WordingStatus(StrEnum):
    """Whose words these are; demonstration wording is never offered in production."""

    DEMONSTRATION = "demonstration"
    LICENSED = "licensed"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Option:
    """The words of one answer."""

    value: int
    text: str


@dataclass(frozen=True, slots=True)
class ItemWords:
    """The words of one item, with those at the ends of its scale."""

    text: str
    low: str = ""
    high: str = ""
    hint: str = ""
    options: Mapping[int, Option] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Licence:
    """Whose questionnaire it is and on what terms it may be used."""

    owner: str
    terms: str
    needed: bool
    """Whether its wording may be offered in production only under a licence."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One line of the register: by what right a wording is installed, from which file, by whom."""

    owner: str
    terms: str
    reference: str
    expires: date | None
    """The last day of the licence; None where the instrument needs none."""
    file: str
    file_sha256: str
    words_sha256: str
    """Of the words as installed: a file edited afterwards is not offered."""
    installed_by: str
    installed_at: datetime

    def covers(self, day: date) -> bool:
        """Whether the licence runs on this day; its last day counts."""
        return self.expires is None or day <= self.expires


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of an instrument in one language; never translated by us."""

    language: str
    status: str
    """demonstration, licensed or own."""
    title: str
    intro: str
    recall: str
    items: Mapping[str, ItemWords]
    source: str = ""
    registered: Registered | None = None
    """Its line of the register; None for wording that comes with the app."""

    def item(self, code: str) -> ItemWords:
        """The words of one item."""
        return self.items[code]

    def option(self, item_code: str, value: int) -> Option:
        """The words of one answer."""
        return self.items[item_code].options[value]


def in_language(words: Mapping[str, Wording], language: str) -> Wording | None:
    """The words in a language, or in its form of a country where there is no plain one: en, en-GB."""
    if language in words:
        return words[language]
    forms = sorted(words, key=lambda form: (form != f"{language}-GB", form))
    return next((words[form] for form in forms if form.startswith(f"{language}-")), None)
