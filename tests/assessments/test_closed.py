"""A closed set shows no questions; it says when it closed and whom to call (section 11, REL-03)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.assessments import answering
from patientapp.assessments.models import Pack
from tests.factories import (
    NOW,
    make_pack,
    make_patient,
    make_service,
    patient_viewer,
    sign_in_patient,
    tasks_of,
)

PAGES = ("", "/questions/1", "/questions/10", "/check")
CLOSED = {"opens_on": date(2026, 8, 1), "due_on": date(2026, 8, 9), "closes_on": date(2026, 9, 19)}
EARLY = {"opens_on": date(2026, 10, 1), "due_on": date(2026, 10, 9), "closes_on": date(2026, 10, 19)}


def pack_of(session: Session, client: FlaskClient, **days: date) -> Pack:
    made = make_pack(session, make_patient(session, make_service(session)), **days)
    sign_in_patient(client, made)
    return made


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("days", "said"),
    [(CLOSED, "closed on Saturday 19 September 2026"), (EARLY, "open on Thursday 1 October 2026")],
)
def test_closed_questions_are_not_shown_and_say_when_and_whom_to_call(
    client: FlaskClient, session: Session, now: object, page: str, days: dict[str, date], said: str
) -> None:
    made = pack_of(session, client, **days)
    answer = client.get(f"/tasks/{tasks_of(session, made)[0].id}{page}")
    assert answer.status_code == 409
    assert said in answer.text
    assert "0113 496 0100" in answer.text
    assert "Go back and look again" not in answer.text
    assert 'type="radio"' not in answer.text


def test_the_task_list_says_closed_and_leads_nowhere(
    client: FlaskClient, session: Session, now: object
) -> None:
    made = pack_of(session, client, **CLOSED)
    page = client.get("/before-you-begin", follow_redirects=True).text
    assert "These questions closed on Saturday 19 September 2026" in page
    assert str(tasks_of(session, made)[0].id) not in page


def test_the_api_refuses_as_the_pages_do(client: FlaskClient, session: Session, now: object) -> None:
    made = pack_of(session, client, **CLOSED)
    refused = client.get(f"/api/v1/tasks/{tasks_of(session, made)[0].id}")
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/not-open")  # type: ignore[index]


def test_rel_03_what_was_begun_in_time_stays_open_for_72_hours(
    client: FlaskClient, session: Session, now: object
) -> None:
    made = pack_of(session, client, **CLOSED)
    task = tasks_of(session, made)[0]
    asking = patient_viewer(made)
    begun = NOW - timedelta(days=4)
    answering.save_answer(asking, task.id, item="q1", value=3, version=1, now=begun)
    session.commit()
    assert client.get(f"/tasks/{task.id}/questions/2").status_code == 200
    assert client.get(f"/tasks/{task.id}/check").status_code == 200
