"""Writes the access matrix and the API description anew, so that a change is a diff to read."""

from __future__ import annotations

import tempfile
from pathlib import Path

from patientapp.app import create_app
from patientapp.config import Environment, Settings
from tests.architecture.test_routes import DESCRIPTION, MATRIX, description_of, matrix_of


def write() -> None:
    """Write both files."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            Settings(
                env=Environment.TEST,
                database_url=f"sqlite:///{folder}/none.db",
                data_dir=Path(folder),
            )
        )
        with app.app_context():
            MATRIX.write_text(matrix_of(app))
            DESCRIPTION.write_text(description_of(app))


if __name__ == "__main__":
    write()
