"""Whether a service is still empty."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from patientapp.db import db
from patientapp.errors import Conflict
from patientapp.patients.models import Patient


class AlreadySimulated(Conflict):
    """This service has patients. Made-up people are never mixed with others: use an empty service."""

    title = "This service has patients"

    def __init__(self) -> None:
        super().__init__("This service has patients; made-up people go into an empty one.")


def system_has_people(service_id: UUID) -> bool:
    """Whether anybody is in this service."""
    asked = sa.select(Patient.id).where(Patient.service_id == service_id).limit(1)
    return db.session.scalar(asked) is not None
