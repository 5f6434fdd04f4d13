"""IO-10: production does not start on older tables than its code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flask import Flask

from patientapp.config import Environment, Settings, SettingsError
from patientapp.doctor import refuse_pending

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
        refuse_pending(settings)
    except SettingsError as error:
        return str(error)
    return ""


def test_io_10_production_refuses_an_empty_database(tmp_path: Path) -> None:
    empty = replace(PRODUCTION, database_url=f"sqlite:///{tmp_path}/empty.db")
    assert "run patientapp db upgrade" in refusal(empty)


def test_io_10_production_starts_on_todays_tables(app: Flask, settings: Settings) -> None:
    assert refusal(replace(PRODUCTION, database_url=settings.database_url)) == ""


def test_elsewhere_the_demonstration_brings_its_tables_itself(tmp_path: Path) -> None:
    demo = replace(PRODUCTION, env=Environment.DEMO, database_url=f"sqlite:///{tmp_path}/empty.db")
    assert refusal(demo) == ""
