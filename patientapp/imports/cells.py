"""More ways to read a cell: codes by their form, and lists."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from patientapp.imports.rules import SEVERAL, BadCell

Choice = TypeVar("Choice", bound=StrEnum)


def code(pattern: str, reason: str, *, upper: bool = True) -> Callable[[str], str]:
    """A code of this form; letters are made capitals where the code has capitals only."""
    form = re.compile(rf"(?:{pattern})\Z", re.A)

    def read(cell: str) -> str:
        given = cell.upper() if upper else cell
        if not form.match(given):
            raise BadCell(reason)
        return given

    return read


def each_of(choices: type[Choice]) -> Callable[[str], list[str]]:
    """Several of a closed set, with ; between them."""

    def read(cell: str) -> list[str]:
        given = [one.strip() for one in cell.split(SEVERAL) if one.strip()]
        if not set(given) <= set(choices):
            raise BadCell(f"use {', '.join(choices)}, with {SEVERAL} between several")
        return list(dict.fromkeys(given))

    return read
