"""Complaints, comments and thanks: received, answered, counted, and apart from the record (B50)."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.episodes.models import EpisodeEvent
from patientapp.feedback.told_actions import acknowledge, answer, tell
from patientapp.feedback.told_models import Told, ToldEvent, YouSaid
from patientapp.feedback.told_queries import all_told, counts
from patientapp.kpi.asked import Period
from patientapp.kpi.days import number
from patientapp.kpi.engine import figures
from patientapp.kpi.queries import system_contract, system_parts
from patientapp.messaging.models import OutboxMessage
from patientapp.patients.models import Patient
from patientapp.services.models import Service
from patientapp.worklist.models import WorkItem
from tests.carers.world import make_carer, phone_of
from tests.desk import desk_of, forget_form_token
from tests.factories import (
    NOW,
    form_of,
    make_pack,
    make_patient,
    make_service,
    make_staff,
    sign_in_patient,
    staff_viewer,
)
from tests.pifu.world import patient_of

pytestmark = pytest.mark.usefixtures("now")
OF_NOBODY = {"/api/v1/openapi.json", "/api/v1/docs"}
# A count of the return; a reason to pause texts, and a kind of event, to choose from.
SAYS_THE_WORD = (
    "/staff",  # a link to the days of complaints, with nobody's name
    "/staff/returns",
    "/staff/returns.csv",
    "/api/v1/kpi",
    "/staff/complaints/report",
    "/staff/patients/<uuid:patient_id>/contact/choices",
)
WORDS = "I waited 3 hours and nobody said sorry-unmistakable"


@pytest.fixture
def service(session: Session) -> Service:
    return make_service(session, profile="south_cheshire")


@pytest.fixture
def person(session: Session, service: Service) -> Patient:
    return make_patient(session, service)


def post(phone: FlaskClient, page: str, to: str = "", **values: object):  # type: ignore[no-untyped-def]
    """Send a form of a page, by the token of its first one."""
    forget_form_token()
    shown = phone.get(page).text
    return phone.post(to or page, data=form_of(shown, **values))


def test_b50_a_complaint_from_receipt_to_outcome(
    app: Flask, session: Session, client: FlaskClient, service: Service, person: Patient
) -> None:
    """B50: a receipt with a day, then status and outcome in words, and a text that says nothing of it."""
    sign_in_patient(client, make_pack(session, person))
    sent = post(client, "/tell-us", kind="complaint", words=WORDS, wanted="A call")
    receipt = sent.headers["Location"]
    assert "25 September 2026" in client.get(receipt).text
    told = session.query(Told).one()
    desk = desk_of(app, session, service, Role.SERVICE_ADMIN)
    page = f"/staff/complaints/{told.id}"
    assert WORDS in desk.get(page).text
    named = {"patient_id": str(person.id)}
    assert (
        post(
            desk, page, f"{page}/answer", seen="1", outcome="partly", words="x", themes="waiting", **named
        ).status_code
        == 409
    )  # not before it was acknowledged
    assert post(desk, page, f"{page}/take", seen="1", **named).status_code == 303
    assert post(desk, page, f"{page}/take", seen="1", **named).status_code == 409  # a stale page
    assert (
        post(desk, page, f"{page}/acknowledge", seen="2", words="We look into it", **named).status_code
        == 303
    )
    assert "We look into it" in client.get(receipt).text
    assert post(desk, page, f"{page}/answer", seen="3", **named).status_code == 422
    whole = {"outcome": "well_founded", "words": "We were late. We are sorry.", "themes": ["waiting"]}
    assert post(desk, page, f"{page}/answer", seen="3", **whole, **named).status_code == 303
    shown = client.get(receipt).text
    assert "We were late. We are sorry." in shown
    assert "We found that it was right" in shown
    texts = session.query(OutboxMessage).filter_by(template="told-news").all()
    assert len(texts) == 2
    assert all(text.words == {} for text in texts)


def test_b50_n60_the_return_counts_it_and_no_episode_holds_it(
    app: Flask, session: Session, service: Service, person: Patient
) -> None:
    """N60, K23a, K23b: events of the service, of nobody's referral."""
    make_pack(session, person)
    tell(patient_of(person), "complaint", WORDS, now=NOW)
    tell(patient_of(person), "compliment", "Thank you", now=NOW)
    tell(patient_of(person), "comment", "More chairs", now=NOW)
    session.commit()
    events = session.query(EpisodeEvent).filter(EpisodeEvent.kind.in_(["complaint", "compliment"])).all()
    assert sorted(event.kind for event in events) == ["complaint", "compliment"]
    assert {(event.episode_id, event.recorded_by, event.detail) for event in events} == {
        (None, "system", "")
    }
    september = Period(number(date(2026, 9, 1)), number(date(2026, 9, 30)))
    parts = system_parts(service.id, september)
    made = figures(system_contract(service), parts, september, today=september.last)
    counted = {one.line.id: one.numerator for one in made}
    assert (counted["K23a"], counted["K23b"]) == (1, 1)


