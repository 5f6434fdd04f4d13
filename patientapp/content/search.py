"""Finding a page by plain words, spelt as people spell them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from patientapp.content.page import Page

LONGEST = 100  # characters of a search that are looked at
MOST_WORDS = 8
ALIKE = 0.75  # how much of two words must agree: "exersise" finds exercise, "pacing" not "packing tape"
SHORTEST_GUESS = 4  # letters; a shorter word is taken as it is written
WEIGHTS = {"title": 12.0, "words": 8.0, "summary": 4.0, "points": 3.0, "body": 1.0}
_COMMON = """a about after all am an and any are as at be but by can do for from get had has have how i
if in is it me my need no not of on or should so than that the then there they this to too up want was
we what when where which who why will with you your pain"""
COMMON = frozenset(_COMMON.split())
# Letters that are written in more than one way in Arabic and Urdu.
_SAME = str.maketrans("أإآٱىيكة", "اااایيكه".replace("ي", "ی").replace("ك", "ک"))


@dataclass(frozen=True)
class Index:
    """The words of some pages, in one language, with where they stand."""

    pages: tuple[Page, ...]
    weights: tuple[Mapping[str, float], ...]
    vocabulary: tuple[str, ...]


def index(pages: Iterable[Page]) -> Index:
    """Read once, when the library is."""
    pages = tuple(pages)
    weights = tuple(_weights(page) for page in pages)
    return Index(pages, weights, tuple(sorted({word for one in weights for word in one})))


def search(books: Index, asked: str) -> list[Page]:
    """The pages that speak of these words, best first; an unknown word is read as the nearest."""
    wanted = _meaningful(words_of(asked[:LONGEST]))[:MOST_WORDS]
    meant = [_meant(word, books.vocabulary) for word in wanted]
    scores = []
    for page, weights in zip(books.pages, books.weights, strict=True):
        found = [_best(weights, words) for words in meant]
        if any(found):  # a page that speaks of two of the words comes before one that repeats one
            scores.append((sum(found) * sum(map(bool, found)), page))
    return [page for _score, page in sorted(scores, key=lambda one: (-one[0], one[1].title))]


def _best(weights: Mapping[str, float], words: list[tuple[str, float]]) -> float:
    return max((weights.get(word, 0.0) * share for word, share in words), default=0.0)


def words_of(text: str) -> list[str]:
    """Words in one spelling: small letters, no accents, no vowel marks."""
    bare = "".join(
        char for char in unicodedata.normalize("NFKD", text.casefold()) if not _is_mark(char)
    ).translate(_SAME)
    found = re.findall(r"[^\W\d_]+(?:[\u0900-\u0dff]+[^\W\d_]*)*", bare.replace("ł", "l"))
    return [word.removeprefix("ال") if len(word) > SHORTEST_GUESS else word for word in found]


def _is_mark(char: str) -> bool:
    """Accents and Arabic vowel signs; the vowel signs of Gurmukhi are part of the word."""
    return unicodedata.combining(char) != 0 and not "\u0900" <= char <= "\u0dff"


def _meaningful(words: list[str]) -> list[str]:
    """Without the words that stand everywhere, unless there are no others."""
    return [word for word in words if word not in COMMON and len(word) > 1] or words


def _weights(page: Page) -> dict[str, float]:
    parts = {
        "title": page.title,
        "words": " ".join(page.search_words),
        "summary": page.summary,
        "points": " ".join((*page.key_points, page.try_this)),
        "body": page.text,
    }
    found: dict[str, float] = {}
    for part, text in parts.items():
        for word in set(words_of(text)):
            found[word] = found.get(word, 0.0) + WEIGHTS[part]
    return found


def _meant(word: str, vocabulary: tuple[str, ...]) -> list[tuple[str, float]]:
    """The written words that this one may be, each with how sure that is."""
    same = [(known, 1.0) for known in vocabulary if known == word]
    if len(word) < SHORTEST_GUESS:
        return same
    begun = [(known, 0.8) for known in vocabulary if known != word and _begin_alike(known, word)]
    if same or begun:
        return same + begun
    matcher = SequenceMatcher(b=word)
    near = []
    for known in vocabulary:
        matcher.set_seq1(known)
        if len(known) < SHORTEST_GUESS - 1 or matcher.real_quick_ratio() < ALIKE:
            continue
        if matcher.quick_ratio() >= ALIKE:
            near.append((known, matcher.ratio()))
    best = max((share for _known, share in near), default=0.0)
    return [(known, share * 0.7) for known, share in near if share >= max(ALIKE, best - 0.05)]


def _begin_alike(one: str, other: str) -> bool:
    """Whether one is the beginning of the other: sleep, sleeping; but not pa, pacing."""
    short, long = sorted((one, other), key=len)
    return len(short) >= SHORTEST_GUESS and long.startswith(short) and len(long) - len(short) <= 4
