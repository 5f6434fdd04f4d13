"""The wording of an instrument in one language: every item and answer, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from patientapp.questionnaires.definition import Item, ItemWords, Option, Show, Wording
from patientapp.questionnaires.tables import Table
from patientapp.questionnaires.words import WordingStatus

if TYPE_CHECKING:
    from pathlib import Path


LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
"""A BCP 47 tag with no more than a script and a region; it becomes part of a file name."""


def parse_wording(path: Path, name: str, items: tuple[Item, ...]) -> Wording:
    """A wording that comes with the app, checked item by item against the structure."""
    top = Table.read(path, name=name)
    wording = read_wording(top, items)
    if path.name != f"text.{wording.language}.toml":
        raise top.broken("language", f"{wording.language!r} does not belong in {path.name}")
    top.done()
    return wording


def read_wording(top: Table, items: tuple[Item, ...], **over: Any) -> Wording:
    """The words of a table, item by item in the order of the instrument, and nothing else."""
    language = over.get("language") or top.text("language")
    if not LANGUAGE.fullmatch(language):
        raise top.broken("language", f"{language!r} is not a language tag such as en, cy or pt-BR")
    words = top.table("items")
    assert words is not None
    shared = _options(top, "options")
    ends = _ends(top)
    facts = {
        "language": language,
        "status": top.choice("status", WordingStatus, WordingStatus.LICENSED),
        "title": top.text("title"),
        "intro": top.text("intro", ""),
        "recall": top.text("recall", ""),
        "source": top.text("source", ""),
        "items": {item.code: _item(words, item, shared, ends) for item in items},
    }
    words.done()
    _in_order(words, items)
    return Wording(**(facts | over))


def _in_order(words: Table, items: tuple[Item, ...]) -> None:
    """Refuse items in another order: exchanged questions would be scored as each other."""
    for place, (found, item) in enumerate(zip(words.data, items, strict=True), 1):
        if found != item.code:
            raise words.broken(found, f"stands in place {place}, where the instrument has {item.code}")


def _ends(top: Table) -> tuple[str, str]:
    """The words at the ends of every row, where all rows share them."""
    table = top.table("ends", None)
    if table is None:
        return "", ""
    ends = table.text("low"), table.text("high")
    table.done()
    return ends


def _item(words: Table, item: Item, shared: dict[int, Option], ends: tuple[str, str]) -> ItemWords:
    """The words of one item; the ends of its own row go before the shared ones."""
    table = words.table(item.code)
    assert table is not None
    _in_range(table, item)
    own = _options(table, "options")
    text = ItemWords(
        text=table.text("text"),
        low=table.text("low", ends[0]),
        high=table.text("high", ends[1]),
        hint=table.text("hint", ""),
        options=_complete(table, item, own, shared),
    )
    if item.show in (Show.ROW, Show.VAS) and not (text.low and text.high):
        raise table.broken("low", "the words at both ends of the scale are needed")
    table.done()
    return text


def _in_range(table: Table, item: Item) -> None:
    """Where the file says its range, it must be the instrument's."""
    for key, wanted in (("minimum", item.minimum), ("maximum", item.maximum)):
        if (found := table.whole(key, wanted)) != wanted:
            raise table.broken(key, f"{found} does not match the instrument, which has {wanted}")


def _options(table: Table, key: str) -> dict[int, Option]:
    inner = table.table(key, None)
    if inner is None:
        return {}
    options = {}
    for value in inner.data:
        if not (value.isascii() and value.isdecimal() and value == str(int(value))):
            raise inner.broken(value, "is not the number of an answer")
        options[int(value)] = Option(int(value), inner.text(value))
    return options


def _complete(
    table: Table, item: Item, own: dict[int, Option], shared: dict[int, Option]
) -> dict[int, Option]:
    """Words for every answer, in order; the numbers of a row speak for themselves."""
    given = own or (shared if item.show is Show.WORDS else {})
    if not given and item.show is not Show.WORDS:
        return {value: Option(value, str(value)) for value in item.options}
    if wrong := set(given) ^ set(item.options):
        raise table.broken("options", f"answer {min(wrong)} does not match the instrument")
    if tuple(given) != item.options:
        raise table.broken("options", "the answers stand in another order than the instrument's")
    return {value: given[value] for value in item.options}
