"""What in people's own words may speak of self-harm or suicide (CLIN-03).

One list for every place where somebody can write: texts, plans, requests. A match may raise an
alert; no match never lowers or closes one, and nobody is told that words are matched.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("risk_phrases.toml")


class BrokenPhrases(ValueError):
    """The list of phrases cannot be used; says why."""


def plain(text: str) -> str:
    """Lower case, digits of any script as 0 to 9, without marks around words, single spaces."""
    flat = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'").replace("\ufe0f", "")
    digits = (str(unicodedata.digit(c)) if c.isdecimal() else c for c in flat)
    kept = (c if _is_letter(c) else " " for c in "".join(digits) if c not in "'\u20e3")
    return " ".join("".join(kept).split())


def _is_letter(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")


@dataclass(frozen=True)
class RiskList:
    """Phrases that may speak of self-harm or suicide, reviewed by a named person (CLIN-03)."""

    version: str
    owner: str
    review_by: date
    patterns: Sequence[re.Pattern[str]]
    not_risk: Sequence[re.Pattern[str]]


_SPECIAL = {"*": r"(?: \S+){0,3}", "#": r" \d{2,}"}  # up to three words; a number of two digits or more


def phrase(text: str) -> re.Pattern[str]:
    """A phrase of the list as a pattern: words, `a|b` for either, `*` and `#` as the list says."""
    parts: list[str] = []
    for word in text.split():
        if word in _SPECIAL:
            parts.append(_SPECIAL[word])
        else:
            either = "|".join(re.escape(one) for one in word.split("|"))
            parts.append(f" (?:{either})")
    return re.compile("".join(parts) + r"(?= |\Z)")


def speaks_of_risk(text: str, phrases: RiskList) -> bool:
    """Whether a phrase of the list stands in the text; ordinary talk of pain is taken out first."""
    said = " " + plain(text)
    for harmless in phrases.not_risk:
        said = harmless.sub(" ,", said)
    return _any(phrases.patterns, said)


def _any(patterns: Iterable[re.Pattern[str]], said: str) -> bool:
    return any(pattern.search(said) for pattern in patterns)


@cache
def risk_list() -> RiskList:
    """The phrases that may speak of risk (CLIN-03)."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    if not data.get("owner") or not isinstance(data.get("review_by"), date):
        raise BrokenPhrases(f"{FILE.name} needs an owner and a review date")
    return RiskList(
        version=data["version"],
        owner=data["owner"],
        review_by=data["review_by"],
        patterns=[phrase(one) for one in data["phrases"]],
        not_risk=[phrase(one) for one in data["not_risk"]],
    )
