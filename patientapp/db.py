"""The database: one session, one base class, one way to write.

SQLite and PostgreSQL are equals; the one writer of a SQLite file stands in `sqlite_file`.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry

from patientapp.columns import Id, Json, UtcDateTime, choice
from patientapp.errors import Conflict, Unavailable
from patientapp.sqlite_file import (
    LOCK_WAIT_SECONDS,
    PRAGMAS,
    LockedCloseConnection,
    WriterLock,
    checkpoint_when_large,
    lock_of,
)

__all__ = [
    "AppendOnly",
    "Base",
    "Id",
    "Identified",
    "Json",
    "Model",
    "UtcDateTime",
    "changed",
    "choice",
    "db",
    "dialect",
    "end_read",
    "end_reads_softly",
    "engine_options",
    "insert",
    "lock_of",
    "prepare",
    "run",
    "table",
    "transaction",
]

POSTGRES_OPTIONS = (
    "-c timezone=UTC -c synchronous_commit=on -c lock_timeout=8000 -c statement_timeout=60000"
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


_writing: ContextVar[bool] = ContextVar("patientapp_writing", default=False)


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
        checkpoint_when_large(lock, db.engine.engine)


def _unavailable(error: OperationalError) -> Conflict | Unavailable:
    state = getattr(error.orig, "sqlstate", None)
    if state == "55P03":  # lock_not_available: the same request is still running elsewhere
        return Conflict("The same request is still running.", retry_after=2)
    return Unavailable("The database did not answer.")


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
        for pragma in PRAGMAS:
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


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
