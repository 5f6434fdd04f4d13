"""C58, N35, N44, D17: goals, hopes, practice and what to talk about, in the patient's own words."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.assessments.rules import TimePoint
from patientapp.goals.models import GoalReview, OwnWords, PatientGoal
from patientapp.keeping.belongings import belongings
from patientapp.patients.models import Patient
from patientapp.services.models import Service
from patientapp.worklist.models import WorkItem
from tests.desk import answer, desk_of, forget_form_token
from tests.factories import (
    NOW,
    form_of,
    make_episode,
    make_pack,
    make_patient,
    make_service,
    sign_in_patient,
)

pytestmark = pytest.mark.usefixtures("now")
GOALS, TALK = "/my-page/goals", "/my-page/to-talk-about"


@pytest.fixture
def person(session: Session, client: FlaskClient) -> Patient:
    """Somebody on their own page."""
    made = make_patient(session, make_service(session))
    sign_in_patient(client, make_pack(session, made))
    session.commit()
    return made


def post(client: FlaskClient, address: str, *, page: str = GOALS, **fields: object):  # type: ignore[no-untyped-def]
    forget_form_token()
    return client.post(address, data=form_of(client.get(page).text, **fields))


def test_c58_a_goal_keeps_every_state_it_was_in(
    app: Flask, session: Session, client: FlaskClient, person: Patient
) -> None:
    """Set by the patient, reviewed at the visit, seen by both; nothing is overwritten."""
    assert post(client, GOALS, words="Walk to the shop").status_code == 303
    goal = session.scalars(sa.select(PatientGoal)).one()
    assert post(client, f"{GOALS}/{goal.id}", state="partly", seen="0").status_code == 303
    desk = desk_of(app, session, session.get_one(Service, person.service_id))
    address = f"/staff/patients/{person.id}/goals"
    forget_form_token()
    page = desk.get(address).text
    assert "said by the patient" in page
    fields = {"patient_id": str(person.id), "state": "reached", "seen": "1", "note": "Twice a week"}
    assert desk.post(f"{address}/{goal.id}", data=form_of(page, **fields)).status_code == 303
    assert "Twice a week" in desk.get(address).text
    assert "Done" in client.get(GOALS).text
    states = session.scalars(sa.select(GoalReview.state).order_by(GoalReview.seq)).all()
    assert states == ["partly", "reached"]


def test_clin_07_a_stale_or_swapped_review_is_refused(
    app: Flask, session: Session, client: FlaskClient, person: Patient
) -> None:
    post(client, GOALS, words="Sleep better")
    goal = session.scalars(sa.select(PatientGoal)).one()
    service = session.get_one(Service, person.service_id)
    other = make_patient(session, service)
    desk, address = desk_of(app, session, service), f"/staff/patients/{person.id}/goals/{goal.id}"
    forget_form_token()
    page = desk.get(f"/staff/patients/{person.id}/goals").text
    right = {"patient_id": str(person.id), "state": "reached", "seen": "0"}
    swapped = desk.post(address, data=form_of(page, **(right | {"patient_id": str(other.id)})))
    post(client, f"{GOALS}/{goal.id}", state="stopped", seen="0")
    forget_form_token()
    page = desk.get(f"/staff/patients/{person.id}/goals").text
    stale = desk.post(address, data=form_of(page, **right))
    elsewhere = desk.post(
        f"/staff/patients/{other.id}/goals/{goal.id}",
        data=form_of(page, **(right | {"patient_id": str(other.id)})),
    )
    assert (swapped.status_code, stale.status_code, elsewhere.status_code) == (409, 409, 404)
    assert "This goal changed while you were looking" in stale.text


def test_n35_d17_hopes_and_what_to_talk_about_stand_first_on_the_summary(
    app: Flask, session: Session, client: FlaskClient, person: Patient
) -> None:
    """N44: with the log of practice, on the page that is printed for the visit."""
    sent = {"topics": ["sleep", "work"], "talk": "Night shifts", "hope": "To drive again"}
    assert post(client, TALK, page=TALK, **sent).status_code == 303
    post(client, "/my-page/practice", practice="Slow breathing, 10 minutes")
    again = client.get(TALK).text
    assert again.count("checked") == 2
    assert "Night shifts" in again
    page = (
        desk_of(app, session, session.get_one(Service, person.service_id))
        .get(f"/staff/patients/{person.id}/timeline")
        .text
    )
    for said in ("Sleep, Work, caring or study. ", "Night shifts", "To drive again", "Slow breathing"):
        assert said in page, said


def test_clin_03_words_of_risk_make_an_alert_and_show_advice_first(
    session: Session, client: FlaskClient, person: Patient
) -> None:
    for address, page, fields in (
        (GOALS, GOALS, {"words": "I want to kill myself"}),
        ("/my-page/practice", GOALS, {"practice": "I want to end my life"}),
        (TALK, TALK, {"talk": "I want to kill myself"}),
    ):
        answer = post(client, address, page=page, **fields)
        shown = client.get(answer.headers["Location"]).text
        assert shown.index("Help for you now") < shown.index("999")
    assert session.scalar(sa.select(sa.func.count(WorkItem.id))) == 3


@pytest.mark.parametrize("words", ["", " ", "x" * 501])
def test_a_mistake_is_said_and_what_was_typed_stays(
    session: Session, client: FlaskClient, person: Patient, words: str
) -> None:
    assert post(client, GOALS, words=words).status_code == 422
    assert post(client, TALK, page=TALK, talk=words, hope="").status_code == 422
    assert session.scalar(sa.select(sa.func.count(PatientGoal.id))) == 0


def test_sec_02_nobody_reviews_anothers_goal(
    session: Session, client: FlaskClient, person: Patient
) -> None:
    other = make_patient(session, make_service(session))
    theirs = PatientGoal(
        service_id=other.service_id, patient_id=other.id, words="Theirs", made_at=other.created_at
    )
    session.add(theirs)
    session.commit()
    foreign = post(client, f"{GOALS}/{theirs.id}", state="reached", seen="0")
    unknown = post(client, f"{GOALS}/{other.id}", state="reached", seen="0")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert "Theirs" not in client.get(GOALS).text


def test_rel_02_a_double_tap_is_one_line(session: Session, client: FlaskClient, person: Patient) -> None:
    form = form_of(client.get(GOALS).text, practice="Stretching")
    for _ in range(2):
        assert client.post("/my-page/practice", data=form).status_code == 303
    assert session.scalar(sa.select(sa.func.count(OwnWords.id))) == 1


def test_d46_the_discharge_form_shows_what_changed(app: Flask, session: Session) -> None:
    """Scores, goals and the form on one page; the discharge is recorded from it."""
    service = make_service(session)
    person = make_patient(session, service)
    episode = make_episode(session, person)
    answer(session, person, episode, values=2, at=NOW - timedelta(days=90))
    answer(session, person, episode, when=TimePoint.TD, values=5)
    desk = desk_of(app, session, service)
    address = f"/staff/patients/{person.id}/episodes/{episode.id}"
    page = desk.get(f"{address}/discharge").text
    assert "+30" in page
    assert "Offer a maintenance session" in page
    form = form_of(page, patient_id=str(person.id), kind="discharged", day="20", month="9", year="2026")
    assert desk.post(f"{address}/events", data=form).status_code == 303
    other = make_episode(session, make_patient(session, service))
    assert desk.get(f"{address.replace(str(episode.id), str(other.id))}/discharge").status_code == 404


def test_goals_leave_with_the_record(
    app: Flask, session: Session, client: FlaskClient, person: Patient
) -> None:
    """OPS-06: all that is held of a person is found for export and erasure."""
    post(client, GOALS, words="Walk to the shop")
    post(client, "/my-page/practice", practice="Stretching")
    held = {table.name for table in belongings(person.id)}
    assert {"goals", "own_words"} <= held
