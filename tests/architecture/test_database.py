"""The tables are what the migrations make, on both databases."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.db import AppendOnly, Base, Model


def test_models_equal_migrations(app: Flask, session: Session) -> None:
    context = MigrationContext.configure(session.connection(), opts={"compare_type": False})
    assert compare_metadata(context, Base.registry.metadata) == []


def test_what_is_kept_is_append_only() -> None:
    kept = {cls.__name__ for cls in Model.__subclasses__() if issubclass(cls, AppendOnly)}
    assert {"AuditEntry", "Response", "EpisodeEvent", "WorkItemEvent", "MessageEvent"} <= kept
