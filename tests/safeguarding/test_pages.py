"""Telling in private, and words of abuse elsewhere (C63, D32)."""

from __future__ import annotations

import html

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.audit.models import AuditEntry
from patientapp.messaging.models import OutboxMessage
from patientapp.safeguarding.models import Disclosure
from patientapp.services.models import Service
from patientapp.worklist.models import WorkItem
from tests.desk import desk_of, forget_form_token
from tests.factories import form_of, make_pack, make_patient, make_service, sign_in_patient

pytestmark = pytest.mark.usefixtures("now")
WORDS = "My partner <b>hits</b> me when the tablets run out."


def told(client: FlaskClient, **over: str):  # type: ignore[no-untyped-def]
    forget_form_token()
    page = client.get("/private").text
    return client.post("/private", data=form_of(page) | {"words": WORDS, "reach": "next_visit"} | over)


@pytest.fixture
def service(session: Session) -> Service:
    return make_service(session)


def test_d32_c63_what_is_told_in_private_is_an_alert_and_never_stands_on_the_phone_again(
    app: Flask, session: Session, service: Service, client: FlaskClient
) -> None:
    """C63, D32: a way to tell, with the alert in the same transaction; sent twice it is one."""
    pack = make_pack(session, make_patient(session, service))
    sign_in_patient(client, pack)
    for wrong in ({"words": " "}, {"reach": "shout"}, {"reach": "other"}, {"words": "x" * 4001}):
        assert told(client, **wrong).status_code == 422
    assert session.query(Disclosure).count() == 0
    key = {"idempotency_key": "one-key-of-one-phone"}
    for _twice in range(2):
        assert told(client, **key).status_code == 303
    (kept,) = session.query(Disclosure).all()
    assert kept.words == WORDS
    reasons = [one.reason for one in session.query(WorkItem).filter_by(patient_id=pack.patient_id)]
    assert reasons.count("told_in_private") == 1
    texts = session.query(OutboxMessage).all()
    assert {one.template for one in texts} == {"duty-alert"}
    assert "hits" not in str([one.words for one in texts])
    for page in ("/private", "/private/thanks", "/my-page"):
        assert "hits" not in client.get(page).text
    desk, own = desk_of(app, session, service), f"/staff/patients/{pack.patient_id}"
    for shared in ("/staff", own, f"{own}/findings"):
        assert "hits" not in desk.get(shared).text
    assert f"{own}/private" in desk.get(own).text
    shown = desk.get(f"{own}/private").text
    assert html.escape(WORDS) in shown
    assert "Draft guidance, not reviewed" in shown
    front = desk_of(app, session, service, Role.SERVICE_ADMIN)
    assert front.get(f"{own}/private").status_code == 403
    assert desk_of(app, session, make_service(session)).get(f"{own}/private").status_code == 404
    done = {one.action for one in session.query(AuditEntry).filter_by(chain=f"patient:{pack.patient_id}")}
    assert {"sent own words", "looked at what was told in private"} <= done


def test_d32_two_cries_in_one_are_two_alerts(
    session: Session, service: Service, client: FlaskClient
) -> None:
    pack = make_pack(session, make_patient(session, service))
    sign_in_patient(client, pack)
    assert told(client, words="He beats me. I want to kill myself.").status_code == 303
    reasons = {one.reason for one in session.query(WorkItem).filter_by(patient_id=pack.patient_id)}
    assert {"told_in_private", "risk_in_words"} <= reasons


def test_nobody_without_a_date_of_birth_can_tell_or_read(app: Flask) -> None:
    stranger = app.test_client()
    assert stranger.get("/private").status_code in {302, 303, 401, 403}
