"""Staff at their desks, and people with answers to look at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.assessments import sending
from patientapp.assessments.rules import TimePoint
from patientapp.episodes.models import Episode
from patientapp.patients.models import Patient
from patientapp.questionnaires.library import default_library
from patientapp.services.models import Service
from tests.factories import (
    NOW,
    make_episode,
    make_pack,
    make_staff,
    patient_viewer,
    sign_in_staff,
    tasks_of,
)


def desk_of(
    app: Flask, session: Session, service: Service, *roles: Role, at: datetime = NOW
) -> FlaskClient:
    """The browser of somebody who works for this service in these roles."""
    client = app.test_client()
    sign_in_staff(client, service, make_staff(session, service, *roles), now=at)
    session.commit()
    return client


def forget_form_token() -> None:
    """Let another browser have its own token: tests share one app context, where it is kept."""
    g.pop("csrf_token", None)


def api_headers(client: FlaskClient, key: str = "a-key-of-a-test") -> dict[str, str]:
    """What a client sends with each change."""
    token = client.get("/api/v1/me").get_json()["csrf_token"]
    return {"X-CSRFToken": token, "Idempotency-Key": key}


def answer(
    session: Session,
    patient: Patient,
    episode: Episode | None = None,
    *,
    when: TimePoint = TimePoint.T0,
    instrument: str = "pseq",
    values: Mapping[str, int | None] | int = 3,
    at: datetime = NOW,
) -> None:
    """One questionnaire, sent: the same value everywhere, or these."""
    pack = make_pack(
        session,
        patient,
        [instrument],
        episode=episode or make_episode(session, patient),
        time_point=when,
        opens_on=date(2026, 1, 1),
        due_on=at.date() + timedelta(days=7),
        closes_on=at.date() + timedelta(days=30),
    )
    items = default_library().get(instrument).items
    given = {item.code: values for item in items} if isinstance(values, int) else dict(values)
    task = tasks_of(session, pack)[0]
    sending.submit_values(patient_viewer(pack), task.id, given, now=at)  # type: ignore[arg-type]
    session.commit()
