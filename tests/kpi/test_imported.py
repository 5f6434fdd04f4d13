"""Files of the six kinds imported as a service would, and the return against the oracle."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.imports.cli import import_command
from patientapp.kpi.asked import Period
from patientapp.kpi.days import number
from patientapp.kpi.engine import figures
from patientapp.kpi.queries import system_contract, system_parts
from tests.factories import make_service
from tests.kpi.cohorts import cohort
from tests.kpi.oracle import KPIS, Oracle

YEAR = (date(2025, 1, 1), date(2025, 12, 31))


@pytest.mark.slow
@pytest.mark.usefixtures("now")
def test_imported_files_give_the_oracle_s_numbers(app: Flask, session: Session, tmp_path: Path) -> None:
    """contract.md sections 4 and 6, all five contracts: every numerator and denominator."""
    rows = cohort(31, 12)
    rows["responses"] = [row for row in rows["responses"] if row["completed_at"] < "2026-09-01"]
    service = make_service(session, profile="bassetlaw")
    session.commit()
    for kind, lines in rows.items():
        path = tmp_path / f"{kind}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            made = csv.DictWriter(file, list(dict.fromkeys(name for line in lines for name in line)))
            made.writeheader()
            made.writerows(lines)
        arguments = [kind, str(path), "--service", service.slug]
        done = CliRunner().invoke(import_command, arguments, obj=lambda: app)
        assert done.exit_code == 0, done.output
    for name in KPIS:
        service.profile = name
        asked = Period(number(YEAR[0]), number(YEAR[1]))
        parts = system_parts(service.id, asked)
        figured = figures(system_contract(service), parts, asked, today=number(YEAR[1]) + 90)
        ours = {one.line.id: (one.numerator, one.denominator) for one in figured}
        assert ours == Oracle(rows, name, *YEAR).every()
