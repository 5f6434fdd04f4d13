"""What a database says of itself: which kind of process it belongs to (IO-10).

A process that forgot PATIENTAPP_ENV would be a development one, with sample keys and the local phone.
So the first process that serves a database writes down what it is, and every later one must be the same.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError, ProgrammingError

from patientapp.config import PREFIX, Environment, Settings, SettingsError
from patientapp.db import db, insert, transaction
from patientapp.web.current import settings
from patientapp.web.models import Installation

VERSIONS = Path(__file__).resolve().parent.parent / "migrations" / "versions"


def refuse_foreign(mine: Settings) -> None:
    """Raise SettingsError where this database belongs to another kind of process."""
    owner = _owner()
    if owner is not None and owner is not mine.env:
        raise SettingsError(
            f"this database belongs to {owner}, and {PREFIX}ENV is {mine.env}: "
            f"set {PREFIX}ENV={owner} with its keys, or {PREFIX}DATABASE_URL to another database"
        )


def refuse_unready(app: Flask) -> None:
    """Raise SettingsError where this app would serve another's database, or production on older tables
    than its code (IO-10). Leaves no connection open: workers are forked after this.
    """
    with app.app_context():
        try:
            refuse_foreign(settings())
            if settings().is_production and not (has_tables() and is_current()):
                raise SettingsError("the database is older than this version: run patientapp db upgrade")
        finally:
            db.session.remove()
            db.engine.dispose()


def claim(mine: Settings, *, now: datetime) -> None:
    """Write down whose database this is; SettingsError where somebody else already did."""
    row = {"id": 1, "env": mine.env, "since": now}
    with transaction() as session:
        session.execute(insert(Installation).values(row).on_conflict_do_nothing())
    refuse_foreign(mine)


def _owner() -> Environment | None:
    """Whose it is; None for a database without tables, or that nobody has served."""
    try:
        return db.session.scalar(sa.select(Installation.env))
    except (OperationalError, ProgrammingError):
        db.session.rollback()
        if sa.inspect(db.engine).has_table(Installation.__tablename__):
            raise
        return None


def has_tables() -> bool:
    """Whether migrations have ever run here."""
    return sa.inspect(db.engine).has_table("alembic_version")


def is_current() -> bool:
    """Whether the tables are this code's, or newer ones: old code may serve beside new (OPS-03)."""
    here = db.session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return here is not None and (here == newest() or here not in _known())


def newest() -> str:
    """The newest revision that this code knows; they are numbered in one line."""
    return max(_known())


@cache
def _known() -> frozenset[str]:
    """Every revision of this code, by the names of its files: a worker need not load Alembic."""
    return frozenset(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py"))
