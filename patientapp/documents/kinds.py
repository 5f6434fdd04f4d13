"""Reads the kinds of documents from their files; a mistake in one stops the start and says where."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from patientapp.documents.rules import GP_FIRST, Audience, Block, Kind, Recipient, Terms

HERE = Path(__file__).parent
_TERMS = frozenset(Terms.__dataclass_fields__)
_KIND = frozenset(Kind.__dataclass_fields__) - {"id"}


class BrokenKind(ValueError):
    """A file of documents cannot be used; says which, and why."""


@cache
def kinds() -> dict[str, Kind]:
    """Every kind, by id."""
    library = _blocks()
    files = sorted((HERE / "kinds").glob("*.toml"))
    return {path.stem: read_kind(path.stem, _table(path), library) for path in files}


def _table(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _blocks() -> dict[str, Block]:
    return {name: Block(name, **facts) for name, facts in _table(HERE / "blocks.toml").items()}


def read_kind(name: str, data: Mapping[str, Any], library: Mapping[str, Block]) -> Kind:
    """One kind out of its file; BrokenKind names the key that is wrong."""
    if unknown := set(data) - _KIND:
        raise BrokenKind(f"{name}.toml: unknown key {min(unknown)!r}")
    if strange := [block for block in data["blocks"] if block not in library]:
        raise BrokenKind(f"{name}.toml: blocks: {strange[0]!r} is not in blocks.toml")
    made = Kind(
        id=name,
        title=data["title"],
        audience=Audience(data["audience"]),
        start=data["start"],
        blocks=tuple(library[block] for block in data["blocks"]),
        needed=tuple(data["needed"]),
        recipients=tuple(data["recipients"]),
        on_issue=data.get("on_issue", ""),
        on_sent=data.get("on_sent", ""),
        on_agreed=data.get("on_agreed", ""),
        contracts={key: _terms(name, key, said) for key, said in data.get("contracts", {}).items()},
        routes={key: _terms(name, key, said) for key, said in data.get("routes", {}).items()},
    )
    _check(made)
    return made


def _terms(name: str, key: str, said: Mapping[str, Any]) -> Terms:
    if unknown := set(said) - _TERMS:
        raise BrokenKind(f"{name}.toml: {key}: unknown key {min(unknown)!r}")
    facts: dict[str, Any] = {
        part: tuple(value) if isinstance(value, list) else value for part, value in said.items()
    }
    return Terms(**facts)


def _check(kind: Kind) -> None:
    for where, terms in [("", Terms(needed=kind.needed, recipients=kind.recipients)), *_all(kind)]:
        for block in terms.needed:
            if block not in kind.block_ids:
                raise BrokenKind(
                    f"{kind.id}.toml: {where or 'needed'}: {block!r} is not one of its blocks"
                )
        for one in terms.recipients:
            if one not in set(Recipient):
                raise BrokenKind(f"{kind.id}.toml: {where or 'recipients'}: {one!r} is nobody we know")
    if kind.audience is Audience.GP and kind.block_ids[0] != GP_FIRST:
        raise BrokenKind(f"{kind.id}.toml: blocks: actions for the GP stand first (B57, C33)")


def _all(kind: Kind) -> list[tuple[str, Terms]]:
    return [*kind.contracts.items(), *kind.routes.items()]
