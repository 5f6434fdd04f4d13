"""P5: whatever day or number stands in an address of staff's, the answer is a page or a clear refusal."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from tests.desk import desk_of
from tests.factories import make_service

pytestmark = pytest.mark.usefixtures("now")
DAYS = [
    "0001-01-01",
    "9999-12-31",
    "2199-12-31",
    "1948-07-04",
    "2026-02-30",
    "tomorrow",
    "٢٠٢٦-٠١-٠١",
    "1" * 5000,
]
PAGES = [
    ("/staff/visits", "day"),
    ("/staff/reminders", "from"),
    ("/staff/reminders", "to"),
    ("/staff/findings", "first"),
    ("/staff/findings", "last"),
    ("/staff/audit", "first"),
    ("/staff/audit", "last"),
    ("/staff/audit.csv", "last"),
    ("/staff/complaints/report", "last"),
    ("/staff/participation", "year"),
    ("/staff/incidents", "year"),
    ("/staff/alert-load", "weeks"),
    ("/staff/lists/no_answer", "page"),
    ("/staff/returns", "month"),
]


@pytest.mark.parametrize(("path", "name"), PAGES)
def test_p5_no_day_of_an_address_is_our_fault(app: Flask, session: Session, path: str, name: str) -> None:
    roles = (Role.CLINICIAN, Role.SERVICE_ADMIN, Role.AUDITOR, Role.COMMISSIONER)
    desk = desk_of(app, session, make_service(session, profile="bassetlaw"), *roles)
    assert desk.get(path).status_code == 200
    for day in [*DAYS, "0000", "9999"]:
        assert desk.get(path, query_string={name: day}).status_code in {200, 422}, day


def test_the_first_day_may_not_come_after_the_last(app: Flask, session: Session) -> None:
    desk = desk_of(app, session, make_service(session), Role.AUDITOR)
    refused = desk.get("/staff/audit?first=2026-02-02&last=2026-02-01")
    assert refused.status_code == 422
    assert "Give the earlier day first" in refused.text
