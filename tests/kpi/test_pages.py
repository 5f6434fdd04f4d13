"""/staff/returns: what commissioners and staff see, and what commissioners never do."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.audit.models import AuditEntry
from patientapp.services.models import Service
from tests.desk import desk_of
from tests.factories import make_service
from tests.kpi.cohorts import cohort
from tests.kpi.stored import put

pytestmark = pytest.mark.slow
MAY = datetime(2025, 6, 3, 9, 30, tzinfo=UTC)


@pytest.fixture
def service(session: Session, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service with people, in June 2025."""
    from patientapp import clock

    monkeypatch.setattr(clock, "now", lambda: MAY)
    made = make_service(session, profile="bassetlaw")
    put(session, made, cohort(4, 70))
    session.commit()
    return made


def test_a_commissioner_sees_the_contract_without_small_counts(
    app: Flask, session: Session, service: Service
) -> None:
    """B52, SEC-05: headline, figures over their denominators, and no count of 1 to 4 anywhere."""
    client = desk_of(app, session, service, Role.COMMISSIONER, at=MAY)
    page = client.get("/staff/returns").text
    assert "No threshold can be judged yet" in page
    assert "K11: Referrals assessed in time" in page
    told = client.get("/staff/returns.csv?month=2025-05")
    rows = list(csv.DictReader(io.StringIO(told.text)))
    assert rows[0]["from"] == "2025-05-01"
    assert any(row["numerator"] == "hidden" for row in rows)
    for row in rows:
        assert row["numerator"] not in ("1", "2", "3", "4")
        assert (row["numerator"], row["denominator"]) != ("0", "hidden")  # says it of every one of them
        if row["unit"] == "percent" and "hidden" not in (row["numerator"], row["denominator"]):
            assert int(row["denominator"]) - int(row["numerator"]) not in (1, 2, 3, 4)


def test_sec_05_cases_are_not_for_commissioners(app: Flask, session: Session, service: Service) -> None:
    """SEC-05: the drill-down is the care team's; each download is audited."""
    commissioner = desk_of(app, session, service, Role.COMMISSIONER, at=MAY)
    assert commissioner.get("/staff/returns/K14/cases.csv").status_code == 403
    assert "cases.csv" not in commissioner.get("/staff/returns/K14").text
    clinician = desk_of(app, session, service, Role.CLINICIAN, at=MAY)
    assert "cases.csv" in clinician.get("/staff/returns/K14").text
    rows = list(csv.DictReader(io.StringIO(clinician.get("/staff/returns/K14/cases.csv").text)))
    assert rows
    assert {row["counted"] for row in rows} <= {"y", "n"}
    said = {entry.action for entry in session.query(AuditEntry)}
    assert "downloaded the cases of K14 2025-05" in said


def test_b11_a_figure_over_time_and_by_group(app: Flask, session: Session, service: Service) -> None:
    """B11, N53: chart over time, and age, sex, ethnicity, deprivation, language and need."""
    page = desk_of(app, session, service, Role.SERVICE_ADMIN, at=MAY).get("/staff/returns/K16").text
    assert "<svg" in page
    assert "Communication needs" in page
    assert "Deprivation" in page
    assert "style=" not in page.split("<main")[1]


@pytest.mark.parametrize("month", ["2025-06", "2099-01", "May", "1999-01", "2025-13"])
def test_only_months_that_have_ended(app: Flask, session: Session, service: Service, month: str) -> None:
    """SEC-05: no days of one's own choice, whose difference would be the people of a day."""
    client = desk_of(app, session, service, Role.COMMISSIONER, at=MAY)
    assert client.get(f"/staff/returns?month={month}").status_code == 422
    assert client.get("/staff/returns/K99").status_code == 404


def test_the_commissioners_home_leads_to_the_figures(
    app: Flask, session: Session, service: Service
) -> None:
    """D04: from the first page to the return in one step."""
    assert (
        "/staff/returns" in desk_of(app, session, service, Role.COMMISSIONER, at=MAY).get("/staff").text
    )


def test_b52_a_service_without_a_contract_says_so(app: Flask, session: Session, service: Service) -> None:
    """B52: nothing changed while anybody was reading; the page says whom to ask instead."""
    service.profile = ""
    told = desk_of(app, session, service, Role.COMMISSIONER, at=MAY).get("/staff/returns")
    assert told.status_code == 409
    assert "No contract is set for this service" in told.text
    assert "looks after this system" in told.text
    assert "changed while you were reading" not in told.text
    assert service.slug not in told.text.split("<h1", 1)[1].split("</main>")[0]
