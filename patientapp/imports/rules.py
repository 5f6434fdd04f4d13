"""How cells are read and rows judged. Reasons name what to write, never what was written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from patientapp.workdays import FIRST_DAY, LAST_DAY, LONDON, at_london

MOST_CELL = 4_000
LEFT_BEHIND = timedelta(minutes=2)  # who took a file is gone when it is not stored by then
SEVERAL = ";"  # between values in one cell
_WALL = re.compile(r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2}))?\Z", re.A)
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z", re.A)
_WHOLE = re.compile(r"\d{1,9}\Z", re.A)
Choice = TypeVar("Choice", bound=StrEnum)


class BadCell(ValueError):
    """A cell cannot be used; the message says what to write."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a kind: how a filled cell is read, and whether it must be filled."""

    name: str
    read: Callable[[str], Any]
    needed: bool = False
    example: str = ""


@dataclass(frozen=True)
class Mistake:
    """What is wrong with one row."""

    line: int
    column: str
    reason: str


def text(most: int) -> Callable[[str], str]:
    """Words of so many characters at most, without control characters."""

    def read(cell: str) -> str:
        if len(cell) > most:
            raise BadCell(f"use {most} characters or fewer")
        if any(unicodedata.category(char) == "Cc" for char in cell):
            raise BadCell("holds a character that cannot be shown")
        return cell

    return read


def one_of(choices: type[Choice]) -> Callable[[str], Choice]:
    """One of a closed set, as it is spelled there."""

    def read(cell: str) -> Choice:
        if cell not in set(choices):
            raise BadCell(f"use one of {', '.join(choices)}")
        return choices(cell)

    return read


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number from low to high."""

    def read(cell: str) -> int:
        if not _WHOLE.match(cell) or not low <= int(cell) <= high:
            raise BadCell(f"use a whole number from {low} to {high}")
        return int(cell)

    return read


def yes_no(cell: str) -> bool:
    """y or n."""
    if cell not in {"y", "n"}:
        raise BadCell("use y or n")
    return cell == "y"


OLDEST_BIRTH = 1901  # people are older than the health service, whose first day other dates keep to


def day(cell: str) -> date:
    """An ISO date."""
    found = _DAY.match(cell)
    try:
        made = date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        made = None
    if made is None or not OLDEST_BIRTH <= made.year <= LAST_DAY.year:
        raise BadCell("write the date like 2025-03-28; in Excel, format the column as text")
    return made


def london_moment(cell: str) -> datetime:
    """A London wall time; of an hour that happens twice, the first; a skipped one moves on."""
    found = _WALL.match(cell)
    try:
        if found is None or not FIRST_DAY.year <= int(found[1]) <= LAST_DAY.year:
            raise ValueError
        wall = time(int(found[4]), int(found[5]), int(found[6] or 0))
        return at_london(date(int(found[1]), int(found[2]), int(found[3])), wall)
    except ValueError:
        raise BadCell("write the London time like 2025-03-28T17:31") from None


def wall_words(moment: datetime) -> str:
    """A moment as a cell says it."""
    return moment.astimezone(LONDON).strftime("%Y-%m-%dT%H:%M")


def header_mistakes(header: Sequence[str], columns: Sequence[Column]) -> list[Mistake]:
    """What is wrong with the first line: unknown columns by name, twice the same, needed ones missing."""
    known = {column.name: column for column in columns}
    wrong = []
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        return [Mistake(line=1, column="", reason="separate the columns with commas")]
    for place, name in enumerate(header):
        if name not in known:
            shown = name if name.isprintable() and 0 < len(name) <= 60 else "(cannot be shown)"
            wrong.append(Mistake(line=1, column=shown, reason="there is no such column"))
        elif name in header[:place]:
            wrong.append(Mistake(line=1, column=name, reason="stands twice"))
    for column in columns:
        if column.needed and column.name not in header:
            wrong.append(Mistake(line=1, column=column.name, reason="is needed and missing"))
    return wrong


def read_row(
    line: int, header: Sequence[str], cells: Sequence[str], columns: Mapping[str, Column]
) -> tuple[dict[str, Any], list[Mistake]]:
    """The values of one row; None for an empty cell; and what is wrong with it."""
    if len(cells) != len(header):
        reason = f"has {len(cells)} cells and the first line has {len(header)}"
        if len(cells) > len(header):
            reason += ": a comma inside a cell needs quotes around the cell"
        return {}, [Mistake(line=line, column="", reason=reason)]
    values: dict[str, Any] = dict.fromkeys(columns)
    wrong = []
    for name, cell in zip(header, cells, strict=True):
        try:
            values[name] = _read(columns[name], cell.strip(" "))
        except BadCell as bad:
            wrong.append(Mistake(line=line, column=name, reason=str(bad)))
    return values, wrong


def _read(column: Column, cell: str) -> Any:
    if not cell:
        if column.needed:
            raise BadCell("is needed and empty")
        return None
    if len(cell) > MOST_CELL:
        raise BadCell(f"use {MOST_CELL} characters or fewer")
    return column.read(cell)
