"""One app per database for the whole run; each test in a savepoint that is rolled back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.config import Environment, Settings
from tests.databases import Database, postgresql, server, sqlite
from tests.factories import LINK_KEY, NOW

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DATABASES = ("sqlite", "postgresql")
hypothesis.settings.register_profile(
    "anywhere",
    deadline=None,
    derandomize=True,  # the same examples on every machine: one flaky test blocks everybody
    suppress_health_check=list(hypothesis.HealthCheck),  # each of them is about time or chance
)
hypothesis.settings.load_profile("anywhere")
_running = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """One PostgreSQL for the run: the first process starts it, its workers find it by the variable."""
    if not hasattr(config, "workerinput"):
        _running.enter_context(server())


def pytest_unconfigure() -> None:
    """End what this process started."""
    _running.close()


@pytest.fixture(scope="session", params=DATABASES)
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """An empty database of each kind; tests that use it run once on each."""
    if request.param == "sqlite":
        yield sqlite(tmp_path_factory.mktemp("sqlite"))
    else:
        with postgresql(os.environ.get("PYTEST_XDIST_WORKER", "main")) as made:
            yield made


@pytest.fixture(scope="session")
def settings(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a test run."""
    return Settings(
        env=Environment.TEST,
        database_url=database.url,
        data_dir=Path(tmp_path_factory.mktemp("data")),
        public_url="http://localhost",
        secret_key="test-secret-key-of-enough-letters-1",
        link_key=LINK_KEY,
        data_key="test-data-key-of-enough-letters-333",
    )


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    """The real app on this database, migrated."""
    from patientapp.app import create_app
    from patientapp.cli import upgrade

    made = create_app(settings)
    made.testing = True
    with made.app_context():
        upgrade()
    yield made
    with made.app_context():
        from patientapp.db import db

        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session in an outer transaction: commits are savepoints, and all is rolled back at the end."""
    from patientapp.db import db

    with app.app_context():
        engine = db.engine
        connection = engine.connect()
        outer = connection.begin()
        db.engines[None] = connection  # type: ignore[assignment]
        db.session.configure(join_transaction_mode="create_savepoint")
        try:
            yield db.session()
        finally:
            db.session.remove()
            outer.rollback()
            connection.close()
            db.engines[None] = engine


@pytest.fixture
def client(app: Flask, session: Session, now: datetime) -> FlaskClient:
    """A browser without JavaScript that has signed in to nothing, at a standing time."""
    return app.test_client()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """A Tuesday in term time, mid-morning; the app's one clock stands still there."""
    from patientapp import clock

    monkeypatch.setattr(clock, "now", lambda: NOW)
    return NOW


@pytest.fixture
def rows(session: Session) -> object:
    """Count the rows of a table."""

    def count(model: type) -> int:
        return int(session.scalar(sa.select(sa.func.count()).select_from(model)) or 0)

    return count


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    from playwright.sync_api import sync_playwright

    from tests.chromium import ARGUMENTS, found

    path = found()
    assert path, "this lane needs Chromium: make browser"
    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield made
        made.close()
