"""Rows for one-off facts: a referral with events, visits and pairs, written short."""

from __future__ import annotations

from datetime import date

from patientapp.kpi.asked import Period
from patientapp.kpi.contract import contract
from patientapp.kpi.days import number
from patientapp.kpi.engine import Figure, figures, only
from patientapp.kpi.returns import contract_of
from patientapp.questionnaires.tables import Table
from tests.kpi.as_facts import facts_of
from tests.kpi.cohorts import Cohort, Row

MAY = (date(2025, 5, 1), date(2025, 5, 31))


def empty() -> Cohort:
    """No rows of any kind."""
    kinds = ("patients", "referrals", "events", "appointments", "responses", "fft")
    return {kind: [] for kind in kinds}


def referral(rows: Cohort, received: str, *events: str, **over: str) -> str:
    """A referral and its events, each as `name at [detail]`."""
    key = f"R{len(rows['referrals'])}"
    rows["patients"].append({"patient_key": key})
    facts: Row = {"referral_key": key, "patient_key": key, "received_at": received, "urgency": "routine"}
    rows["referrals"].append(facts | {"cohort": "pain", "cancer": "n"} | over)
    for event in events:
        name, at, *detail = event.split()
        row = {"referral_key": key, "event": name, "at": at, "detail": " ".join(detail)}
        rows["events"].append(row)
    return key


def pair(rows: Cohort, key: str, before: int, after: int, *, mode: str = "self") -> None:
    """A self-efficacy answer at entry and at discharge: ten items of these values."""
    for point, at, value in (("T0", "2025-02-01T10:00", before), ("TD", "2025-05-10T10:00", after)):
        for item in range(1, 11):
            rows["responses"].append(
                {
                    "response_key": f"{key}{point}",
                    "referral_key": key,
                    "instrument": "pseq",
                    "time_point": point,
                    "completed_at": at,
                    "mode": mode,
                    "item": f"q{item}",
                    "value": str(value),
                }
            )


def asked_of(rows: Cohort, service: str, name: str, **over: object) -> Figure:
    """One figure of May 2025."""
    first_day = over.pop("first_day", None)
    chosen = contract_of(service, first_day)  # type: ignore[arg-type]
    if over:
        line = next(line for line in chosen.lines if line.id == name)
        table = {"outcomes": ["pseq"], "kpis": [{"id": name, **line.given, **over}]}
        chosen = contract(Table(table, file="t"), profile="t", first_day=None, closing=None)
    period = Period(number(MAY[0]), number(MAY[1]))
    return next(iter(figures(only(chosen, name), [facts_of(rows)], period, today=number(MAY[1]))))
