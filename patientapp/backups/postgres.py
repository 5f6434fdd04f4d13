"""PostgreSQL's COPY of every table under one snapshot, and back into tables of our migrations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zipfile import ZipFile

import psycopg
import sqlalchemy as sa
from psycopg import sql

from patientapp.backups.rules import BadBackup, Manifest, check_counts
from patientapp.db import db

PART = 1 << 20
TRIED_IN = "patientapp_backup_trial"
UNHURRIED = "SET LOCAL statement_timeout = 0"


@contextmanager
def snapshot() -> Iterator[psycopg.Connection[Any]]:
    """One unchanging view of everything; writers go on meanwhile."""
    with db.engine.connect() as connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            connection.execute(sa.text(UNHURRIED))
            yield raw(connection)


def raw(connection: sa.Connection) -> psycopg.Connection[Any]:
    """The driver's own connection."""
    driver = connection.connection.dbapi_connection
    assert isinstance(driver, psycopg.Connection)
    return driver


def columns(driver: psycopg.Connection[Any]) -> dict[str, list[str]]:
    """Every table with its columns."""
    asked = """SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position)
        FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' GROUP BY table_name"""
    return {str(name): list(names) for name, names in driver.execute(asked).fetchall()}


def counts(driver: psycopg.Connection[Any], tables: Iterator[str] | list[str]) -> dict[str, int]:
    """Rows of each table."""
    asked = sql.SQL("SELECT count(*) FROM {}")
    return {
        name: driver.execute(asked.format(sql.Identifier(name))).fetchone()[0]  # type: ignore[index]
        for name in tables
    }


def copy_out(driver: psycopg.Connection[Any], file: ZipFile, tables: dict[str, list[str]]) -> None:
    """Each table into a part of the file."""
    for name, names in tables.items():
        with (
            file.open(f"{name}.copy", "w", force_zip64=True) as part,
            driver.cursor() as cursor,
            cursor.copy(_copy("COPY {} ({}) TO STDOUT", name, names)) as rows,
        ):
            for piece in rows:
                part.write(piece)


def copy_in(driver: psycopg.Connection[Any], file: ZipFile, manifest: Manifest) -> None:
    """Every part into its table, those that others name first; the counts must come out the same."""
    driver.execute("DELETE FROM alembic_version")
    try:
        for name in _in_order(driver, set(manifest.columns)):
            command = _copy("COPY {} ({}) FROM STDIN", name, manifest.columns[name])
            with (
                file.open(f"{name}.copy") as part,
                driver.cursor() as cursor,
                cursor.copy(command) as rows,
            ):
                while piece := part.read(PART):
                    rows.write(piece)
    except (psycopg.errors.IntegrityError, psycopg.errors.DataError, KeyError) as error:
        raise BadBackup(f"its rows do not fit together ({type(error).__name__})") from None
    check_counts(manifest.counts, counts(driver, list(manifest.columns)))


def _copy(command: str, name: str, names: list[str]) -> sql.Composed:
    listed = sql.SQL(", ").join(map(sql.Identifier, names))
    return sql.SQL(command).format(sql.Identifier(name), listed)


def _in_order(driver: psycopg.Connection[Any], tables: set[str]) -> list[str]:
    """Tables, each after those that it names; a row that names its own table waits for the whole."""
    asked = """SELECT child.relname, parent.relname FROM pg_constraint
        JOIN pg_class child ON child.oid = conrelid JOIN pg_class parent ON parent.oid = confrelid
        WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"""
    waits: dict[str, set[str]] = {name: set() for name in tables}
    for child, parent in driver.execute(asked).fetchall():
        if child != parent and child in waits:
            waits[child].add(parent)
    ordered: list[str] = []
    while waits:
        ready = sorted(name for name, parents in waits.items() if parents <= set(ordered))
        if not ready:
            raise BadBackup("its tables name each other in a ring")
        ordered += ready
        for name in ready:
            del waits[name]
    return ordered


def clear(driver: psycopg.Connection[Any]) -> None:
    """Drop every table of ours; the caller's transaction decides whether that stays."""
    for name in columns(driver):
        driver.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(name)))
