"""What in people's own words may speak of self-harm or suicide (CLIN-03).

One list for every place where somebody can write: texts, plans, requests. A match may raise an
alert; no match never lowers or closes one, and nobody is told that words are matched. The list is
English, and has had no clinical review; what is written in another language goes to staff to read.
How it did on sentences held apart stands in tests/worklist/test_phrases.py.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from patientapp.worklist.spelling import Spelling, is_english, near_words, plain, put_right

FILE = Path(__file__).with_name("risk_phrases.toml")
ABUSE_FILE = Path(__file__).with_name("abuse_phrases.toml")
ENGLISH = Path(__file__).with_name("english_words.toml")


__all__ = [
    "AbuseList",
    "BrokenPhrases",
    "RiskList",
    "abuse_list",
    "needs_a_reader",
    "phrase",
    "plain",
    "risk_list",
    "speaks_of_abuse",
    "speaks_of_risk",
]


class BrokenPhrases(ValueError):
    """The list of phrases cannot be used; says why."""


@dataclass(frozen=True)
class RiskList:
    """Phrases that may speak of self-harm or suicide, and how words are put right first (CLIN-03)."""

    version: str
    dated: date
    status: str
    owner: str
    review_by: date
    spelling: Spelling
    english: frozenset[str]
    patterns: Sequence[re.Pattern[str]]
    not_risk: Sequence[re.Pattern[str]]


@dataclass(frozen=True)
class AbuseList:
    """Phrases that may speak of harm by somebody else (C63, D32)."""

    version: str
    dated: date
    status: str
    owner: str
    review_by: date
    patterns: Sequence[re.Pattern[str]]
    not_abuse: Sequence[re.Pattern[str]]


_GOES_ON = "and|but|because|so|i|please|help|sorry|or|now|with|the|my|this|what|anymore"
_SPECIAL = {
    "*": r"(?: \S+){0,3}",  # up to three words
    "#": r" \d{2,}",  # a number of two digits or more
    "$": rf"(?=\Z| (?:{_GOES_ON})(?: |\Z))",
}


def phrase(
    text: str, groups: Mapping[str, str] | None = None, spelling: Mapping[str, str] | None = None
) -> re.Pattern[str]:
    """A phrase of the list as a pattern; its words are spelt as those of a text will be."""
    parts = []
    for word in text.format_map(groups or {}).split():
        if word in _SPECIAL:
            parts.append(_SPECIAL[word])
        else:
            spelt = ((spelling or {}).get(one, one.replace("_", " ")) for one in word.split("|"))
            parts.append(f" (?:{'|'.join(re.escape(one) for one in dict.fromkeys(spelt))})")
    return re.compile("".join(parts) + r"(?= |\Z)")


def speaks_of_risk(text: str, phrases: RiskList) -> bool:
    """Whether a phrase of the list stands in the text; ordinary talk of pain is taken out first."""
    said = " " + put_right(text, phrases.spelling)
    for harmless in phrases.not_risk:
        said = harmless.sub(" ,", said)
    return _any(phrases.patterns, said)


def needs_a_reader(text: str, phrases: RiskList) -> bool:
    """Whether it is in a language that the list knows nothing of: a person must read it."""
    return not is_english(text, phrases.spelling, phrases.english)


def _any(patterns: Iterable[re.Pattern[str]], said: str) -> bool:
    return any(pattern.search(said) for pattern in patterns)


@cache
def risk_list() -> RiskList:
    """The phrases that may speak of risk (CLIN-03)."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    if not data.get("owner") or not isinstance(data.get("review_by"), date):
        raise BrokenPhrases(f"{FILE.name} needs an owner and a review date")
    about, lists = data["groups"], data["lists"]
    spelling = Spelling(
        words={typed: meant for meant, typings in data["spelling"].items() for typed in typings},
        near=near_words(data["near"]["words"]),
        other=frozenset(data["near"]["near_but_other"]),
    )
    return RiskList(
        version=data["version"],
        dated=data["dated"],
        status=data["status"],
        owner=data["owner"],
        review_by=data["review_by"],
        spelling=spelling,
        english=frozenset(str(tomllib.loads(ENGLISH.read_text(encoding="utf-8"))["words"]).split()),
        patterns=[phrase(one, about, spelling.words) for one in lists["phrases"]],
        not_risk=[phrase(one, about, spelling.words) for one in lists["not_risk"]],
    )


def speaks_of_abuse(text: str, phrases: AbuseList) -> bool:
    """Whether a phrase of the list of abuse stands in the text; spellings are put right as for risk."""
    said = " " + put_right(text, risk_list().spelling)
    for harmless in phrases.not_abuse:
        said = harmless.sub(" ,", said)
    return _any(phrases.patterns, said)


@cache
def abuse_list() -> AbuseList:
    """The phrases that may speak of abuse."""
    data = tomllib.loads(ABUSE_FILE.read_text(encoding="utf-8"))
    if not data.get("owner") or not isinstance(data.get("review_by"), date):
        raise BrokenPhrases(f"{ABUSE_FILE.name} needs an owner and a review date")
    about, lists, spelt = data["groups"], data["lists"], risk_list().spelling.words
    return AbuseList(
        version=data["version"],
        dated=data["dated"],
        status=data["status"],
        owner=data["owner"],
        review_by=data["review_by"],
        patterns=[phrase(one, about, spelt) for one in lists["phrases"]],
        not_abuse=[phrase(one, about, spelt) for one in lists["not_abuse"]],
    )
