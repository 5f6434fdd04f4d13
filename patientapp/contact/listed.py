"""The people of a bulk send by name, for who may see them: each with what would come of it (SMS-08)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.contact.models import BulkPerson
from patientapp.contact.queries import MOST_SHOWN, bulk_send, system_why_not
from patientapp.db import db
from patientapp.patients.models import Patient
from patientapp.patients.queries import visible_ids
from patientapp.reminders.queries import Planned, system_planned

QUEUED = "queued"


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One person of the list; no `why_not` means that they get the text."""

    patient_id: UUID
    family_name: str
    given_name: str
    nhs_number: str | None
    why_not: str


@dataclass(frozen=True)
class ListedPage:
    """One page of the list, by name; `after` leads to the next one."""

    people: list[Listed]
    after: int | None


def listed(viewer: Viewer, bulk_id: UUID, *, start: int, now: datetime) -> ListedPage:
    """The people on a list of my service, by name (SEC-03)."""
    found = bulk_send(viewer, bulk_id)
    asked = (
        sa.select(Patient, BulkPerson.pack_id, BulkPerson.outcome)
        .join(BulkPerson, BulkPerson.patient_id == Patient.id)
        .where(BulkPerson.bulk_id == found.id, Patient.id.in_(visible_ids(viewer)))
        .order_by(Patient.family_name, Patient.given_name, Patient.id, BulkPerson.pack_id)
    )
    rows = db.session.execute(asked.offset(start).limit(MOST_SHOWN + 1)).all()
    shown = rows[:MOST_SHOWN]
    planned = system_planned([person.id for person, _pack, _outcome in shown], now=now)
    people = [
        Listed(
            patient_id=person.id,
            family_name=person.family_name,
            given_name=person.given_name,
            nhs_number=person.nhs_number,
            why_not=_why(outcome, planned.get(person.id), pack_id, now=now),
        )
        for person, pack_id, outcome in shown
    ]
    return ListedPage(people, start + MOST_SHOWN if len(rows) > MOST_SHOWN else None)


def _why(outcome: str, found: Planned | None, pack_id: UUID, *, now: datetime) -> str:
    """What came of this person, or would come now; nothing where they get the text."""
    if outcome:
        return "" if outcome == QUEUED else outcome
    return system_why_not(found, pack_id, now) or ""
