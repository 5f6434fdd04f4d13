"""What the running app carries: its settings."""

from __future__ import annotations

from typing import cast

from flask import current_app

from patientapp.config import Settings

SETTINGS = "patientapp.settings"


def settings() -> Settings:
    """The settings that this app was made with."""
    return cast(Settings, current_app.extensions[SETTINGS])
