"""How hard an English page is to read: a warning for its writer, never a verdict on its reader.

Flesch-Kincaid grade level (Kincaid and others, 1975, US Navy research report 8-75),
0.39 x words per sentence + 11.8 x syllables per word - 15.59; a reader of grade 1 is 6 years old.
Syllables are counted by rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from patientapp.content.page import Page

AGE_OF_GRADE_0 = 5
MOST_WORDS = 20  # of one sentence; 15 on average (patient-experience.md section 8)
AVOID = re.compile(
    r"\b(suffer\w*|wear and tear|degenerat\w*|crumbl\w*|fail\w*|all in the mind|simply|just|should"
    r"|non-complian\w*|did not attend)\b",
    re.I,
)
_SENTENCE_END = re.compile(r"(?<=[.!?:])[\"'’)]*\s+")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")


@dataclass(frozen=True)
class Reading:
    """What was counted in one page."""

    words: int
    sentences: int
    longest: int
    """Words of the longest sentence."""
    age: float
    avoided: tuple[str, ...]
    """Words that are there and had better not be."""

    @property
    def average(self) -> float:
        """Words of a sentence."""
        return self.words / self.sentences


def read(page: Page) -> Reading:
    """The figures of one page: its points, its body and the thing to try."""
    return measure(" ".join((*page.key_points, page.try_this, plain(page.text))))


def measure(text: str) -> Reading:
    """The figures of any English text."""
    sentences = [words for one in _SENTENCE_END.split(text) if (words := _WORD.findall(one))]
    words = [word for one in sentences for word in one]
    if not words:
        return Reading(0, 1, 0, 0.0, ())
    per_sentence = len(words) / len(sentences)
    per_word = sum(map(syllables, words)) / len(words)
    grade = 0.39 * per_sentence + 11.8 * per_word - 15.59
    return Reading(
        words=len(words),
        sentences=len(sentences),
        longest=max(map(len, sentences)),
        age=round(grade + AGE_OF_GRADE_0, 1),
        avoided=tuple(sorted({found[0].lower() for found in AVOID.finditer(text)})),
    )


def plain(markdown: str) -> str:
    """The sentences without marks and headings, which are short and would flatter the figures."""
    lines = []
    body = re.sub(r"^#.*$", "", markdown, flags=re.M)
    for line in re.split(r"\n(?=\s*(?:[-*|]|\d+\.)\s)|\n\s*\n", body):
        words = re.sub(r"^\s*(?:[-*]|\d+\.)\s+", "", line.strip())
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", words)
        words = re.sub(r"[*_|`]", "", words).replace("\n", " ").strip()
        if words:
            lines.append(words if words[-1] in ".!?:" else f"{words}.")
    return " ".join(lines)


def syllables(word: str) -> int:
    """Groups of vowels, less a silent ending; at least one."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    count = len(re.findall(r"[aeiouy]+", letters))
    if re.search(r"[^aeiouyl]es?$|[aeiouy]les?$", letters) and not re.search(
        r"([sxz]|[cs]h|[cg])es$", letters
    ):
        count -= 1
    if re.search(r"[^aeiouytd]ed$", letters):
        count -= 1
    return max(count, 1)