def test_b50_a_complaint_is_in_no_clinicians_view(
    app: Flask, session: Session, client: FlaskClient, service: Service, person: Patient
) -> None:
    """B50: over every page of staff's, a clinician meets neither the words nor that there are any."""
    pack = make_pack(session, person)
    told = tell(patient_of(person), "complaint", WORDS, now=NOW).told
    session.commit()
    desk = desk_of(app, session, service, Role.CLINICIAN)
    assert not all_told(staff_viewer(service, Role.CLINICIAN))
    ids = {"patient_id": person.id, "told_id": told.id, "episode_id": pack.episode_id}
    seen = 0
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or not rule.arguments <= ids.keys():
            continue
        if not rule.rule.startswith(("/staff", "/api/v1", "/fhir")) or rule.rule.endswith(
            ("openapi.json", "docs")
        ):
            continue
        page = desk.get(rule.rule if not rule.arguments else _filled(app, rule, ids))
        assert "unmistakable" not in page.text, rule.rule
        has_word = "omplain" in page.text and rule.rule not in SAYS_THE_WORD
        assert not has_word, rule.rule
        assert not (rule.endpoint.startswith("told_staff.") and page.status_code != 403), rule.rule
        seen += page.status_code == 200
    assert seen > 20


def _filled(app: Flask, rule, ids):  # type: ignore[no-untyped-def]
    with app.test_request_context():
        return app.url_map.bind("localhost").build(
            rule.endpoint, {name: ids[name] for name in rule.arguments}
        )


def test_sec_02_only_who_told_it_reads_it(
    app: Flask, session: Session, client: FlaskClient, service: Service, person: Patient
) -> None:
    told = tell(patient_of(person), "complaint", WORDS, now=NOW).told
    sign_in_patient(client, make_pack(session, make_patient(session, service)))
    assert client.get(f"/tell-us/{told.id}").status_code == 404
    assert client.get(f"/tell-us/{uuid4()}").status_code == 404
    elsewhere = desk_of(app, session, make_service(session), Role.SERVICE_ADMIN)
    assert elsewhere.get(f"/staff/complaints/{told.id}").status_code == 404
    assert "Nobody has told us anything so far" in elsewhere.get("/staff/complaints").text
    assert not phone_of(app, session, make_carer(person)).get("/tell-us").text.count("unmistakable")
    desk = desk_of(app, session, service, Role.SERVICE_ADMIN)
    away = {"patient_id": str(uuid4()), "seen": "1"}
    page = f"/staff/complaints/{told.id}"
    assert post(desk, page, f"{page}/take", **away).status_code == 409


@pytest.mark.parametrize(
    ("values", "reason"), [({"kind": "comment"}, "risk_in_words"), ({}, "risk_in_lost_words")]
)
def test_clin_03_a_cry_for_help_in_a_complaint_is_heard_kept_or_refused(
    session: Session, client: FlaskClient, person: Patient, values: dict[str, str], reason: str
) -> None:
    sign_in_patient(client, make_pack(session, person))
    post(client, "/tell-us", words="Nobody helps and I want to kill myself", **values)
    assert reason in set(session.scalars(sa.select(WorkItem.reason)))


def test_rel_02_a_complaint_sent_twice_is_one(
    session: Session, client: FlaskClient, person: Patient
) -> None:
    sign_in_patient(client, make_pack(session, person))
    form = form_of(client.get("/tell-us").text, kind="complaint", words=WORDS)
    first, again = client.post("/tell-us", data=form), client.post("/tell-us", data=form)
    assert first.headers["Location"] == again.headers["Location"]
    assert session.query(Told).count() == 1
    unknown = form_of(client.get("/tell-us").text, kind="comment", words="x", owner="me")
    assert client.post("/tell-us", data=unknown).status_code == 422


def test_b59_n54_the_participation_report_counts_and_names_nobody(
    app: Flask, session: Session, service: Service, person: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B59, N54: live counts by quarter, outcomes and themes of the year, acknowledged in time or not."""
    admin = staff_viewer(
        service, Role.SERVICE_ADMIN, staff_id=make_staff(session, service, Role.SERVICE_ADMIN).id
    )
    for days in (1, 9):
        one = tell(patient_of(person), "complaint", WORDS, now=NOW)
        later = NOW + timedelta(days=days)
        acknowledge(admin, one.told.id, "We have it", seen=1, now=later)
        answer(admin, one.told.id, outcome="partly", words="Sorry", themes=["waiting"], seen=2, now=later)
    found = counts(admin, first=date(2026, 7, 1), last=date(2026, 9, 30))
    assert (found.kinds["complaint"], found.acknowledged, found.acknowledged_in_time) == (2, 2, 1)
    assert (found.themes["waiting"], found.outcomes["partly"]) == (2, 2)
    desk = desk_of(app, session, service, Role.SERVICE_ADMIN)
    page = desk.get("/staff/participation").text
    assert "unmistakable" not in page
    assert person.family_name not in page
    assert session.query(ToldEvent).count() == 6


def test_n56_you_said_we_did_is_published_read_and_taken_back(
    app: Flask, session: Session, client: FlaskClient, service: Service
) -> None:
    """N56: staff publish, anybody reads without signing in, another service cannot take it back."""
    desk = desk_of(app, session, service, Role.SERVICE_ADMIN)
    assert post(desk, "/staff/you-said", theme="waiting", said="", did="x").status_code == 422
    given = {"theme": "waiting", "said": "The wait is long", "did": "We open on Thursdays too"}
    assert post(desk, "/staff/you-said", **given).status_code == 303
    page = f"/services/{service.slug}/you-said"
    assert "We open on Thursdays too" in client.get(page).text
    there = desk_of(app, session, make_service(session), Role.SERVICE_ADMIN)
    back = f"/staff/you-said/{session.query(YouSaid).one().id}/take-back"
    assert post(there, "/staff/you-said", back).status_code == 404
    assert post(desk, "/staff/you-said", back).status_code == 303
    assert "Thursdays" not in client.get(page).text
