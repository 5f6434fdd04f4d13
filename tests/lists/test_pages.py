"""C06, D27, D30: who needs somebody now, and who of us has it."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.appointments.actions import miss
from patientapp.assessments.rules import TimePoint
from patientapp.db import db
from patientapp.patients.models import Patient
from patientapp.worklist.models import WorkItem
from tests.appointments.world import make_visit
from tests.desk import answer, desk_of, forget_form_token
from tests.factories import (
    NOW,
    form_of,
    make_episode,
    make_pack,
    make_patient,
    make_service,
    staff_viewer,
)

pytestmark = pytest.mark.usefixtures("now")
DUE = {"opens_on": date(2026, 8, 1), "due_on": date(2026, 9, 1), "closes_on": date(2026, 9, 10)}


def late(session: Session, name: str = "Late") -> Patient:
    person = make_patient(session, make_service(session), family_name=name)
    make_pack(session, person, **DUE)
    return person


def desk_for(app: Flask, session: Session, person: Patient, *roles: Role) -> FlaskClient:
    from patientapp.services.queries import system_service

    forget_form_token()
    return desk_of(app, session, system_service(person.service_id), *roles)


def test_d30_who_did_not_answer_stands_on_the_list_until_they_do(app: Flask, session: Session) -> None:
    person = late(session)
    for closes, name in ((date(2026, 8, 1), "Longago"), (date(2026, 10, 9), "Notyet")):
        other = make_patient(session, _service(session, person), family_name=name)
        due = closes if name == "Longago" else date(2026, 10, 1)
        make_pack(session, other, opens_on=date(2026, 7, 1), due_on=due, closes_on=closes)
    desk = desk_for(app, session, person)
    page = desk.get("/staff/lists/no_answer").text
    assert "Late" in page
    assert "Longago" not in page
    assert "Notyet" not in page
    assert desk.get("/staff/lists").headers["Location"].endswith("/staff/lists/no_answer")


def _service(session: Session, person: Patient):  # type: ignore[no-untyped-def]
    from patientapp.services.models import Service

    return session.get_one(Service, person.service_id)


def test_two_people_never_own_one_line(app: Flask, session: Session) -> None:
    person = late(session)
    desks = [desk_for(app, session, person) for _ in range(2)]
    answers = []
    for desk in desks:
        forget_form_token()
        page = desk.get("/staff/lists/no_answer").text
        form = form_of(page, patient_id=str(person.id), key=_key(page, session))
        answers.append(desk.post(f"/staff/lists/no_answer/take/{person.id}", data=form))
    assert [one.status_code for one in answers] == [303, 409]
    assert "A colleague has this" in answers[1].text
    assert session.scalar(sa.select(sa.func.count(WorkItem.id))) == 1
    item = session.scalars(sa.select(WorkItem)).one()
    assert "Robin Staff" in desks[1].get("/staff/lists/no_answer").text
    assert "Late" not in desks[1].get("/staff/lists/no_answer?show=mine").text
    assert "Late" in desks[0].get("/staff/lists/no_answer?show=mine").text
    forget_form_token()
    page = desks[0].get(f"/staff/alerts/{item.id}").text
    form = form_of(page, patient_id=str(person.id), action="spoke", seen="2")
    assert desks[0].post(f"/staff/alerts/{item.id}/close", data=form).status_code == 303
    assert "Late" not in desks[0].get("/staff/lists/no_answer").text, "done with until there is more"


def _key(page: str, session: Session) -> str:
    from patientapp.assessments.models import Pack

    return f"no_answer:{session.scalars(sa.select(Pack.id)).first()}"


def test_clin_07_a_line_of_another_patient_is_not_taken(app: Flask, session: Session) -> None:
    person, other = late(session), late(session)
    desk = desk_for(app, session, person)
    page = desk.get("/staff/lists/no_answer").text
    address = f"/staff/lists/no_answer/take/{person.id}"
    for fields, status in (
        ({"patient_id": str(other.id), "key": _key(page, session)}, 409),
        ({"patient_id": str(person.id), "key": "no_answer:x"}, 422),
        ({"patient_id": str(person.id), "key": f"gap:{person.id}"}, 422),
    ):
        forget_form_token()
        form = form_of(desk.get("/staff/lists/no_answer").text, **fields)
        assert desk.post(address, data=form).status_code == status
    forget_form_token()
    form = form_of(desk.get("/staff/lists/no_answer").text, patient_id=str(other.id))
    assert desk.post(address.replace(str(person.id), str(other.id)), data=form).status_code == 404


def test_d27_who_missed_visits_stands_there_with_what_the_policy_says(
    app: Flask, session: Session
) -> None:
    person = make_patient(session, make_service(session), family_name="Away")
    episode = make_episode(session, person)
    for days in (5, 20):
        visit = make_visit(
            session,
            person,
            episode=episode,
            starts_at=NOW - timedelta(days=days),
            now=NOW - timedelta(60),
        )
        miss(staff_viewer(_service(session, person), staff_id=uuid4()), visit.id, now=NOW)
    session.commit()
    page = desk_for(app, session, person).get("/staff/lists/missed").text
    assert "Missed: 2. Next: Offer another way" in page


def test_c06_no_progress_is_made_of_scores_and_of_important_change(app: Flask, session: Session) -> None:
    service = make_service(session)
    for name, follow in (("Stuck", 3), ("Worse", 1), ("Better", 6)):
        person = make_patient(session, service, family_name=name)
        episode = make_episode(session, person)
        answer(session, person, episode, values=3, at=NOW - timedelta(days=90))
        answer(session, person, episode, when=TimePoint.TD, values=follow, at=NOW)
    page = desk_of(app, session, service).get("/staff/lists/no_progress").text
    assert "Stuck" in page
    assert "same (0" in page
    assert "Worse" in page
    assert "worse (" in page
    assert "Better" not in page


def test_d30_an_open_episode_without_anything_planned_is_a_gap(app: Flask, session: Session) -> None:
    service = make_service(session)
    quiet, planned, new = (
        make_patient(session, service, family_name=name) for name in ("Quiet", "Planned", "Brandnew")
    )
    make_episode(session, quiet, received=date(2026, 4, 1))
    make_visit(
        session,
        planned,
        episode=make_episode(session, planned, received=date(2026, 4, 1)),
        starts_at=NOW + timedelta(days=3),
    )
    make_episode(session, new, received=date(2026, 9, 1))
    page = desk_of(app, session, service).get("/staff/lists/gap").text
    assert "Quiet" in page
    assert "Planned" not in page
    assert "Brandnew" not in page


@pytest.mark.parametrize("query", ["sort=age", "show=all", "page=0", "page=x", "colour=red"])
def test_io_01_an_unknown_filter_is_named_and_refused(app: Flask, session: Session, query: str) -> None:
    desk = desk_of(app, session, make_service(session))
    assert desk.get(f"/staff/lists/no_answer?{query}").status_code == 422
    assert desk.get("/staff/lists/everybody").status_code == 404


def test_a_view_is_kept_under_a_name_for_its_owner_alone(app: Flask, session: Session) -> None:
    person = late(session)
    desk, colleague = (desk_for(app, session, person) for _ in range(2))
    forget_form_token()
    page = desk.get("/staff/lists/no_answer?sort=name&show=nobody").text
    address = "/staff/lists/no_answer/save?sort=name&show=nobody"
    assert desk.post(address, data=form_of(page, name="Mondays")).status_code == 303
    assert "My view: Mondays" in desk.get("/staff/lists/gap").text
    assert "Mondays" not in colleague.get("/staff/lists/gap").text


def test_no_query_for_each_line(app: Flask, session: Session) -> None:
    """PERF: a page of fifty costs as many questions to the database as a page of two."""
    service = make_service(session)
    counts = []
    for more in (2, 30):
        for _ in range(more):
            make_pack(session, make_patient(session, service), **DUE)
        desk = desk_of(app, session, service)
        counts.append(_asked(desk, "/staff/lists/no_answer"))
    assert counts[0] == counts[1]


def _asked(desk: FlaskClient, address: str) -> int:
    said: list[str] = []

    def note(*facts: object) -> None:
        said.append(str(facts[2]))

    engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        assert desk.get(address).status_code == 200
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return sum(one.lstrip().startswith("SELECT") for one in said)
