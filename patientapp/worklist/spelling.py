"""Words as people type them on a phone, put right before phrases are looked for (CLIN-03). PURE."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_DRAWN_OUT = re.compile(r"(.)\1{2,}")  # "pleeease": no English word has a letter three times
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def plain(text: str) -> str:
    """Lower case, digits of any script as 0 to 9, without marks around words, single spaces."""
    flat = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'").replace("\ufe0f", "")
    digits = (str(unicodedata.digit(c)) if c.isdecimal() else c for c in flat)
    kept = (c if _is_letter(c) else " " for c in "".join(digits) if c not in "'\u20e3")
    return " ".join("".join(kept).split())


def _is_letter(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")


@dataclass(frozen=True)
class Spelling:
    """What typed words stand for."""

    words: Mapping[str, str]
    near: Mapping[str, str]  # one slip away from a word that matters
    other: frozenset[str]  # words of their own that look like such a slip


def put_right(text: str, spelling: Spelling) -> str:
    """The text made plain, its words spelt as the phrases spell them."""
    words = (_right(word, spelling) for word in plain(text).split())
    joined = " ".join(words)
    for apart, together in _JOINED.items():
        joined = joined.replace(apart, together)
    return joined


_JOINED = {
    "my self": "myself",
    "me self": "myself",
    "any more": "anymore",
    "any longer": "anymore",
    "no more": "anymore",
    "some thing": "something",
    "no body": "nobody",
    "good bye": "goodbye",
    "over dose": "overdose",
}


def _right(word: str, spelling: Spelling) -> str:
    if word in spelling.words:
        return spelling.words[word]
    short = _DRAWN_OUT.sub(r"\1", word)
    if short in spelling.words:
        return spelling.words[short]
    if word in spelling.other:
        return word
    return spelling.near.get(word) or spelling.near.get(short, short)


def near_words(words: Iterable[str]) -> dict[str, str]:
    """Every slip of one letter in these words, and what was meant."""
    words = list(words)
    slips = {slip: word for word in words for slip in _slips(word)}
    return slips | {word: word for word in words}


def _slips(word: str) -> set[str]:
    """A letter left out, doubled, swapped with the next, or struck on the key beside; never the first."""
    made = set()
    for place in range(1, len(word)):
        before, letter, after = word[:place], word[place], word[place + 1 :]
        made.add(before + after)
        made.add(before + letter + letter + after)
        if after:
            made.add(before + after[0] + letter + after[1:])
        made |= {before + beside + after for beside in _beside(letter)}
        made |= {before + beside + letter + after for beside in _beside(letter) | set("aeiou")}
    return made


def _beside(letter: str) -> set[str]:
    row = next((keys for keys in _ROWS if letter in keys), "")
    place = row.find(letter)
    return {row[n] for n in (place - 1, place + 1) if row and 0 <= n < len(row)} | _VOWELS.get(
        letter, set()
    )


_VOWELS = {letter: set("aeiou") - {letter} for letter in "aeiou"}


def is_english(text: str, spelling: Spelling, common: frozenset[str]) -> bool:
    """Whether it may pass for English: one word in four is common, or none are words at all."""
    if any(_is_foreign(char) for char in text):
        return False
    words = [word for word in plain(text).split() if not word.isdecimal()]
    known = sum(bool(common.intersection(_right(word, spelling).split())) for word in words)
    return not words or known * 4 >= len(words)


def _is_foreign(char: str) -> bool:
    """A letter of another script, or one that no English word has."""
    return char.isalpha() and not char.isascii() and char not in "éèêïöëçÉ"
