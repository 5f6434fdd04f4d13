"""Looking at an item, taking and closing it, by page (CLIN-04, CLIN-07)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from patientapp import clock
from patientapp.audit.models import AuditEntry
from patientapp.patients.models import Patient
from patientapp.services.models import Service
from patientapp.worklist.actions import note_said, raise_item
from patientapp.worklist.models import WorkItemEvent
from patientapp.worklist.rules import ItemKind, Said
from tests.desk import desk_of, forget_form_token
from tests.factories import form_of, make_patient, make_service


@dataclass
class Alert:
    """One open alert and the browser of a clinician of its service."""

    id: UUID
    patient: Patient
    service: Service
    desk: FlaskClient

    @property
    def page(self) -> str:
        return self.desk.get(f"/staff/alerts/{self.id}").text

    def post(self, act: str, desk: FlaskClient | None = None, **values: str) -> TestResponse:
        client = desk or self.desk
        forget_form_token()
        form = form_of(client.get("/staff/patients").text, patient_id=str(self.patient.id))
        seen = re.search(r'name="seen" value="(\d+)"', client.get(f"/staff/alerts/{self.id}").text)
        form |= {"seen": seen[1]} if seen else {}
        return client.post(f"/staff/alerts/{self.id}/{act}", data=form | values)


@pytest.fixture
def alert(app: Flask, session: Session, now: datetime) -> Alert:
    service = make_service(session)
    patient = make_patient(session, service, nhs_number="9990000018")
    item_id = raise_item(
        ItemKind.ALERT,
        service_id=service.id,
        patient_id=patient.id,
        reason="ad_worst",
        source="task:ad",
        now=now,
    )
    return Alert(item_id, patient, service, desk_of(app, session, service))


def steps(session: Session) -> list[tuple[str, str]]:
    rows = session.scalars(sa.select(WorkItemEvent).order_by(WorkItemEvent.seq)).all()
    return [(one.step.value, one.action) for one in rows]


def test_clin_07_the_page_names_one_patient_by_three_identifiers(alert: Alert) -> None:
    page = alert.page
    banner = re.search(r'<section class="app-patient".*?</section>', page, re.S)
    assert banner
    name = f"{alert.patient.given_name} {alert.patient.family_name}"
    for identifier in (name, "3 March 1975", "999 000 0018"):
        assert identifier in banner[0]
    assert page.count("app-patient") == 1


def test_the_page_says_why_in_words_with_the_answer_behind_it(alert: Alert) -> None:
    page = alert.page
    assert "Worst level of anxiety or depression" in page
    assert "Worry and low mood" in page
    assert "As much as there can be" in page
    assert "Demonstration wording" in page
    assert "22 September 2026, 12:30" in page  # due two hours on, by the London clock


def test_clin_04_taken_then_closed_with_an_action(alert: Alert, session: Session) -> None:
    assert "nobody yet" in alert.page
    assert alert.post("take").headers["Location"] == f"/staff/alerts/{alert.id}"
    assert "Robin Staff" in alert.page
    answer = alert.post("close", action="spoke", note="Rang at ten.")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff")
    assert steps(session) == [("raised", ""), ("taken", ""), ("closed", "spoke: Rang at ten.")]
    assert "I spoke to the patient: Rang at ten." in alert.page
    assert "<form" not in alert.page.split("<h1")[1]


@pytest.mark.parametrize("seen", ["", "none", "1"])
def test_clin_08_an_alert_is_closed_only_by_the_step_that_was_seen(
    alert: Alert, session: Session, seen: str
) -> None:
    """A form that does not say what it showed may have shown less than there is."""
    alert.post("take")
    assert alert.post("close", action="spoke", seen=seen).status_code == 409
    assert [step for step, _action in steps(session)] == ["raised", "taken"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Choose what you did"),
        ({"action": "shrugged"}, "Choose what you did"),
        ({"action": "nothing_needed"}, "Say why nothing was needed"),
    ],
)
def test_clin_04_closing_needs_an_action(
    alert: Alert, session: Session, values: dict[str, str], words: str
) -> None:
    alert.post("take")
    answer = alert.post("close", **values)
    assert answer.status_code == 422
    assert words in answer.text
    assert len(steps(session)) == 2


def test_clin_04_a_colleague_is_told_who_has_it_and_may_take_over(
    app: Flask, session: Session, alert: Alert
) -> None:
    other = desk_of(app, session, alert.service)
    alert.post("take")
    assert alert.post("take", other).status_code == 409
    assert alert.post("close", other, action="spoke").status_code == 409
    page = other.get(f"/staff/alerts/{alert.id}").text
    assert re.search(r"Robin Staff \d+ has this", page)
    owner = re.search(r'name="instead_of" value="([^"]+)"', page)
    assert owner
    assert alert.post("take", other, instead_of=owner[1]).status_code == 303
    assert alert.post("close", action="spoke").status_code == 409
    assert alert.post("close", other, action="spoke").status_code == 303


@pytest.mark.parametrize("act", ["take", "close"])
def test_clin_07_a_form_about_another_patient_is_a_409(alert: Alert, session: Session, act: str) -> None:
    if act == "close":
        alert.post("take")
    before = steps(session)
    other = make_patient(session, alert.service)
    session.commit()
    for named in (str(other.id), "", "none"):
        assert alert.post(act, patient_id=named, action="spoke").status_code == 409
    assert steps(session) == before


def test_overdue_is_said_in_words(
    app: Flask, session: Session, alert: Alert, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    assert "Overdue" not in alert.page
    later = now + timedelta(hours=2, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    alert.desk = desk_of(app, session, alert.service, at=later)
    assert "Overdue" in alert.page
    assert "Overdue" in alert.desk.get("/staff").text


def test_the_home_shows_alerts_before_patients(alert: Alert) -> None:
    home = alert.desk.get("/staff").text
    assert home.index("Worst level of anxiety") < home.index('id="patients-title"')
    assert f"/staff/alerts/{alert.id}" in home
    alert.post("take")
    alert.post("close", action="spoke")
    assert "No alerts or tasks are waiting" in alert.desk.get("/staff").text


def test_ops_01_a_look_at_an_alert_is_in_the_patients_audit(alert: Alert, session: Session) -> None:
    alert.page  # noqa: B018 - the look itself
    chain = sa.select(AuditEntry.action).where(AuditEntry.chain == f"patient:{alert.patient.id}")
    assert "looked at alert" in session.scalars(chain).all()


@pytest.mark.parametrize(("kept", "fate"), [(True, "Kept with the answers"), (False, "but not kept")])
def test_p6_page_and_list_show_the_answer_its_time_and_whether_it_was_kept(
    alert: Alert, kept: bool, fate: str
) -> None:
    given_at = clock.now() - timedelta(minutes=5)
    note_said(alert.id, Said(question="ad", value=5, given_at=given_at, kept=kept))
    assert fate in alert.page
    for page in (alert.page, alert.desk.get("/staff").text):
        assert "22 September 2026, 10:25" in page
        assert re.search(r">\s*5: [^<]{8,}", page)
    assert ("heard, not kept" in alert.desk.get("/staff").text) is not kept
