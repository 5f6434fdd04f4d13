"""Settings of an installation whose carrier is the loopback one."""

from __future__ import annotations

from dataclasses import replace

from click.testing import CliRunner
from flask import Flask

from patientapp import cli
from patientapp.config import Settings
from tests.carrier.server import ACCOUNT, SENDER, TOKEN, Carrier


def with_carrier(settings: Settings, carrier: Carrier) -> Settings:
    """These settings with that carrier."""
    return replace(
        settings,
        gateway="twilio",
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_from=SENDER,
        twilio_base_url=carrier.url,
    )


def run(app: Flask, *words: str) -> tuple[int, str]:
    """A command of the shell: how it ended and what it said."""
    result = CliRunner().invoke(cli.root, list(words), obj=lambda: app)
    return result.exit_code, result.output
