"""IO-10: production does not start on older tables than its code, whichever server imports `wsgi:app`."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from flask import Flask

from patientapp.app import create_app
from patientapp.config import Environment, Settings, SettingsError
from patientapp.db import db
from patientapp.upgrading import upgrade
from patientapp.web.installation import claim, refuse_unready
from tests.factories import NOW

PRODUCTION = Settings(
    env=Environment.PRODUCTION,
    secret_key="a" * 40,
    link_key="b" * 40,
    data_key="c" * 40,
    public_url="https://pain.example",
    gateway="twilio",
    twilio_account_sid="AC" + "0" * 32,
    twilio_auth_token="d" * 32,
    twilio_from="+447700900000",
)


def refusal(settings: Settings) -> str:
    """Why these tables are refused; empty when they are not."""
    try:
        refuse_unready(create_app(settings))
    except SettingsError as error:
        return str(error)
    return ""


def test_io_10_production_refuses_an_empty_database(tmp_path: Path) -> None:
    empty = replace(PRODUCTION, database_url=f"sqlite:///{tmp_path}/empty.db")
    assert "run patientapp db upgrade" in refusal(empty)


def test_io_10_production_starts_on_todays_tables(app: Flask, settings: Settings) -> None:
    assert refusal(replace(PRODUCTION, database_url=settings.database_url)) == ""


def test_io_10_another_kind_of_process_is_refused_by_any_server(tmp_path: Path) -> None:
    """`gunicorn wsgi:app` without PATIENTAPP_ENV on production's database stops, as `serve` does."""
    database = f"sqlite:///{tmp_path}/theirs.db"
    with create_app(replace(PRODUCTION, database_url=database)).app_context():
        upgrade()
        claim(replace(PRODUCTION, database_url=database), now=NOW)
        db.session.remove()
    asked = [sys.executable, "-c", "import wsgi"]
    given = {"PATIENTAPP_DATABASE_URL": database, "PATIENTAPP_DATA_DIR": str(tmp_path)}
    root = Path(__file__).parent.parent
    ended = subprocess.run(
        asked, env=os.environ | given, cwd=root, capture_output=True, text=True, check=False
    )
    assert ended.returncode != 0
    assert "this database belongs to production" in str(ended.stderr)


def test_elsewhere_the_demonstration_brings_its_tables_itself(tmp_path: Path) -> None:
    demo = replace(PRODUCTION, env=Environment.DEMO, database_url=f"sqlite:///{tmp_path}/empty.db")
    assert refusal(demo) == ""
