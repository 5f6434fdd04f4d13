"""The first command of a newcomer, on a database without tables, and one on older tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from patientapp.cli import ready_app, root
from patientapp.config import SettingsError
from patientapp.db import db
from tests.databases import Database, postgresql, sqlite

PRODUCTION = {
    "PATIENTAPP_ENV": "production",
    "PATIENTAPP_SECRET_KEY": "a" * 40,
    "PATIENTAPP_LINK_KEY": "b" * 40,
    "PATIENTAPP_DATA_KEY": "c" * 40,
    "PATIENTAPP_PUBLIC_URL": "https://pain.example",
    "PATIENTAPP_GATEWAY": "twilio",
    "PATIENTAPP_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "PATIENTAPP_TWILIO_AUTH_TOKEN": "d" * 32,
    "PATIENTAPP_TWILIO_FROM": "+447700900000",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of each kind that nothing has ever run on."""
    if request.param == "sqlite":
        yield sqlite(tmp_path)
    else:
        with postgresql("first_command") as made:
            yield made


@pytest.fixture(autouse=True)
def here(empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATIENTAPP_DATABASE_URL", empty.url)
    monkeypatch.setenv("PATIENTAPP_DATA_DIR", str(tmp_path))


def typed(*words: str) -> Result:
    made = []

    def once() -> object:
        made.append(ready_app())
        return made[-1]

    result = CliRunner().invoke(root, list(words), obj=once)
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    return result


@pytest.mark.slow
def test_io_10_an_empty_database_gets_its_tables_from_the_first_command(tmp_path: Path) -> None:
    """contract.md section 2: nobody is told of `db upgrade` before a first import."""
    file = tmp_path / "patients.csv"
    file.write_text(typed("import", "patients", "--template").stdout)
    taken = typed("import", "patients", str(file), "--service", "bassetlaw")
    assert taken.exit_code == 0, taken.output
    asked = typed("kpi", "--service", "bassetlaw", "--from", "2026-09-01", "--to", "2026-09-30")
    assert asked.exit_code == 0, asked.output


@pytest.mark.slow
def test_a_cohort_is_made_up_under_a_profile_that_has_no_service_yet() -> None:
    """contract.md section 2: `simulate --service` takes a profile, as `import` does."""
    made = typed("simulate", "--service", "mid_notts", "--patients", "3", "--months", "2", "--seed", "1")
    assert made.exit_code == 0, made.output
    asked = typed("kpi", "--service", "mid_notts", "--from", "2026-09-01", "--to", "2026-09-30")
    assert asked.exit_code == 0, asked.output
    wrong = typed("kpi", "--service", "nowhere", "--from", "2026-09-01", "--to", "2026-09-30")
    assert (wrong.exit_code, "mid-notts" in wrong.output) == (2, True)


def test_io_10_production_brings_no_tables_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    refused = typed("kpi", "--service", "x", "--from", "2026-09-01", "--to", "2026-09-30")
    assert isinstance(refused.exception, SettingsError)
    assert "run patientapp db upgrade" in str(refused.exception)


@pytest.mark.slow
def test_io_10_older_tables_are_told_in_one_line() -> None:
    made = ready_app()
    with made.app_context():
        db.session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    with pytest.raises(SettingsError, match="run patientapp db upgrade"):
        ready_app()
