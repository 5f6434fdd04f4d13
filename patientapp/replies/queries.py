"""Reads of replies: whose a number is, which text is open to it, and what staff may read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.appointments.models import Appointment
from patientapp.db import db
from patientapp.messaging.models import InboundText, OutboxMessage
from patientapp.messaging.rules import MessageState, day_began, week_began
from patientapp.patients.models import Patient
from patientapp.patients.queries import visible_ids
from patientapp.replies.models import Reply
from patientapp.replies.rules import asks_for_a_reply
from patientapp.services.models import Service

_SENT = (
    MessageState.SENDING,
    MessageState.ACCEPTED,
    MessageState.DELIVERED,
    MessageState.UNKNOWN,
)
MOST_PROMPTS = 20
MOST_SHOWN = 100


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """The text that a reply answers."""

    template: str
    visit_id: UUID
    written_at: datetime
    sent_at: datetime


def system_once_texted(number: str) -> Patient | None:
    """Whom we last texted at this number, where it is nobody's now."""
    newest = (
        sa.select(Patient)
        .join(OutboxMessage, OutboxMessage.patient_id == Patient.id)
        .where(OutboxMessage.to_number == number, OutboxMessage.sent_at.is_not(None))
        .order_by(OutboxMessage.sent_at.desc())
    )
    return db.session.scalar(newest.limit(1))


def system_open_prompt(patient_id: UUID, number: str, *, before: datetime) -> Prompt | None:
    """The newest text to this person at this number that asks for 1, 2 or 3 about a visit."""
    asked = (
        sa.select(
            OutboxMessage.template,
            OutboxMessage.about,
            OutboxMessage.created_at,
            OutboxMessage.sent_at,
        )
        .join(Appointment, Appointment.id == OutboxMessage.about)
        .where(OutboxMessage.patient_id == patient_id, OutboxMessage.to_number == number)
        .where(OutboxMessage.state.in_(_SENT), OutboxMessage.sent_at <= before)
        .order_by(OutboxMessage.sent_at.desc(), OutboxMessage.created_at.desc())
        .limit(MOST_PROMPTS)
    )
    rows = (row for row in db.session.execute(asked) if asks_for_a_reply(row.template))
    found = next(rows, None)
    if found is None:
        return None
    return Prompt(
        template=found.template,
        visit_id=found.about,
        written_at=found.created_at,
        sent_at=found.sent_at,
    )


def system_sent(patient_id: UUID, *, now: datetime) -> tuple[int, int]:
    """How many texts this person was sent today and this week (SMS-07)."""
    today = sa.func.count().filter(OutboxMessage.sent_at >= day_began(now))
    asked = sa.select(today, sa.func.count()).where(
        OutboxMessage.patient_id == patient_id, OutboxMessage.sent_at >= week_began(now)
    )
    row = db.session.execute(asked).one()
    return int(row[0]), int(row[1])


def replies_of(viewer: Viewer, patient_id: UUID) -> Sequence[Reply]:
    """What came from this patient's number, newest first (SEC-03)."""
    asked = (
        sa.select(Reply)
        .where(Reply.patient_id == patient_id, Reply.service_id == viewer.service_id)
        .where(Reply.patient_id.in_(visible_ids(viewer)))
        .order_by(Reply.received_at.desc(), Reply.id)
        .limit(MOST_SHOWN)
    )
    return db.session.scalars(asked).all()


def system_from_nobody() -> list[InboundText] | None:
    """Texts from numbers that are nobody's; None where several services share this installation.

    Whose patient it might be cannot be known, so they are shown only where there is no doubt who
    would read them (P4).
    """
    services = db.session.scalar(sa.select(sa.func.count()).select_from(Service)) or 0
    if services != 1:
        return None
    asked = (
        sa.select(InboundText)
        .where(InboundText.outcome == NOBODY)
        .order_by(InboundText.received_at.desc(), InboundText.id)
    )
    return list(db.session.scalars(asked.limit(MOST_SHOWN)))


NOBODY = "nobody"
