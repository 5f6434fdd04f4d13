"""Bringing the tables to a version; Alembic is loaded only then, for no request needs it."""

from __future__ import annotations

import logging
from pathlib import Path

from flask import current_app


def upgrade(to: str = "head") -> None:
    """Bring the database of the current app to the newest migration, or to the one named."""
    from flask_migrate import Migrate
    from flask_migrate import upgrade as migrate

    from patientapp.db import db

    logging.getLogger("alembic").setLevel(logging.WARNING)
    folder = str(Path(__file__).parent / "migrations")
    Migrate(current_app, db, directory=folder, render_as_batch=True)  # here: no request needs Alembic
    migrate(directory=folder, revision=to)
