"""People to text and a desk to do it from."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from patientapp.access.viewer import Viewer
from patientapp.assessments.models import Pack
from patientapp.messaging.models import OutboxMessage
from patientapp.services.models import Service
from tests.factories import make_pack, make_patient, make_staff, staff_viewer

OVERDUE = {"due_on": date(2026, 9, 15), "closes_on": date(2026, 10, 20)}


def colleague(session: Session, service: Service) -> Viewer:
    """Somebody who works there, with a row of their own."""
    person = make_staff(session, service)
    return staff_viewer(service, staff_id=person.id)


def overdue(session: Session, service: Service, count: int, **over: Any) -> list[Pack]:
    """So many people who have not answered in time."""
    return [
        make_pack(session, make_patient(session, service, **over), **OVERDUE) for _each in range(count)
    ]


def texts(session: Session) -> list[OutboxMessage]:
    """Every text, oldest first."""
    asked = sa.select(OutboxMessage).order_by(OutboxMessage.created_at, OutboxMessage.key)
    return list(session.scalars(asked.execution_options(populate_existing=True)))
