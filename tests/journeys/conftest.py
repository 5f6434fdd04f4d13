"""The real app for the browser lane, its clock standing still at the factories' NOW."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.databases import postgresql, sqlite
from tests.factories import NOW
from tests.journeys.browser import Site, phone, served


@pytest.fixture(scope="session")
def sqlite_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The app on a SQLite file."""
    folder = tmp_path_factory.mktemp("browser")
    with served(sqlite(folder), folder) as made:
        yield made


@pytest.fixture(scope="session")
def postgresql_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The app on PostgreSQL."""
    folder = tmp_path_factory.mktemp("browser_postgresql")
    with postgresql("browser") as database, served(database, folder) as made:
        yield made


@pytest.fixture
def site(sqlite_site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The app on SQLite, at NOW."""
    return stop_clock(sqlite_site, monkeypatch)


def stop_clock(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The app's one clock is this site's own, at NOW again."""
    site.at = NOW
    monkeypatch.setattr("patientapp.clock.now", site.now)
    return site


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """A new phone."""
    made = phone(browser, site)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page on a new phone."""
    return context.new_page()
