"""Staff agree, send back and withdraw a flare-up plan (CLIN-07, CLIN-10)."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.patients.models import Patient
from patientapp.plans import actions, keeping
from patientapp.plans.actions import PlanNotReady
from patientapp.plans.models import FlarePlanStep
from patientapp.plans.queries import plans_of
from patientapp.plans.rules import Content, PlanState, Section
from patientapp.plans.steps import PlanClosed
from patientapp.services.models import Service
from tests.appointments.world import patient_of
from tests.desk import desk_of, forget_form_token
from tests.factories import NOW, form_of, make_patient, make_service, make_staff, staff_viewer
from tests.plans.world import REVIEW, make_agreed, make_plan

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def person(session: Session) -> Patient:
    return make_patient(session, make_service(session))


@pytest.fixture
def desk(app: Flask, session: Session, person: Patient) -> FlaskClient:
    return desk_of(app, session, session.get_one(Service, person.service_id))


def post(desk: FlaskClient, person: Patient, verb: str, **values: object):  # type: ignore[no-untyped-def]
    forget_form_token()
    page = f"/staff/patients/{person.id}/flare-up"
    form = form_of(desk.get(page).text, patient_id=str(person.id)) | values
    return desk.post(f"{page}/{verb}", data=form | {"idempotency_key": f"key-{uuid4().hex}"})


def agree_form(plan, **over: object) -> dict[str, object]:  # type: ignore[no-untyped-def]
    return {"seen": plan.seen, "day": "1", "month": "3", "year": "2027"} | over


def test_clin_10_a_named_clinician_agrees_what_they_read(
    desk: FlaskClient, session: Session, person: Patient
) -> None:
    plan = make_plan(session, person)
    session.commit()
    assert post(desk, person, "agree", **agree_form(plan)).status_code == 303
    agreed = plans_of(patient_of(person), person.id)[0]
    assert agreed.agreement is not None
    assert agreed.agreement.review_on == date(2027, 3, 1)
    step = session.query(FlarePlanStep).filter_by(plan_id=plan.id, state=PlanState.AGREED).one()
    assert step.staff_id is not None
    assert step.safety_version == "safety-cards 1"


def test_clin_07_a_plan_that_changed_since_it_was_read_is_not_agreed(
    desk: FlaskClient, session: Session, person: Patient
) -> None:
    plan = make_plan(session, person)
    me = patient_of(person)
    actions.save_section(me, plan.id, Section.SIGNS, Content(words="New"), seen=0, now=NOW)
    session.commit()
    assert post(desk, person, "agree", **agree_form(plan)).status_code == 409
    assert plans_of(me, person.id)[0].state is PlanState.DRAFT


def test_clin_07_a_page_about_another_patient_changes_nothing(
    desk: FlaskClient, session: Session, person: Patient
) -> None:
    plan = make_plan(session, person)
    session.commit()
    values = agree_form(plan, patient_id=str(uuid4()))
    assert post(desk, person, "agree", **values).status_code == 409
    assert plans_of(patient_of(person), person.id)[0].state is PlanState.DRAFT


def test_a_plan_that_lacks_a_part_says_which(
    desk: FlaskClient, session: Session, person: Patient
) -> None:
    plan = actions.begin(patient_of(person), person.id, now=NOW)
    session.commit()
    refused = post(desk, person, "agree", **agree_form(plan))
    assert refused.status_code == 422
    assert "My first steps: This part is needed" in refused.text
    assert "When I contact the team: This part is needed" in refused.text


def test_medicines_are_checked_by_staff_before_a_plan_is_agreed(
    desk: FlaskClient, session: Session, person: Patient
) -> None:
    plan = make_plan(session, person, medicines=Content(words="My usual tablets"))
    session.commit()
    assert post(desk, person, "agree", **agree_form(plan)).status_code == 422
    assert post(desk, person, "agree", **agree_form(plan, medicines_checked="yes")).status_code == 303


def test_clin_10_a_change_of_an_agreed_plan_is_a_new_version_and_the_old_one_stays_meanwhile(
    session: Session, person: Patient
) -> None:
    first = make_agreed(session, person)
    me = patient_of(person)
    with pytest.raises(PlanClosed):
        actions.save_section(me, first.id, Section.SIGNS, Content(words="x"), seen=0, now=NOW)
    second = actions.begin(me, person.id, now=NOW)
    assert second.version == 2
    assert second.content(Section.FIRST_DAY) == first.content(Section.FIRST_DAY)
    assert actions.begin(me, person.id, now=NOW).id == second.id
    service = session.get_one(Service, person.service_id)
    clinician = staff_viewer(service, staff_id=make_staff(session, service).id)
    actions.agree(
        clinician, second.id, seen=second.seen, review_on=REVIEW, medicines_checked=False, now=NOW
    )
    states = {plan.version: plan.state for plan in plans_of(me, person.id)}
    assert states == {1: PlanState.WITHDRAWN, 2: PlanState.AGREED}


def test_send_back_with_a_note_that_the_patient_reads(
    desk: FlaskClient, session: Session, person: Patient
) -> None:
    plan = make_plan(session, person)
    actions.share(patient_of(person), plan.id, now=NOW)
    session.commit()
    assert post(desk, person, "send-back", note="").status_code == 422
    assert post(desk, person, "send-back", note="Who could help at night?").status_code == 303
    back = plans_of(patient_of(person), person.id)[0]
    assert (back.state, back.steps[-1].note) == (PlanState.DRAFT, "Who could help at night?")


def test_withdrawn_it_is_gone_from_the_patients_pages(
    desk: FlaskClient, session: Session, person: Patient
) -> None:
    make_agreed(session, person)
    session.commit()
    assert post(desk, person, "withdraw", note="Unsafe advice in it").status_code == 303
    page = desk.get(f"/staff/patients/{person.id}/flare-up").text
    assert "Unsafe advice in it" in page
    assert desk.get(f"/staff/patients/{person.id}/flare-up/print").status_code == 404


def test_staff_write_a_part_with_the_patient(
    desk: FlaskClient, session: Session, person: Patient
) -> None:
    make_plan(session, person)
    session.commit()
    address = f"/staff/patients/{person.id}/flare-up/section?section=comfort"
    assert "My own words" in desk.get(address).text
    kept = post(desk, person, "section", section="comfort", words="A warm bath", seen="0")
    assert kept.status_code == 303
    saved = plans_of(patient_of(person), person.id)[0].sections[Section.COMFORT]
    assert saved.content.words == "A warm bath"
    assert saved.by.startswith("staff:")
    assert post(desk, person, "section", section="urgent", words="x", seen="0").status_code == 404


def test_flares_stand_on_the_staff_page_with_their_days(
    desk: FlaskClient, session: Session, person: Patient
) -> None:
    me = patient_of(person)
    keeping.note_flare(me, person.id, on=NOW.date() - timedelta(days=4), now=NOW, note="After the move")
    keeping.end_flare(me, person.id, started_on=NOW.date() - timedelta(days=4), on=NOW.date(), now=NOW)
    session.commit()
    for address in (f"/staff/patients/{person.id}/flare-up", f"/staff/patients/{person.id}"):
        page = desk.get(address).text
        assert "18 September 2026" in page
        assert "22 September 2026" in page
        assert "After the move" in page


def test_not_ready_names_each_part(session: Session, person: Patient) -> None:
    plan = actions.begin(patient_of(person), person.id, now=NOW)
    service = session.get_one(Service, person.service_id)
    with pytest.raises(PlanNotReady) as refused:
        actions.agree(
            staff_viewer(service, Role.CLINICIAN, staff_id=make_staff(session, service).id),
            plan.id,
            seen=plan.seen,
            review_on=None,
            medicines_checked=False,
            now=NOW,
        )
    assert set(refused.value.fields) == {"first_day", "when_to_contact", "review_on"}
