"""The database: one session, one base class, one way to write.

SQLite and PostgreSQL are equals. SQLite's own waiting is unfair and its WAL checkpoints could meet
another process's commit, so every writer first takes one operating-system file lock, which the
kernel hands out first come, first served, and checkpoints run only under it (REL-05, REL-06).
"""

from __future__ import annotations

import fcntl
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry
from sqlalchemy.types import TypeDecorator

from patientapp.errors import Conflict, Unavailable

LOCK_WAIT_SECONDS = 8.0  # below the 10 s of REL-07
CHECKPOINT_BYTES = 4_000_000  # SQLite's own default, 1,000 pages of 4 KiB
POSTGRES_OPTIONS = (
    "-c timezone=UTC -c synchronous_commit=on -c lock_timeout=8000 -c statement_timeout=60000"
)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: naive datetimes are refused, and what comes back is aware and UTC (TIME-01)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse what has no zone; SQLite stores the UTC wall time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, in UTC, whatever the driver gave."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Id(TypeDecorator[uuid.UUID]):
    """A UUID in 16 bytes on both databases."""

    impl = sa.Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        """Native on PostgreSQL, a 16-byte blob on SQLite."""
        native = sa.Uuid() if dialect.name == "postgresql" else sa.LargeBinary(16)
        return dialect.type_descriptor(native)

    def process_bind_param(self, value: uuid.UUID | None, dialect: Dialect) -> Any:
        """The driver's own form."""
        return value.bytes if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> uuid.UUID | None:
        """Always a UUID."""
        return uuid.UUID(bytes=value) if isinstance(value, bytes) else value


Json = sa.JSON().with_variant(JSONB(), "postgresql")


def choice(kind: type[StrEnum]) -> sa.Enum:
    """A closed set stored by value, held by a CHECK."""
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Root of every table."""

    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMES),
        type_annotation_map={
            datetime: UtcDateTime,
            uuid.UUID: Id,
            str: sa.Text,
            dict[str, Any]: Json,
            list[Any]: Json,
        },
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


class Identified:
    """Rows that appear in an address: a random UUID tells nothing about order or number."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)


class AppendOnly:
    """Rows that are added and never changed: what happened is kept."""


def _refuse_change(mapper: Any, connection: Connection, target: object) -> None:
    raise TypeError(f"{type(target).__name__} is append-only")


event.listen(AppendOnly, "before_update", _refuse_change, propagate=True)
event.listen(AppendOnly, "before_delete", _refuse_change, propagate=True)


def table(model: type[Base]) -> sa.Table:
    """The bare table of a model, for statements that are built once and pass by the ORM."""
    return cast(sa.Table, model.__table__)


def dialect() -> str:
    """`sqlite` or `postgresql`: what this session speaks."""
    return db.session().get_bind().dialect.name


def insert(model: type[Base], *, into: str = "") -> sqlite.Insert:
    """INSERT that takes ON CONFLICT, in the dialect of this session; both dialects spell it alike.

    A statement that is built once names its dialect in `into`: it then goes to the bare table.
    """
    kind = postgresql.insert if (into or dialect()) == "postgresql" else sqlite.insert
    made = kind(table(model) if into else model)
    return cast(sqlite.Insert, made.execution_options(preserve_rowcount=True))  # psycopg drops it else


def run(statement: sa.Executable, given: Any = None) -> sa.CursorResult[Any]:
    """Run a statement that was built once, in this session's transaction but past the ORM.

    Less than half the cost of `session.execute`; for the statements of every request.
    """
    return db.session().connection().execute(statement, given)


def changed(result: sa.Result[Any]) -> int:
    """How many rows a statement changed; never "not known", which would pass for a yes."""
    count = int(cast(sa.CursorResult[Any], result).rowcount)
    if count < 0:
        raise RuntimeError("this statement was not told to keep its row count")
    return count


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
_writing: ContextVar[bool] = ContextVar("patientapp_writing", default=False)


