"""IO-10, OPS-04: whose database this is, whether its tables are old, and what a silent one says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from patientapp.app import create_app
from patientapp.config import Environment, Settings, SettingsError
from patientapp.db import db
from patientapp.doctor import HERE
from patientapp.web import installation, pages
from tests.factories import NOW


def test_io_10_the_first_process_says_whose_database_it_is_and_others_are_refused(
    session: Session, settings: Settings
) -> None:
    production = replace(settings, env=Environment.PRODUCTION)
    installation.refuse_foreign(settings)
    installation.claim(production, now=NOW)
    installation.claim(production, now=NOW)
    installation.refuse_foreign(production)
    with pytest.raises(SettingsError, match=r"belongs to production.*ENV=production"):
        installation.refuse_foreign(settings)
    with pytest.raises(SettingsError, match="belongs to production"):
        installation.claim(settings, now=NOW)


def test_io_10_a_database_without_tables_is_nobodys(tmp_path: Path, settings: Settings) -> None:
    fresh = replace(settings, database_url=f"sqlite:///{tmp_path}/fresh.db")
    with create_app(fresh).app_context():
        assert sa.inspect(db.engine).get_table_names() == []
        installation.refuse_foreign(fresh)  # raises where a database is somebody else's
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize(
    ("revision", "status"),
    [(None, 200), ("0000", 200), ("9999", 200), ("0001", 503), ("", 503)],
)
def test_ops_04_ready_only_on_tables_that_are_not_older(
    client: FlaskClient, session: Session, revision: str | None, status: int
) -> None:
    """OPS-03: an unknown revision is a newer version's, and old code may serve beside new."""
    if revision == "":
        session.execute(sa.text("DELETE FROM alembic_version"))
    elif revision is not None:
        session.execute(sa.text("UPDATE alembic_version SET version_num = :to"), {"to": revision})
    session.commit()
    answer = client.get("/health/ready")
    assert answer.status_code == status
    if status == 503:
        assert answer.headers["Retry-After"]
        assert "db upgrade" in answer.text


def test_the_newest_revision_is_the_one_that_alembic_knows() -> None:
    assert installation.newest() == ScriptDirectory(str(HERE / "migrations")).get_current_head()


def test_rel_07_a_silent_database_is_logged_with_the_reference_that_is_shown(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """IO-07: what failed stands in the log, and nothing of the inside is shown."""

    def gone() -> bool:
        raise OperationalError("SELECT 9990000018", {}, Exception("Sam Sample's row"))

    monkeypatch.setattr(pages, "is_current", gone)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    written = capsys.readouterr().err.splitlines()
    logged = next(json.loads(line) for line in written if "could not be done" in line)
    assert logged["reference"] in answer.json["detail"]  # type: ignore[index]
    assert logged["cause"] == "Exception"
    assert logged["path"] == "web.ready"
    assert "Sam Sample" not in answer.text + "".join(written)
    assert "9990000018" not in answer.text + "".join(written)
