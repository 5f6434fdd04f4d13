"""One writer at a time for a SQLite file, among all threads and processes (REL-05, REL-06).

SQLite's own waiting is unfair and its WAL checkpoints could meet another process's commit, so every
writer first takes one operating-system file lock, which the kernel hands out first come, first
served, and checkpoints run only under it.
"""

from __future__ import annotations

import fcntl
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import Engine

from patientapp.errors import Unavailable

LOCK_WAIT_SECONDS = 8.0  # below the 10 s of REL-07
CHECKPOINT_BYTES = 4_000_000  # SQLite's own default, 1,000 pages of 4 KiB
PRAGMAS = (
    "busy_timeout=8000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "wal_autocheckpoint=0",
)


class WriterLock:
    """The one writer of a SQLite file among all threads and processes (REL-05)."""

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(database.name + ".lock")

    @contextmanager
    def held(self, *, wait: float = LOCK_WAIT_SECONDS) -> Iterator[None]:
        """Hold the lock; Unavailable after the bounded wait."""
        with self.path.open("ab") as file:
            if not self._taken_at_once(file.fileno()) and not self._taken(file.fileno(), wait):
                raise Unavailable("Another write is taking too long.")
            try:
                yield
            finally:  # closing alone would not do: a process forked meanwhile has a copy of the file
                fcntl.flock(file, fcntl.LOCK_UN)

    @staticmethod
    def _taken_at_once(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _taken(self, descriptor: int, wait: float) -> bool:
        # flock queues fairly but cannot time out, so a short-lived thread does the waiting on a
        # descriptor of the same open file; if we give up, closing that file gives the lock back.
        waiter = threading.Thread(target=_wait_for, args=(descriptor,), daemon=True)
        waiter.start()
        waiter.join(wait)
        return not waiter.is_alive()


def _wait_for(descriptor: int) -> None:
    fcntl.flock(descriptor, fcntl.LOCK_EX)


_locks: dict[str, WriterLock] = {}


def lock_of(engine: Engine) -> WriterLock | None:
    """The writer lock of a SQLite file; None for PostgreSQL and for SQLite in memory."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:":
        return None
    return _locks.setdefault(name, WriterLock(Path(name)))


def checkpoint_when_large(lock: WriterLock, engine: Engine) -> None:
    """Move a log that has grown into the database; the caller holds the lock (REL-06)."""
    wal = Path(str(lock.path).removesuffix(".lock") + "-wal")
    if wal.exists() and wal.stat().st_size > CHECKPOINT_BYTES:
        with engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert isinstance(raw, sqlite3.Connection)
            checkpoint(raw)


def checkpoint(connection: sqlite3.Connection) -> None:
    """Move the log into the database, without waiting for readers; the caller holds the lock (REL-06)."""
    waited = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute("PRAGMA busy_timeout=0")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    connection.execute(f"PRAGMA busy_timeout={int(waited)}")


class LockedCloseConnection(sqlite3.Connection):
    """Closing the last connection checkpoints the log, so closing takes the writer lock too (REL-06)."""

    writer_lock: WriterLock | None = None

    def close(self) -> None:
        """Close under the lock of this file."""
        if self.writer_lock is None:
            super().close()
            return
        with self.writer_lock.held():
            super().close()
