"""Keys that many tables of a contract's file have: clauses, events, figures between limits."""

from __future__ import annotations

from patientapp.questionnaires.tables import Table


def needed_table(top: Table, key: str) -> Table:
    """A table that must be there."""
    found = top.table(key)
    assert found is not None
    return found


def between(table: Table, key: str, low: int, high: int) -> int:
    """A whole number between two limits."""
    value = table.whole(key)
    if not low <= value <= high:
        raise table.broken(key, f"must be from {low} to {high}, not {value}")
    return value


def maybe_between(table: Table, key: str, low: int, high: int) -> int | None:
    """The same, or None where it is left out."""
    return between(table, key, low, high) if key in table.data else table.get(key, int, None)


def clause_of(table: Table, clauses: frozenset[str]) -> str:
    """Every figure says where it stands."""
    said = table.text("clause")
    for one in said.split(", "):
        if one not in clauses:
            raise table.broken("clause", f"{one!r} is none of the contract's `clauses`")
    return said


def event_names(table: Table, key: str, known: frozenset[str] | set[str]) -> tuple[str, ...]:
    """Events of every service, or of this contract."""
    names: tuple[str, ...] = table.many(key, str)
    for name in names:
        if name not in known:
            raise table.broken(key, f"{name!r} is no event: add it under `events`, or correct it")
    if not names:
        raise table.broken(key, "is empty")
    return names


def event_name(table: Table, key: str, known: frozenset[str] | set[str]) -> str:
    """One event."""
    name = table.text(key)
    if name not in known:
        raise table.broken(key, f"{name!r} is no event: add it under `events`, or correct it")
    return name
