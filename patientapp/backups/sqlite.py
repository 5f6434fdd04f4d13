"""SQLite's own online backup, under the snapshot that was counted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

from patientapp.backups.rules import BadBackup, check_counts
from patientapp.db import db, lock_of

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


def copy_to(target: Path) -> dict[str, int]:
    """Copy the running database into a new file; rows a table. Writers go on meanwhile."""
    with db.engine.connect() as connection:
        counts = _counts(connection.connection.dbapi_connection)  # BEGIN has been said: one snapshot
        raw = _raw(connection)
        with closing(sqlite3.connect(target)) as copy:
            raw.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
    return counts


def _raw(connection: sa.Connection) -> sqlite3.Connection:
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw


def _counts(raw: object) -> dict[str, int]:
    assert isinstance(raw, sqlite3.Connection)
    if not raw.in_transaction:
        raw.execute("BEGIN")
    names = [row[0] for row in raw.execute(TABLES)]
    return {name: raw.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608


def check(copy: Path, expected: dict[str, int]) -> None:
    """Raise BadBackup unless pages, foreign keys and counts of this file are right."""
    try:
        with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as raw:
            said = [row[0] for row in raw.execute("PRAGMA integrity_check")]
            if said != ["ok"]:
                raise BadBackup("its pages are damaged")
            if (loose := raw.execute("PRAGMA foreign_key_check").fetchone()) is not None:
                raise BadBackup(f"a row of {loose[0]} names a row of {loose[2]} that is not there")
            check_counts(expected, _counts(raw))
    except sqlite3.DatabaseError as error:
        raise BadBackup(f"SQLite cannot read it ({error})") from None


@contextmanager
def changed(copy: Path) -> Iterator[sa.Connection]:
    """Change a copy before it takes the place of the database."""
    engine = sa.create_engine(f"sqlite:///{copy}")
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def put_back(copy: Path) -> None:
    """Copy this file over the database, all of it or nothing, under the one writer's lock (REL-05)."""
    lock = lock_of(db.engine.engine)
    assert lock is not None
    with lock.held(), db.engine.connect() as connection, closing(sqlite3.connect(copy)) as source:
        raw = _raw(connection)
        if raw.in_transaction:
            raw.execute("COMMIT")
        source.backup(raw)
