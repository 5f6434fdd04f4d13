"""What must be remembered of a large file, kept on disk: memory does not grow with the file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence

Line = tuple[int, list[str]]


class OnDisk:
    """What each key said last; gone with the object."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("")  # a nameless file of SQLite's own
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.execute("CREATE TABLE said (key TEXT PRIMARY KEY, what TEXT) WITHOUT ROWID")

    def get(self, key: str) -> str | None:
        """What this key said last; None when it has not stood yet."""
        found = self._db.execute("SELECT what FROM said WHERE key = ?", (key,)).fetchone()
        return found[0] if found else None

    def put(self, key: str, what: str) -> None:
        """This key says this now."""
        self._db.execute("REPLACE INTO said VALUES (?, ?)", (key, what))


class Groups:
    """Lines that belong together, wherever they stand in the file, in order of their first."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("")
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.execute("CREATE TABLE lines (key TEXT, line INTEGER, cells TEXT)")

    def add(self, key: str, line: int, cells: Sequence[str]) -> None:
        """One more line of a group."""
        self._db.execute("INSERT INTO lines VALUES (?, ?, ?)", (key, line, json.dumps(list(cells))))

    def __iter__(self) -> Iterator[list[Line]]:
        self._db.execute("CREATE TABLE firsts AS SELECT key, min(line) first FROM lines GROUP BY key")
        self._db.execute("CREATE UNIQUE INDEX of_key ON firsts (key)")
        ordered = self._db.execute(
            "SELECT firsts.first, line, cells FROM lines JOIN firsts USING (key) ORDER BY 1, 2"
        )
        group: list[Line] = []
        last: int | None = None
        for first, line, cells in ordered:
            if first != last and group:
                yield group
                group = []
            last = first
            group.append((line, json.loads(cells)))
        if group:
            yield group
