"""Clocks on the patient's page and in the API; long episodes before they are late."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.episodes.clock_queries import clocks_of, long_episodes
from patientapp.episodes.clock_rules import ClockState
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.services.models import Service
from patientapp.workdays import at_london
from tests.factories import (
    make_episode,
    make_patient,
    make_service,
    make_staff,
    sign_in_staff,
    staff_viewer,
)


@pytest.fixture
def service(session: Session, now: datetime) -> Service:
    return make_service(session, profile="bassetlaw", schedule="bassetlaw")


def happen(session: Session, episode: Episode, kind: str, on: date, **over: Any) -> EpisodeEvent:
    facts: dict[str, Any] = {
        "service_id": episode.service_id,
        "episode_id": episode.id,
        "kind": kind,
        "at": at_london(on, time(10, 0)),
        "on": on,
        "recorded_at": at_london(on, time(10, 0)),
        "recorded_by": "staff:test",
    }
    event = EpisodeEvent(**(facts | over))
    session.add(event)
    session.flush()
    return event


def test_b26_b29_b32_b34_every_clock_of_the_contract_stands_somewhere(
    session: Session, service: Service, now: datetime
) -> None:
    episode = make_episode(session, make_patient(session, service), received=date(2026, 9, 1))
    happen(session, episode, "triaged", date(2026, 9, 4))
    happen(session, episode, "contacted", date(2026, 9, 9))
    states = {line.clock.id: line.state for line in clocks_of(episode, now=now)}
    assert states == {
        "triage": ClockState.IN_TIME,
        "return": ClockState.OVERDUE,
        "contact": ClockState.LATE,
        "offer": ClockState.OVERDUE,
        "first_visit": ClockState.RUNNING,
        "treatment": ClockState.RUNNING,
    }


def test_a_corrected_event_no_longer_counts(session: Session, service: Service, now: datetime) -> None:
    episode = make_episode(session, make_patient(session, service), received=date(2026, 9, 1))
    wrong = happen(session, episode, "triaged", date(2026, 9, 3))
    happen(session, episode, "triaged", date(2026, 9, 10), corrects_id=wrong.id)
    line = clocks_of(episode, now=now)[0]
    assert (line.state, line.ended_on) == (ClockState.LATE, date(2026, 9, 10))


def test_d22_b44_episodes_are_listed_a_month_before_they_are_late(
    session: Session, service: Service, now: datetime
) -> None:
    viewer, today = staff_viewer(service), now.date()
    days = {"new": 100, "near": 160, "late": 200, "ended": 210, "returned": 215}
    made = {
        name: make_episode(
            session, make_patient(session, service), received=today - timedelta(days=count)
        )
        for name, count in days.items()
    }
    happen(session, made["ended"], "discharged", today - timedelta(days=5))
    happen(session, made["returned"], "returned", today - timedelta(days=205))
    other = make_service(session, profile="bassetlaw")
    make_episode(session, make_patient(session, other), received=today - timedelta(days=300))
    found = long_episodes(viewer, now=now, limit=50)
    assert [one.episode_id for one in found] == [made["late"].id, made["near"].id]
    assert [one.is_late(today) for one in found] == [True, False]


def test_the_api_and_the_page_tell_the_clocks(
    client: FlaskClient, session: Session, service: Service
) -> None:
    patient = make_patient(session, service)
    episode = make_episode(session, patient, received=date(2026, 9, 1))
    staff = make_staff(session, service, Role.CLINICIAN)
    sign_in_staff(client, service, staff)
    told = client.get(f"/api/v1/episodes/{episode.id}/clocks")
    assert told.status_code == 200
    first = told.get_json()[0]
    assert (first["id"], first["state"], first["due_on"]) == ("triage", "overdue", "2026-09-06")
    assert first["clause"] == "Part B RAS, 5.1 k1"
    page = client.get(f"/staff/patients/{patient.id}").get_data(as_text=True)
    assert "Clocks of the contract" in page
    assert "Treatment started" in page
    assert client.get("/api/v1/episodes/long").get_json() == []
    foreign = make_episode(session, make_patient(session, make_service(session)))
    assert client.get(f"/api/v1/episodes/{foreign.id}/clocks").status_code == 404
