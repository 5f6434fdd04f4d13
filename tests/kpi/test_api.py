"""GET /api/v1/kpi: the return as `patientapp kpi` tells it, behind the walls of the pages."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.audit.models import AuditEntry
from patientapp.kpi.cli import kpi_command
from patientapp.kpi.spreads import is_small
from patientapp.services.models import Service
from tests.desk import desk_of
from tests.factories import make_service
from tests.kpi.cohorts import cohort
from tests.kpi.stored import put

JUNE = datetime(2025, 6, 3, 9, 30, tzinfo=UTC)
PATH = "/api/v1/kpi"
MAY = {"from": "2025-05-01", "to": "2025-05-31"}


@pytest.fixture
def service(session: Session, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service with people, in June 2025."""
    from patientapp import clock

    monkeypatch.setattr(clock, "now", lambda: JUNE)
    made = make_service(session, profile="bassetlaw")
    put(session, made, cohort(4, 70))
    session.commit()
    return made


def told(app: Flask, session: Session, service: Service, role: Role, **asked: str) -> dict[str, Any]:
    """What the route answers."""
    answer = desk_of(app, session, service, role, at=JUNE).get(PATH, query_string=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def test_the_care_team_gets_what_the_command_prints(
    app: Flask, session: Session, service: Service
) -> None:
    """contract.md section 4: the same figures, excluded cases and notes; any days; one audit entry."""
    for days in (MAY, {"from": "2025-02-03", "to": "2025-04-17"}):
        ours = told(app, session, service, Role.CLINICIAN, **days)
        arguments = ["--service", service.slug, "--from", days["from"], "--to", days["to"]]
        done = CliRunner().invoke(kpi_command, [*arguments, "--format", "json"], obj=lambda: app)
        assert json.loads(done.output) == ours
    assert "pulled the return 2025-05-01 to 2025-05-31" in {
        entry.action for entry in session.query(AuditEntry)
    }


def test_sec_05_a_commissioner_gets_no_small_count(
    app: Flask, session: Session, service: Service
) -> None:
    """SEC-05: small counts are null, nobody left out is counted, and days of one's own are refused."""
    ours = told(app, session, service, Role.COMMISSIONER)
    assert ours["period"] == MAY
    hidden = [line for line in ours["kpis"] if "hidden" in " ".join(line["notes"])]
    assert hidden
    for line in ours["kpis"]:
        assert not is_small(line["numerator"] or 0)
        assert (line["excluded"], line["sample"]) == ({}, None)
    client = desk_of(app, session, service, Role.COMMISSIONER, at=JUNE)
    for days in (
        ("2025-05-01", "2025-05-30"),
        ("2025-06-01", "2025-06-30"),
        ("2025-04-01", "2025-05-31"),
    ):
        asked = {"from": days[0], "to": days[1]}
        assert client.get(PATH, query_string=asked).status_code == 422


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "2025-05-01"},
        {"from": "2025-05-31", "to": "2025-05-01"},
        {"from": "May", "to": "June"},
        {"month": "2025-05"},
    ],
)
def test_io_01_a_filter_that_is_not_known_is_named(
    app: Flask, session: Session, service: Service, asked: dict[str, str]
) -> None:
    """IO-01: 422 for what is no filter and no day."""
    client = desk_of(app, session, service, at=JUNE)
    assert client.get(PATH, query_string=asked).status_code == 422


def test_sec_02_another_service_is_not_there(app: Flask, session: Session, service: Service) -> None:
    """SEC-02: another service's word is the same 404 as none; a patient is refused."""
    other = make_service(session, profile="bassetlaw")
    session.commit()
    client = desk_of(app, session, service, at=JUNE)
    theirs = client.get(PATH, query_string={"service": other.slug})
    none = client.get(PATH, query_string={"service": "nowhere"})
    assert theirs.status_code == none.status_code == 404
    assert theirs.get_json() == none.get_json()
