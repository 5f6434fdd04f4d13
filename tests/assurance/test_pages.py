"""Pages of assurance: incidents, missing facts, downtime, who agreed what, and the audit."""

from __future__ import annotations

import csv
import html
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.assurance.missing import Missing, lacks
from patientapp.assurance.models import Approval, Incident, IncidentStep
from patientapp.audit.models import AuditEntry
from patientapp.episodes.models import EpisodeEvent
from patientapp.services.models import Service
from patientapp.worklist.actions import raise_item
from patientapp.worklist.rules import ItemKind
from tests.appointments.world import make_visit
from tests.desk import desk_of, forget_form_token
from tests.factories import NOW, form_of, make_episode, make_patient, make_service, staff_viewer

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def service(session: Session) -> Service:
    return make_service(session, profile="bassetlaw", schedule="bassetlaw")


def post(desk: FlaskClient, page: str, address: str = "", **values: str):  # type: ignore[no-untyped-def]
    forget_form_token()
    own = {"idempotency_key": f"key-{uuid4().hex}", "day": "21", "month": "9", "year": "2026"} | values
    return desk.post(address or page, data=form_of(desk.get(page).text) | own)


def test_d36_n61_an_incident_is_reported_followed_and_closed(
    app: Flask, session: Session, service: Service
) -> None:
    """D36, N61: a log of incidents that only grows, and its annual report; N60: for all staff."""
    desk = desk_of(app, session, service, Role.SERVICE_ADMIN)
    page = "/staff/incidents"
    assert post(desk, page, kind="availability", words="").status_code == 422
    told = {"kind": "availability", "harm": "low", "words": "No page opened from 9 to 10."}
    assert post(desk, page, **told).status_code == 303
    (kept,) = session.query(Incident).all()
    steps = f"{page}/{kept.id}/steps"
    assert post(desk, page, steps, words="Called the host.", seen="0").status_code == 303
    assert post(desk, page, steps, words="Stale tab.", seen="0").status_code == 409
    assert post(desk, page, steps, words="It works again.", seen="1", closes="y").status_code == 303
    assert post(desk, page, steps, words="Once more.", seen="2").status_code == 409
    assert [one.words for one in session.query(IncidentStep).order_by(IncidentStep.seq)] == [
        "Called the host.",
        "It works again.",
    ]
    assert "1 reported, 0 still open." in desk.get(f"{page}?year=2026").text
    assert "0 reported" in desk.get(f"{page}?year=2025").text
    assert desk.get(f"{page}?year=soon").status_code == 422
    other = desk_of(app, session, make_service(session))
    assert "No page opened" not in other.get(page).text
    assert post(other, page, steps, words="Not ours.", seen="2").status_code == 404


def test_d15_what_the_figures_lack_is_listed_with_whom_to_ask(
    app: Flask, session: Session, service: Service
) -> None:
    me = staff_viewer(service)
    assert lacks(me, now=NOW) == []
    person = make_patient(session, service, ethnicity="A", imd_decile=3, gp_code="A81001", sex="female")
    episode = make_episode(session, person, received=date(2026, 9, 1))
    make_visit(session, person, episode=episode, starts_at=NOW - timedelta(days=2))
    make_patient(session, service, family_name="Nowhere")  # without an episode: in no figure
    facts = {"service_id": service.id, "episode_id": episode.id, "recorded_by": "staff:test"}
    gone = EpisodeEvent(kind="discharged", at=NOW - timedelta(days=8), on=date(2026, 9, 14), **facts)
    gone.recorded_at = NOW
    session.add(gone)
    session.flush()
    assert {one.what: one.count for one in lacks(me, now=NOW)} == {
        Missing.TRIAGE: 1,
        Missing.OUTCOME: 1,
        Missing.REASON: 1,
        Missing.SUMMARY: 1,
    }
    page = desk_of(app, session, service).get("/staff/missing").text
    assert "Past visit without what became of it: 1" in html.unescape(page)
    assert person.family_name in page
    assert lacks(staff_viewer(make_service(session)), now=NOW) == []


def test_d15_d36_the_pack_for_downtime_holds_visits_alerts_and_blank_forms(
    app: Flask, session: Session, service: Service
) -> None:
    """D15, D36: printed beforehand, it keeps a clinic going while systems fail."""
    person = make_patient(session, service, family_name="Vistor")
    make_visit(session, person, starts_at=NOW + timedelta(hours=3))
    worried = make_patient(session, service, family_name="Alarmed")
    facts = {"service_id": service.id, "patient_id": worried.id, "source": "a test", "now": NOW}
    raise_item(ItemKind.ALERT, reason="risk_in_words", **facts)  # type: ignore[arg-type]
    foreign = make_patient(session, make_service(session), family_name="Foreigner")
    make_visit(session, foreign, starts_at=NOW + timedelta(hours=3))
    page = html.unescape(desk_of(app, session, service).get("/staff/downtime").text)
    for words in ("Vistor", "Alarmed", person.mobile, worried.mobile, "Family and children", "116 123"):
        assert words in page
    assert "Foreigner" not in page
    front = desk_of(app, session, service, Role.SERVICE_ADMIN).get("/staff/downtime").text
    assert "Alarmed" not in front  # alerts are for clinicians (CLIN-04)


