"""Published figures are worked out once, kept, and tell nobody a hidden count (SEC-05)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import numpy as np
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.kpi import reports
from patientapp.kpi.measures import Span, Unit
from patientapp.kpi.models import KpiPublished
from patientapp.kpi.periods import ended
from patientapp.kpi.published import Form
from patientapp.kpi.queries import system_contract
from patientapp.kpi.spreads import is_small
from patientapp.services.models import Service
from patientapp.workdays import add_months
from tests.desk import desk_of
from tests.factories import NOW, make_episode, make_patient, make_service
from tests.kpi.cohorts import cohort
from tests.kpi.stored import put

pytestmark = pytest.mark.slow
JANUARY = datetime(2026, 1, 6, 9, 30, tzinfo=UTC)
DECEMBER = date(2025, 12, 1)
TOTAL = re.compile(r"\((hidden|\d+) of (hidden|\d+)\)")
COUNTED = re.compile(r"<td[^>]*>(hidden|\d+) of (hidden|\d+)</td>")


@pytest.fixture
def service(session: Session, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service with people, in January 2026."""
    from patientapp import clock

    monkeypatch.setattr(clock, "now", lambda: JANUARY)
    made = make_service(session, profile="bassetlaw")
    put(session, made, cohort(4, 120))
    session.commit()
    return made


def test_sec_05_a_second_look_works_nothing_out(
    app: Flask, session: Session, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SEC-05: the same page from what was kept, for every worker, until the next day."""
    client = desk_of(app, session, service, Role.COMMISSIONER, at=JANUARY)
    first = {path: client.get(path).text for path in ("/staff/returns", "/staff/returns/K16")}
    kept = session.query(KpiPublished).count()
    assert kept > 24
    monkeypatch.setattr(reports, "worked_out", lambda *_a, **_k: pytest.fail("worked out again"))
    for path, page in first.items():
        assert client.get(path).text.split("<main")[1] == page.split("<main")[1]
    assert session.query(KpiPublished).count() == kept


def test_referrals_that_come_late_are_counted(app: Flask, session: Session, service: Service) -> None:
    """A referral of an ended month changes what was kept; one of this month does not."""
    client = desk_of(app, session, service, Role.COMMISSIONER, at=JANUARY)
    client.get("/staff/returns")
    versions = {row.version for row in session.query(KpiPublished)}
    now = NOW + timedelta(minutes=1)
    for received, changes in ((JANUARY, False), (datetime(2025, 5, 20, 9, tzinfo=UTC), True)):
        facts = {"received_at": received, "received_on": received.date(), "created_at": now}
        make_episode(session, make_patient(session, service, id=uuid4()), **facts)
        session.commit()
        client.get("/staff/returns")
        session.expire_all()
        assert ({row.version for row in session.query(KpiPublished)} != versions) is changes


def test_sec_05_an_attack_on_the_served_pages(
    app: Flask, session: Session, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SEC-05: 500 tables as a commissioner gets them: 0 hidden cells follow from what is shown."""
    monkeypatch.setattr(reports, "POINTS", 2)  # a shorter chart: it is the tables that we are after
    client = desk_of(app, session, service, Role.COMMISSIONER, at=JANUARY)
    lines = [line for line in system_contract(service).lines if line.measure.unit is Unit.PERCENT]
    asked = recovered = secrets = 0
    for month in [add_months(DECEMBER, -back) for back in range(8)]:
        truth = {span: _truth(service, span, month) for span in {line.measure.period for line in lines}}
        for line in lines:
            page = client.get(f"/staff/returns/{line.id}?month={month:%Y-%m}").text
            for group, shown in _tables(page):
                asked += 1
                true = truth[line.measure.period][line.id, group]
                known, hidden = _solved(shown, true, TOTAL.findall(page)[0])
                recovered += known
                secrets += hidden
    assert asked >= 500
    assert secrets, "the attack needs something to look for"
    assert recovered == 0


Cells = list[tuple[int, int]]


def _truth(service: Service, span: Span, month: date) -> dict[tuple[str, str], Cells]:
    contract, days = system_contract(service), ended(span, month)
    made = reports.worked_out(service, contract, days, span=span, form=Form.GROUPS, today=JANUARY.date())
    return {
        (one.line.id, name): [(row.numerator or 0, row.denominator or 0) for _name, row in rows]
        for one in made
        for name, rows in one.groups.items()
    }


def _tables(page: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The dimension and the rows of each table by group."""
    for table in page.split("By group of people")[1].split("<caption")[1:]:
        first_word = re.split(r"\W", table.split(">", 1)[1].strip())[0].lower()
        yield {"communication": "needs"}.get(first_word, first_word), COUNTED.findall(table)


def _solved(shown: list[tuple[str, str]], truth: Cells, total: tuple[str, str]) -> tuple[int, int]:
    """How many small counts of one table follow from its rows and margins, and how many are hidden."""
    cells = [cell for row in shown for cell in row]
    true = [count for row in truth for count in row]
    shown_at = [at for at, cell in enumerate(cells) if cell != "hidden"]
    rows = [np.zeros(len(cells)), *np.eye(len(cells))[shown_at]]
    for side in (at for at in (0, 1) if total[at] != "hidden"):
        margin = np.zeros(len(cells))
        margin[side::2] = 1
        rows.append(margin)
    _u, sizes, vectors = np.linalg.svd(np.array(rows))
    free = np.abs(vectors[int((sizes > 1e-8).sum()) :]).max(axis=0, initial=0)
    small = [at for at, cell in enumerate(cells) if cell == "hidden" and is_small(true[at])]
    assert not [at for at, cell in enumerate(cells) if cell != "hidden" and is_small(true[at])]
    return sum(free[at] < 1e-8 for at in small), len(small)
