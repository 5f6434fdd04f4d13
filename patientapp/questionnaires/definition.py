"""What a questionnaire is, once it is read: frozen, complete and checked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from patientapp.questionnaires.words import (
    ItemWords,
    Licence,
    Option,
    Registered,
    Wording,
    in_language,
)
from patientapp.scoring.plan import Plan, prepare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patientapp.scoring.scale import Code, Column, Scale
    from patientapp.scoring.values import ValueSet


__all__ = [
    "Advice",
    "ChangeColumn",
    "Instrument",
    "Item",
    "ItemWords",
    "Licence",
    "Option",
    "Registered",
    "Risk",
    "Show",
    "Wording",
]


class Show(StrEnum):
    """How a page renders an item."""

    WORDS = "words"
    ROW = "row"
    VAS = "vas"
    NUMBER = "number"


class Advice(StrEnum):
    """Which safety card a risk answer puts first (CLIN-02)."""

    EMERGENCY = "emergency"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Item:
    """One question, without its words."""

    code: str
    show: Show
    minimum: int
    maximum: int
    options: tuple[int, ...]
    """Every answer there is, in the order shown; empty for a number or a 0-100 scale."""
    column: Column
    codes: tuple[Code, ...] = ()

    def accepts(self, value: int) -> bool:
        """Whether this is an answer of this item."""
        if isinstance(value, bool) or not isinstance(value, int):
            return False
        return value in self.options if self.options else self.minimum <= value <= self.maximum


@dataclass(frozen=True, slots=True)
class Risk:
    """An answer that makes an alert a named person must close (P6), and the advice to show."""

    code: str
    item: str
    values: tuple[int, ...]
    advice: Advice
    label: str
    source: str


@dataclass(frozen=True, slots=True)
class ChangeColumn:
    """One column of the `change` command."""

    column: str
    kind: str
    scale: str = ""


@dataclass(frozen=True, eq=False)
class Instrument:
    """One version of one questionnaire."""

    id: str
    version: int
    name: str
    rule_version: str
    minutes: int
    recall: str
    licence: Licence
    items: tuple[Item, ...]
    inputs: tuple[Column, ...]
    scales: tuple[Scale, ...]
    risk_rules: tuple[Risk, ...]
    changes: tuple[ChangeColumn, ...]
    no_change: str
    """Why no change is formed, where that is so."""
    anonymous: bool
    wordings: Mapping[str, Wording]
    """The words that come with the app, by language."""
    value_sets: Mapping[str, ValueSet]
    default_value_set: str = ""
    optional_scales: tuple[Scale, ...] = ()
    """Scores that are off until somebody asks for them by name."""
    codes: tuple[Code, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    installed: Mapping[str, Wording] = field(default_factory=dict)
    """The words that were installed here under a licence, by language."""
    broken: Mapping[str, str] = field(default_factory=dict)
    """Installed files that may not be used, by language, and why."""

    @cached_property
    def plan(self) -> Plan:
        """The scoring plan; its columns are the items and inputs that any scale uses."""
        return prepare([*(item.column for item in self.items), *self.inputs], self.scales)

    @cached_property
    def scale_by_code(self) -> Mapping[str, Scale]:
        """The scales by their codes."""
        return {scale.code: scale for scale in self.scales}

    @cached_property
    def item_by_code(self) -> Mapping[str, Item]:
        """The items by their codes."""
        return {item.code: item for item in self.items}

    def including(self, *codes: str) -> Instrument:
        """The same with some of its optional scales on; KeyError for any other."""
        off = {scale.code: scale for scale in self.optional_scales}
        return replace(self, scales=(*self.scales, *(off[code] for code in codes)))

    @property
    def key(self) -> str:
        """Name and version in one word, such as `bpi_sf/v1`."""
        return f"{self.id}/v{self.version}"

    def scale(self, code: str) -> Scale:
        """One scale; KeyError when there is none."""
        return self.scale_by_code[code]

    def item(self, code: str) -> Item:
        """One item; KeyError when there is none."""
        return self.item_by_code[code]

    def wording(self, language: str = "en", status: str = "") -> Wording | None:
        """The words at hand in this language, installed ones first, of this status if there are any.

        Whether they may be offered to anybody is another question: `offering.offer`.
        """
        at_hand = (in_language(words, language) for words in (self.installed, self.wordings))
        found = [words for words in at_hand if words is not None]
        return next((one for one in found if one.status == status), found[0] if found else None)

    def title(self, language: str = "en") -> str:
        """What people call it in this language, else its own name."""
        words = self.wording(language) or self.wording()
        return words.title if words else self.name

    def risks(self, answers: Mapping[str, int | None]) -> tuple[Risk, ...]:
        """The risk rules that these answers meet."""
        return tuple(rule for rule in self.risk_rules if answers.get(rule.item) in rule.values)

    def speaking(self, wording: Wording) -> Instrument:
        """The same instrument with one more wording."""
        return replace(self, wordings={**self.wordings, wording.language: wording})
