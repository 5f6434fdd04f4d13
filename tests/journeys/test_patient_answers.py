"""Given a patient with questions open, when they answer on a phone without script, then it is kept."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.assessments.models import Draft, Response
from patientapp.messaging.models import OutboxMessage
from patientapp.worklist.models import WorkItem
from tests.factories import form_of, make_pack, make_patient, make_service, make_token, tasks_of


def follow(client: FlaskClient, address: str, **values: object) -> tuple[str, str]:
    """Open a page and post its first form; the page after it and its address."""
    page = client.get(address).text
    action = re.search(r'<form action="([^"]+)"', page)
    assert action, page
    response = client.post(
        action[1].replace("&amp;", "&"), data=form_of(page, **values), follow_redirects=True
    )
    return response.text, response.request.path


def test_from_the_text_to_thank_you_without_script(client: FlaskClient, session: Session) -> None:
    service = make_service(session)
    patient = make_patient(session, service)
    pack = make_pack(session, patient, ["pseq"])
    _link, token = make_token(pack)
    session.commit()

    page, path = follow(client, f"/q/{token}")
    assert path == "/date-of-birth"
    page, path = follow(client, path, day="3", month="mar", year="1975")
    assert path == "/who"
    page, path = follow(client, path, who="helped")
    assert path == "/before-you-begin"
    assert "999" in page
    task = tasks_of(session, pack)[0]
    page, path = (
        client.get(f"/tasks/{task.id}", follow_redirects=True).text,
        f"/tasks/{task.id}/questions/1",
    )
    for number in range(1, 11):
        assert "Demonstration wording" in page
        assert f"Question {number} of 10" in page
        page, path = follow(client, path, **{f"q{number}": "4", "act": "answer"})
    assert path == f"/tasks/{task.id}/check"
    page, path = follow(client, path)
    assert "We have your answers" in page
    stored = session.query(Response).one()
    assert stored.scores["total"] == 40
    assert stored.answered_by == "helped"
    assert stored.birth_date_confirmed
    assert session.query(Draft).count() == 0


def test_p6_a_risk_answer_shows_advice_first_and_makes_an_alert_before_sending(
    client: FlaskClient, session: Session
) -> None:
    """D18: help on the screen at once, and somebody is told."""
    service = make_service(session)
    patient = make_patient(session, service)
    pack = make_pack(session, patient, ["eq5d5l"])
    _link, token = make_token(pack)
    session.commit()
    _page, path = follow(client, f"/q/{token}")
    _page, path = follow(client, path, day="3", month="3", year="1975")
    follow(client, path, who="self")
    task = tasks_of(session, pack)[0]
    page, path = follow(client, f"/tasks/{task.id}/questions/5", ad="5", act="answer")
    assert "Help for you now" in page
    assert page.index("116 123") < page.index("We have asked somebody")
    alert = session.query(WorkItem).one()
    assert alert.kind == "alert"
    assert session.query(OutboxMessage).filter_by(template="duty-alert").count() == 1


@pytest.mark.parametrize("typed", [("4", "3", "1975"), ("3", "3", "1957")])
def test_link_04_a_wrong_birth_date_is_counted_and_the_fifth_locks(
    client: FlaskClient, session: Session, typed: tuple[str, str, str]
) -> None:
    service = make_service(session)
    pack = make_pack(session, make_patient(session, service))
    _link, token = make_token(pack)
    session.commit()
    follow(client, f"/q/{token}")
    day, month, year = typed
    for _attempt in range(4):
        page, _path = follow(client, "/date-of-birth", day=day, month=month, year=year)
        assert "does not match our record" in page
    page, _path = follow(client, "/date-of-birth", day=day, month=month, year=year)
    assert "We have locked this link" in page
    assert session.query(WorkItem).filter_by(reason="link_locked").count() == 1
    assert "We have locked this link" in client.get(f"/q/{token}").text