def test_c08_the_guide_tells_of_every_questionnaire_that_is_asked(
    app: Flask, session: Session, service: Service
) -> None:
    page = html.unescape(desk_of(app, session, service).get("/staff/questionnaires").text)
    for words in (
        "Pain Self-Efficacy",
        "Dependent children",
        "Important change",
        "Better is",
        "T0, TD, TPIFU",
    ):
        assert words in page
    assert "EQ-5D-5L" not in page  # 000 asks none


def test_c27_n55_who_agreed_a_form_and_when_it_is_looked_at_again(
    app: Flask, session: Session, service: Service
) -> None:
    """C27: version, approver and date of a local form; N55: the date of the yearly look."""
    desk, page = desk_of(app, session, service), "/staff/questionnaires"
    assert "nobody yet" in desk.get(page).text
    named = {"approved_by": "R. Sample, commissioner, with Moorside Pain Friends"}
    assert post(desk, page, subject="nothing/v1", **named).status_code == 404
    assert post(desk, page, subject="children/v1", approved_by=" ").status_code == 422
    assert post(desk, page, subject="children/v1", **named).status_code == 303
    assert post(desk, page, subject="schedule bassetlaw/v1", **named, year="2025").status_code == 303
    assert {one.subject for one in session.query(Approval)} == {"children/v1", "schedule bassetlaw/v1"}
    shown = html.unescape(desk.get(page).text)
    assert "21 September 2027" in shown
    assert "Look at it now" in shown  # a year has passed since the packs were agreed


def test_c47_the_exception_report_has_dates_and_room_for_the_account(
    app: Flask, session: Session, service: Service
) -> None:
    for kind, on, detail in (
        ("complaint", date(2026, 9, 1), ""),
        ("complaint", date(2026, 9, 2), ""),
        ("complaint_acknowledged", date(2026, 9, 3), ""),
        ("complaint_closed", date(2026, 9, 9), "letters are read twice"),
    ):
        at = datetime.combine(on, datetime.min.time(), NOW.tzinfo)
        row = EpisodeEvent(service_id=service.id, kind=kind, at=at, on=on, detail=detail)
        row.recorded_at, row.recorded_by = NOW, "staff:test"
        session.add(row)
    page = desk_of(app, session, service).get("/staff/complaints/report?first=2026-09-01&last=2026-09-30")
    shown = html.unescape(page.text)
    assert "2 complaints, 1 exceptions." in shown
    assert "letters are read twice" in shown
    assert "What kept it from the procedure" in shown
    other = desk_of(app, session, make_service(session)).get("/staff/complaints/report")
    assert "No complaint was received" in other.text


def test_d35_an_auditor_reads_the_audit_of_one_service_and_no_record(
    app: Flask, session: Session, service: Service
) -> None:
    person = make_patient(session, service, family_name="Private")
    clinician = desk_of(app, session, service)
    clinician.get(f"/staff/patients/{person.id}")
    elsewhere = make_service(session)
    foreign = make_patient(session, elsewhere)
    desk_of(app, session, elsewhere).get(f"/staff/patients/{foreign.id}")
    auditor = desk_of(app, session, service, Role.AUDITOR)
    assert "Read the audit" in auditor.get("/staff").text
    assert "entries." in auditor.get("/staff/audit").text
    answer = auditor.get("/staff/audit.csv?first=2026-09-01&last=2026-09-30")
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert f"patient:{person.id}" in {row["chain"] for row in rows}
    assert not [row for row in rows if str(foreign.id) in row["chain"]]
    assert "Private" not in answer.text
    for closed in (
        f"/staff/patients/{person.id}",
        "/staff/patients",
        "/staff/incidents",
        "/staff/returns",
    ):
        assert auditor.get(closed).status_code in {403, 404}
    assert clinician.get("/staff/audit.csv").status_code == 403
    assert auditor.post("/staff/audit").status_code in {403, 405, 400}
    done = {one.action for one in session.query(AuditEntry)}
    assert {"looked at the audit", "took away the audit"} <= done
    assert auditor.get("/staff/audit.csv?first=then").status_code == 422
