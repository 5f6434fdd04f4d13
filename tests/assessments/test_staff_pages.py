"""Opening an episode and recording what happens in it, from the desk."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from patientapp.access.viewer import Role
from patientapp.assessments.models import Pack, Task
from patientapp.assessments.rules import TimePoint
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.episodes.queries import system_days
from patientapp.episodes.rules import EpisodeEventKind as K
from tests.desk import api_headers, desk_of
from tests.factories import form_of, make_episode, make_patient, make_service

pytestmark = pytest.mark.usefixtures("now")
DAY = {"day": "14", "month": "sept", "year": "2026"}


def test_an_episode_is_opened_and_its_first_questionnaires_follow(app: Flask, session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    desk = desk_of(app, session, service, Role.CLINICIAN)
    address = f"/staff/patients/{person.id}/episodes/new"
    page = desk.get(address).text
    assert person.family_name in page
    form = form_of(page, patient_id=str(person.id), pain_site="back", **DAY)
    answer = desk.post(address, data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/staff/patients/{person.id}")
    pack = session.scalars(sa.select(Pack)).one()
    assert (pack.time_point, pack.opens_on) == (TimePoint.T0, date(2026, 9, 14))
    assert "start_back" in session.scalars(sa.select(Task.instrument)).all()
    assert "Referral received" in desk.get(answer.headers["Location"]).text


def test_b33_start_back_is_for_the_back_only(app: Flask, session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    desk = desk_of(app, session, service)
    address = f"/staff/patients/{person.id}/episodes/new"
    page = desk.get(address).text
    form = form_of(page, patient_id=str(person.id), pain_site="neck", **DAY)
    desk.post(address, data=form)
    assert "start_back" not in session.scalars(sa.select(Task.instrument)).all()


def test_a_discharge_brings_the_later_questionnaires(app: Flask, session: Session) -> None:
    """B48: outcomes are still asked for 3 and 6 months after."""
    service = make_service(session)
    person = make_patient(session, service)
    episode = make_episode(session, person)
    desk = desk_of(app, session, service, Role.SERVICE_ADMIN)
    address = f"/staff/patients/{person.id}/episodes/{episode.id}/events"
    form = form_of(desk.get(address).text, patient_id=str(person.id), kind="discharged", **DAY)
    answer = desk.post(address, data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/patients")
    points = set(session.scalars(sa.select(Pack.time_point)).all())
    assert {TimePoint.TD, TimePoint.T3, TimePoint.T6} <= points


def test_b26_b27_a_desk_records_every_step_of_a_referral_with_hour_and_reason(
    app: Flask, session: Session
) -> None:
    """Triage leads here: what it decides is on the page, with its reason, and in London time."""
    service = make_service(session)
    person = make_patient(session, service)
    episode = make_episode(session, person)
    desk = desk_of(app, session, service)
    address = f"/staff/patients/{person.id}/episodes/{episode.id}/events"
    page = desk.get(address).text
    for kind in ("triaged", "accepted", "returned", "contacted", "offered", "wait_by_choice_to"):
        assert f'<option value="{kind}">' in page
    typed = {"patient_id": str(person.id), "kind": "returned", "hour": "17:31"} | DAY
    wrong = desk.post(address, data=form_of(page, **typed, returned_reason="because"))
    assert (wrong.status_code, wrong.text.count("Choose one of the reasons")) == (422, 2)
    assert 'href="#returned_reason"' in wrong.text
    late = desk.post(address, data=form_of(desk.get(address).text, **(typed | {"hour": "25:00"})))
    assert (late.status_code, "Check the time" in late.text) == (422, True)
    form = form_of(
        desk.get(address).text, **typed, returned_reason="incomplete", discharged_reason="died"
    )
    assert desk.post(address, data=form).status_code == 303
    made = session.query(EpisodeEvent).filter_by(kind="returned").one()
    assert (made.detail, made.on) == ("incomplete", date(2026, 9, 14))
    assert made.at == datetime(2026, 9, 14, 16, 31, tzinfo=UTC)


def test_a_second_first_appointment_moves_the_day_only_when_somebody_says_so(
    app: Flask, session: Session
) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    episode = make_episode(session, person)
    desk = desk_of(app, session, service)
    address = f"/staff/patients/{person.id}/episodes/{episode.id}/events"

    def send(**over: str) -> TestResponse:
        typed = {"patient_id": str(person.id), "kind": "first_appointment"} | DAY | over
        return desk.post(address, data=form_of(desk.get(address).text, **typed))

    assert send(day="15").status_code == 303
    asked = send()
    assert (asked.status_code, "recorded already, on 15 September 2026" in asked.text) == (422, True)
    assert 'name="corrects"' in asked.text
    assert system_days(episode.id)[K.FIRST_APPOINTMENT] == date(2026, 9, 15)
    assert send(corrects="y").status_code == 303
    assert system_days(episode.id)[K.FIRST_APPOINTMENT] == date(2026, 9, 14)


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"pain_site": ""}, "Choose where the pain is"),
        ({"year": "26"}, "Check the date"),
        ({"day": "31", "month": "9"}, "Check the date"),
    ],
)
def test_a_mistake_is_said_and_nothing_is_opened(
    app: Flask, session: Session, over: dict[str, str], words: str
) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    desk = desk_of(app, session, service)
    address = f"/staff/patients/{person.id}/episodes/new"
    typed = {"patient_id": str(person.id), "pain_site": "back"} | DAY | over
    answer = desk.post(address, data=form_of(desk.get(address).text, **typed))
    assert answer.status_code == 422
    assert answer.text.count(words) >= 2
    assert session.query(Episode).count() == 0


def test_an_event_before_the_referral_is_refused(app: Flask, session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    episode = make_episode(session, person, received=date(2026, 9, 15))
    desk = desk_of(app, session, service)
    address = f"/staff/patients/{person.id}/episodes/{episode.id}/events"
    typed = {"patient_id": str(person.id), "kind": "discharged"} | DAY
    answer = desk.post(address, data=form_of(desk.get(address).text, **typed))
    assert answer.status_code == 422
    assert "before the referral" in answer.text


def test_clin_07_a_form_about_another_patient_is_a_409(app: Flask, session: Session) -> None:
    service = make_service(session)
    person, other = make_patient(session, service), make_patient(session, service)
    episode = make_episode(session, person)
    desk = desk_of(app, session, service)
    for address, extra in (
        (f"/staff/patients/{person.id}/episodes/new", {"pain_site": "back"}),
        (f"/staff/patients/{person.id}/episodes/{episode.id}/events", {"kind": "discharged"}),
    ):
        form = form_of(desk.get(address).text, patient_id=str(other.id), **extra, **DAY)
        assert desk.post(address, data=form).status_code == 409
    assert session.query(Episode).count() == 1
    assert session.query(Pack).count() == 0


def test_an_episode_of_another_patient_is_not_there(app: Flask, session: Session) -> None:
    service = make_service(session)
    person, other = make_patient(session, service), make_patient(session, service)
    episode = make_episode(session, other)
    desk = desk_of(app, session, service)
    address = f"/staff/patients/{person.id}/episodes/{episode.id}/events"
    assert desk.get(address).status_code == 404


def test_the_api_opens_and_records(app: Flask, session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    desk = desk_of(app, session, service)
    opened = desk.post(
        f"/api/v1/patients/{person.id}/episodes",
        json={"pain_site": "back", "received_on": "2026-09-14"},
        headers=api_headers(desk),
    )
    assert opened.status_code == 201, opened.text
    episode = opened.get_json()
    assert (episode["received"], episode["discharged"]) == ("2026-09-14", None)
    recorded = desk.post(
        f"/api/v1/episodes/{episode['id']}/events",
        json={"kind": "discharged", "on": "2026-09-20"},
        headers=api_headers(desk, "another-key"),
    )
    assert recorded.get_json()["discharged"] == "2026-09-20"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"pain_site": "knee", "received_on": "2026-09-14"},
        {"pain_site": "back", "received_on": "14 September 2026"},
        {"pain_site": "back", "received_on": "2026-09-14", "service_id": "x"},
        {"pain_site": ["back"], "received_on": 5},
    ],
)
def test_sec_06_the_api_takes_only_what_it_knows(
    app: Flask, session: Session, body: dict[str, object]
) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    desk = desk_of(app, session, service)
    address = f"/api/v1/patients/{person.id}/episodes"
    assert desk.post(address, json=body, headers=api_headers(desk)).status_code == 422
