"""Visits and free times to test with."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from patientapp.access.viewer import Role, Viewer
from patientapp.appointments.models import Slot
from patientapp.appointments.rules import Details, Visit, VisitKind, VisitMode, VisitState
from patientapp.appointments.steps import add_visit
from patientapp.episodes.models import Episode
from patientapp.patients.models import Patient
from patientapp.services.models import Service
from tests.factories import NOW, make_episode

IN_TEN_DAYS = NOW + timedelta(days=10)


def details(**over: Any) -> Details:
    """When and where of a visit in ten days."""
    return replace(Details(starts_at=IN_TEN_DAYS, place="Moorside Hub", minutes=45), **over)


def make_visit(
    session: Session,
    patient: Patient,
    *,
    episode: Episode | None = None,
    kind: VisitKind = VisitKind.FOLLOW_UP,
    now: datetime = NOW - timedelta(days=3),
    key: str | None = None,
    by: str = "staff:test",
    **over: Any,
) -> Visit:
    """A visit, booked some days ago."""
    of = episode or make_episode(session, patient)
    made = add_visit(
        service_id=of.service_id,
        patient_id=of.patient_id,
        episode_id=of.id,
        kind=kind,
        details=details(**over),
        by=by,
        now=now,
        key=key,
    )
    assert made is not None
    return made


def make_slot(session: Session, service: Service, **over: Any) -> Slot:
    """A free time in twelve days."""
    facts: dict[str, Any] = {
        "service_id": service.id,
        "starts_at": NOW + timedelta(days=12),
        "minutes": 30,
        "mode": VisitMode.FACE_TO_FACE,
        "place": "Moorside Hub",
        "offered_at": NOW,
    }
    made = Slot(**(facts | over))
    session.add(made)
    session.flush()
    return made


def patient_of(patient: Patient) -> Viewer:
    """The patient, date of birth confirmed."""
    return Viewer(
        roles=frozenset({Role.PATIENT}),
        service_id=patient.service_id,
        session_id=uuid4(),
        patient_id=patient.id,
        birth_date_confirmed=True,
    )


def a_visit(**over: Any) -> Visit:
    """A visit without a database."""
    facts: dict[str, Any] = {
        "id": UUID(int=1),
        "service_id": UUID(int=2),
        "patient_id": UUID(int=3),
        "episode_id": UUID(int=4),
        "key": "A1",
        "kind": VisitKind.FOLLOW_UP,
        "reminder_arm": "",
        "booked_at": NOW - timedelta(days=3),
        "seq": 1,
        "state": VisitState.BOOKED,
        "occurrence": 1,
        "time_set_at": NOW - timedelta(days=3),
        "at": NOW - timedelta(days=3),
        "by": "staff:test",
        "reason": "",
        "details": details(),
    }
    return Visit(**(facts | over))
