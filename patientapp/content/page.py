"""One page: parsed whole or refused, with file, key and reason."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Any

import nh3
from markdown_it import MarkdownIt

FENCE = "+++"
KEY_POINTS = 3
CARDS = frozenset({"emergency", "urgent", "talk"})
AUDIENCES = frozenset({"all", "carer", "professional", "cfs"})
LONGEST_REVIEW = 3  # years; one for medicines and safety (patient-experience.md section 8)
RIGHT_TO_LEFT = frozenset({"ar", "ur", "ckb", "fa"})
TAGS = {"h2", "h3", "p", "ul", "ol", "li", "strong", "em", "a", "blockquote", "table"}
TAGS |= {"thead", "tbody", "tr", "th", "td", "br"}
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


class BrokenContent(Exception):
    """A file of content/ cannot be used; the text names file, key and reason."""


class Status(StrEnum):
    """How far a translation has come; `source` is the English it is made from."""

    SOURCE = "source"
    IN_TRANSLATION = "in_translation"
    HUMAN_CHECKED = "human_checked"
    CLINICALLY_CHECKED = "clinically_checked"
    OUT_OF_DATE = "out_of_date"


@dataclass(frozen=True, kw_only=True)
class Page:
    """One topic in one language; every key of its front matter, and its body as safe HTML."""

    id: str
    lang: str
    dir: str
    title: str
    summary: str
    key_points: tuple[str, ...]
    try_this: str
    """One thing to try today."""
    search_words: tuple[str, ...]
    source_specs: tuple[str, ...]
    audience: tuple[str, ...]
    not_for: tuple[str, ...]
    """Groups that are never sent this page, such as cfs for anything about exercise (N01)."""
    start_here: int
    """Place on the path of six; 0: not on it."""
    clinical_owner: str
    content_owner: str
    reading_age: float
    version: int
    signed_on: date | None
    last_reviewed: date | None
    review_by: date | None
    review_years: int
    translation_status: Status
    translated_from_version: int
    translator: str
    audio: str
    transcript: str
    bsl_video: str
    easy_read: str
    print: str
    safety_cards: tuple[str, ...]
    related: tuple[str, ...]
    evidence: tuple[str, ...]
    licence: str
    withdrawn: bool
    text: str
    digest: str
    """Of the whole file: what a signature is given to."""

    @cached_property
    def html(self) -> str:
        """Its text as safe HTML, made when it is first read: two hundred pages would slow each start."""
        return safe_html(self.text)

    @property
    def key(self) -> str:
        """How people name it: `pacing/en`."""
        return f"{self.id}/{self.lang}"


FROM_FRONT = tuple(one.name for one in fields(Page) if one.name not in {"text", "digest"})


def parse(source: str, *, topic: str, lang: str) -> Page:
    """The page of this file; BrokenContent names the file, the key and the reason."""
    name = f"content/{topic}/{lang}.md"
    front, body = _split(source, name)
    for key in FROM_FRONT:
        if key not in front:
            raise BrokenContent(f"{name}: {key}: is missing")
    for key in front:
        if key not in FROM_FRONT:
            raise BrokenContent(f"{name}: {key}: is not known")
    page = Page(
        **{key: _value(front, key, name) for key in FROM_FRONT},
        text=body,
        digest=sha256(source.encode()).hexdigest(),
    )
    _check(page, name, topic=topic, lang=lang)
    return page


def safe_html(markdown: str) -> str:
    """Markdown as HTML in which nothing runs and nothing is fetched (IO-02)."""
    made = _markdown.render(markdown)
    return nh3.clean(
        made, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"tel"}, link_rel=None
    ).strip()


def _split(source: str, name: str) -> tuple[dict[str, Any], str]:
    parts = source.replace("\r\n", "\n").split(f"{FENCE}\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise BrokenContent(f"{name}: front matter: must stand first, between two lines of {FENCE}")
    try:
        return tomllib.loads(parts[1]), parts[2].strip()
    except tomllib.TOMLDecodeError as error:
        raise BrokenContent(f"{name}: front matter: {error}") from None


_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "tuple[str, ...]": list,
    "str": str,
    "int": int,
    "float": (int, float),
    "bool": bool,
    "Status": str,
    "date | None": (date, str),
}
_KIND_OF = {one.name: str(one.type) for one in fields(Page)}


def _value(front: Mapping[str, Any], key: str, name: str) -> Any:
    """One key in its own type; an empty text is no date."""
    kind, right = _KIND_OF[key], _KINDS[_KIND_OF[key]]
    if not isinstance(front[key], right) or (isinstance(front[key], bool) and kind != "bool"):
        raise BrokenContent(f"{name}: {key}: is {front[key]!r}, which is not of its kind")
    return _typed(front[key], kind, f"{name}: {key}")


def _typed(given: Any, kind: str, where: str) -> Any:
    if kind == "tuple[str, ...]":
        if any(not isinstance(one, str) or not one.strip() for one in given):
            raise BrokenContent(f"{where}: holds something that is no text")
        return tuple(given)
    if kind == "date | None" and isinstance(given, str):
        if given:
            raise BrokenContent(f"{where}: write a date as 2026-11-22, without quotes")
        return None
    if kind == "Status":
        if given not in set(Status):
            raise BrokenContent(f"{where}: is one of {', '.join(Status)}")
        return Status(given)
    return given


def _check(page: Page, name: str, *, topic: str, lang: str) -> None:
    for key, reason in _reasons(page, topic=topic, lang=lang):
        raise BrokenContent(f"{name}: {key}: {reason}")


def _reasons(page: Page, *, topic: str, lang: str) -> list[tuple[str, str]]:
    """What is wrong with this page, by key."""
    is_source = page.lang == "en"
    rules = [
        ("id", page.id != topic, f"must be {topic}, the name of its folder"),
        ("lang", page.lang != lang, f"must be {lang}, the name of its file"),
        ("dir", page.dir != direction(lang), f"must be {direction(lang)}"),
        ("title", not page.title.strip(), "is empty"),
        ("summary", not page.summary.strip(), "is empty"),
        ("try_this", not page.try_this.strip(), "is empty"),
        ("key_points", len(page.key_points) != KEY_POINTS, f"must be {KEY_POINTS}"),
        ("body", not page.text, "is empty"),
        ("body", "\n# " in f"\n{page.text}", "begins its headings at ##, as the title is the first"),
        ("version", page.version < 1, "starts at 1"),
        ("audience", not page.audience or not AUDIENCES.issuperset(page.audience), "is not known"),
        ("not_for", not AUDIENCES.issuperset(page.not_for), "is not known"),
        ("safety_cards", not CARDS.issuperset(page.safety_cards), f"has only {sorted(CARDS)}"),
        ("review_years", not 1 <= page.review_years <= LONGEST_REVIEW, "is 1 to 3"),
        ("licence", not page.licence.strip(), "is empty"),
        (
            "translation_status",
            is_source is not (page.translation_status is Status.SOURCE),
            "is source for English and for nothing else",
        ),
        ("translated_from_version", is_source is not (page.translated_from_version == 0), "is wrong"),
    ]
    return [(key, reason) for key, is_wrong, reason in rules if is_wrong]


def direction(lang: str) -> str:
    """`rtl` or `ltr`."""
    return "rtl" if lang in RIGHT_TO_LEFT else "ltr"
