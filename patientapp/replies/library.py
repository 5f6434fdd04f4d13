"""Reads the data of this room: the words for each meaning."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from patientapp.replies.rules import Meaning, Words
from patientapp.worklist.phrases import plain

HERE = Path(__file__).parent
_ABOUT = frozenset({"version", "owner", "review_by"})


class BrokenPhrases(ValueError):
    """A data file of replies cannot be used; says which and why."""


@cache
def words() -> dict[str, Words]:
    """The words of each language."""
    data = _read("words.toml")
    return {name: _language(name, table) for name, table in data.items() if name not in _ABOUT}


def _language(name: str, table: dict[str, Any]) -> Words:
    meanings: dict[str, Meaning] = {}
    for code, said in table.items():
        if code == "checked_by":
            continue
        for one in said:
            if meanings.setdefault(plain(one), Meaning(code)) is not Meaning(code):
                raise BrokenPhrases(f"words.toml: {one!r} of {name} has two meanings")
    return Words(name, table["checked_by"], meanings)


def _read(name: str) -> dict[str, Any]:
    data = tomllib.loads((HERE / name).read_text(encoding="utf-8"))
    if not data.get("owner") or not isinstance(data.get("review_by"), date):
        raise BrokenPhrases(f"{name} needs an owner and a review date")
    return data
