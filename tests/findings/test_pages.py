"""Staff's pages of findings."""

from __future__ import annotations

import html
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.audit.models import AuditEntry
from patientapp.episodes.models import Episode
from patientapp.findings.models import Finding
from patientapp.patients.models import Patient
from patientapp.services.models import Service
from tests.desk import answer, desk_of, forget_form_token
from tests.factories import form_of, make_episode, make_pack, make_patient, make_service, sign_in_patient

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def service(session: Session) -> Service:
    return make_service(session, profile="bassetlaw")


@pytest.fixture
def person(session: Session, service: Service) -> Patient:
    return make_patient(session, service)


@pytest.fixture
def episode(session: Session, person: Patient) -> Episode:
    return make_episode(session, person)


def post(desk: FlaskClient, address: str, **values: str):  # type: ignore[no-untyped-def]
    forget_form_token()
    return desk.post(address, data=form_of(desk.get(address).text, **values) | values)


def filled(person: Patient, episode: Episode, **over: str) -> dict[str, str]:
    day = {"day": "22", "month": "9", "year": "2026", "idempotency_key": f"key-{uuid4().hex}"}
    return {"patient_id": str(person.id), "episode": str(episode.id)} | day | over


def test_b12_n37_a_clinician_sees_the_flag_reviews_the_family_and_can_take_it_back(
    app: Flask, session: Session, service: Service, person: Patient, episode: Episode
) -> None:
    answer(
        session,
        person,
        episode,
        instrument="children",
        values={"number": 1, "touched": 1, "wants_plan": 1},
    )
    desk, page = desk_of(app, session, service), f"/staff/patients/{person.id}"
    words = "The patient says that pain makes things harder for their children"
    for shown in (page, f"{page}/findings", "/staff/triage"):
        assert words in desk.get(shown).text
    assert "Family and children" in desk.get("/staff/reviews").text
    form = f"{page}/findings/family_review"
    missing = post(desk, form, **filled(person, episode, note="spoke to the <b>family</b>"))
    assert missing.status_code == 422
    assert "Choose an answer" in missing.text
    assert "spoke to the &lt;b&gt;family" in missing.text
    sent = filled(person, episode, impact="yes", referral="referred")
    assert post(desk, form, **sent).status_code == 303
    assert post(desk, form, **sent).status_code == 303  # sent twice, kept once
    (kept,) = session.query(Finding).all()
    assert "Pain affects children who depend on this person" in desk.get(page).text
    assert "No review is due." in desk.get("/staff/reviews").text
    told = html.unescape(desk.get("/staff/findings?first=2026-09-01&last=2026-09-30").text)
    assert "1 times, 1 people." in told
    back = f"{page}/findings/{kept.id}/undo"
    forget_form_token()
    assert (
        desk.post(
            back, data=form_of(desk.get(f"{page}/findings").text, **filled(person, episode))
        ).status_code
        == 303
    )
    assert "Pain affects children who depend on this person" not in desk.get(page).text
    done = {one.action for one in session.query(AuditEntry).filter_by(chain=f"patient:{person.id}")}
    assert {"kept family_review", "took back family_review", "looked at findings"} <= done


def test_b02_the_opening_of_a_plan_is_counted(
    app: Flask, session: Session, service: Service, client: FlaskClient, person: Patient
) -> None:
    """B02: beside change in confidence (PSEQ) and the topics done."""
    sign_in_patient(client, make_pack(session, person))
    for _twice in range(2):
        assert client.get("/flare-up").status_code == 200
    page = "/staff/findings?first=2026-09-01&last="
    desk = desk_of(app, session, service)
    assert "opened 2 times by 1 people" in desk.get(f"{page}2026-09-30").text
    assert "opened 0 times by 0 people" in desk.get(f"{page}2026-09-02").text


def test_clin_07_a_stale_tab_of_another_patient_and_a_foreign_one(
    app: Flask, session: Session, service: Service, person: Patient, episode: Episode
) -> None:
    desk, other = desk_of(app, session, service), make_patient(session, service)
    address = f"/staff/patients/{person.id}/findings/four_ds"
    assert post(desk, address, **filled(other, episode)).status_code == 409
    assert session.query(Finding).count() == 0
    foreign = make_patient(session, make_service(session))
    session.commit()
    for address in (
        f"/staff/patients/{foreign.id}/findings",
        f"/staff/patients/{uuid4()}/findings/four_ds",
    ):
        assert desk.get(address).status_code == 404
    assert desk.get(f"/staff/patients/{person.id}/findings/nothing").status_code == 404


def test_b16_the_front_desk_logs_a_question_and_no_clinical_form(
    app: Flask, session: Session, service: Service, person: Patient, episode: Episode
) -> None:
    desk, page = (
        desk_of(app, session, service, Role.SERVICE_ADMIN),
        f"/staff/patients/{person.id}/findings",
    )
    assert "Question to the service" in desk.get(page).text
    assert "Four things" not in desk.get(page).text
    assert desk.get(f"{page}/four_ds").status_code == 403
    asked = {"from": "gp", "by": "letter", "about": "Is the referral for the clinic in Newtown?"}
    assert post(desk, f"{page}/query", **filled(person, episode, **asked)).status_code == 303
    listed = desk.get("/staff/questions").text
    assert "Waiting" in listed
    assert "The GP or another clinician" in listed
    assert desk.get("/staff/questions?first=2026-09-30&last=2026-09-01").status_code == 422
    assert desk.get("/staff/findings").status_code == 403
