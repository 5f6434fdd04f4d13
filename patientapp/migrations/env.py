"""Alembic's way in: the app's own engine and tables."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from flask import current_app

from patientapp.db import Base, Id, UtcDateTime, transaction

ROOMS = [
    "web",
    "audit",
    "services",
    "clients",
    "patients",
    "links",
    "messaging",
    "worklist",
    "episodes",
    "assessments",
    "appointments",
    "pifu",
    "signin",
    "feedback",
    "plans",
    "documents",
    "opioids",
    "findings",
    "safeguarding",
    "assurance",
    "replies",
    "imports",
    "paper",
    "lists",
    "goals",
]

for room in ROOMS:
    import_module(f"patientapp.{room}.models")
import_module("patientapp.education.programme_models")


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Print plain types for our own, so that a migration needs nothing of ours."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Id):
        return 'sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")'
    if kind == "type" and isinstance(item, sa.JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def run() -> None:
    """Upgrade or compare on the app's database, SQLite's writer lock held."""
    engine = current_app.extensions["migrate"].db.engine
    with transaction() as session:
        context.configure(
            connection=session.connection(),
            target_metadata=Base.registry.metadata,
            render_item=render_item,
            render_as_batch=engine.dialect.name == "sqlite",
            compare_type=False,
        )
        context.run_migrations()


run()