def lock_of(engine: Engine) -> WriterLock | None:
    """The writer lock of a SQLite file; None for PostgreSQL and for SQLite in memory."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:":
        return None
    return _locks.setdefault(name, WriterLock(Path(name)))


def end_read() -> None:
    """End the snapshot of what was only read.

    By COMMIT: at each ROLLBACK psycopg forgets the statements that it has prepared, and PostgreSQL
    then parses and plans every one of them again at each request.
    """
    db.session.commit()


def end_reads_softly(app: Flask) -> None:
    """End what a request only read as `end_read` does; what it left unfinished is rolled back."""

    @app.teardown_appcontext
    def end(error: BaseException | None) -> None:
        session = db.session()
        has_changes = session.new or session.dirty or session.deleted
        if error is None and session.in_transaction() and not has_changes and not _writing.get():
            with suppress(SQLAlchemyError):
                end_read()


@contextmanager
def transaction(*, wait: float = LOCK_WAIT_SECONDS) -> Iterator[Session]:
    """All or nothing: commits durably at the end, rolls back on any error; inner ones join the outer.

    Raises Unavailable when the database is locked, full or gone (REL-07); `wait` bounds the queueing
    of those who must answer sooner (SMS-09).
    """
    if _writing.get():
        yield db.session()
        return
    if db.session.new or db.session.dirty or db.session.deleted:
        raise RuntimeError("changes were made outside transaction()")
    end_read()  # so that what we check is what we change
    lock = lock_of(db.engine.engine)
    token = _writing.set(True)
    try:
        if lock is None:
            yield from _committed(None, wait=wait)
        else:
            with lock.held(wait=wait):
                yield from _committed(lock)
    except OperationalError as error:
        raise _unavailable(error) from error
    finally:
        _writing.reset(token)


def _committed(lock: WriterLock | None, *, wait: float = LOCK_WAIT_SECONDS) -> Iterator[Session]:
    try:
        if wait < LOCK_WAIT_SECONDS and lock is None and dialect() == "postgresql":
            db.session.execute(sa.text(f"SET LOCAL lock_timeout = {int(wait * 1000)}"))
        yield db.session()
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    if lock is not None:
        _checkpoint_when_large(lock)


def _checkpoint_when_large(lock: WriterLock) -> None:
    wal = Path(str(lock.path).removesuffix(".lock") + "-wal")
    if wal.exists() and wal.stat().st_size > CHECKPOINT_BYTES:
        with db.engine.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert isinstance(raw, sqlite3.Connection)
            checkpoint(raw)


def checkpoint(connection: sqlite3.Connection) -> None:
    """Move the log into the database, without waiting for readers; the caller holds the lock (REL-06)."""
    waited = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute("PRAGMA busy_timeout=0")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    connection.execute(f"PRAGMA busy_timeout={int(waited)}")


def _unavailable(error: OperationalError) -> Conflict | Unavailable:
    state = getattr(error.orig, "sqlstate", None)
    if state == "55P03":  # lock_not_available: the same request is still running elsewhere
        return Conflict("The same request is still running.", retry_after=2)
    return Unavailable("The database did not answer.")


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


def prepare(engine: Engine) -> None:
    """Give every new connection its settings: durable, enforcing, and quick to say it is busy."""
    if engine.dialect.name != "sqlite":
        return
    lock = lock_of(engine)

    @event.listens_for(engine, "connect")
    def configure(raw: sqlite3.Connection, _record: object) -> None:
        raw.isolation_level = None  # we say BEGIN ourselves; pysqlite's own handling loses updates
        if isinstance(raw, LockedCloseConnection):
            raw.writer_lock = lock
        for pragma in _PRAGMAS:
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


_PRAGMAS = (
    "busy_timeout=8000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "wal_autocheckpoint=0",
)


def engine_options(url: str) -> dict[str, Any]:
    """What Flask-SQLAlchemy passes to create_engine for this address."""
    if url.startswith("sqlite"):
        return {
            "hide_parameters": True,  # names and answers never reach a log (OPS-01)
            "connect_args": {"factory": LockedCloseConnection, "timeout": LOCK_WAIT_SECONDS},
        }
    return {
        "hide_parameters": True,
        "pool_size": 4,
        "max_overflow": 4,
        "pool_pre_ping": False,
        "connect_args": {"options": POSTGRES_OPTIONS, "connect_timeout": 5},
    }
