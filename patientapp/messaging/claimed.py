"""A text in the hands of one dispatcher, and what one look at the outbox gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.queries import Due
from patientapp.messaging.rules import MessageState, Trouble
from patientapp.services.models import Service


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """One text in the hands of one dispatcher, for one attempt."""

    id: UUID
    attempt: int
    service_id: UUID
    patient_id: UUID | None
    template: str
    words: Mapping[str, str]
    link_id: UUID | None
    to_number: str
    language: str
    useful_until: datetime
    service: str
    phone: str
    slot: datetime | None = None  # not before this moment: the account's ceiling


@dataclass(frozen=True, kw_only=True)
class Round:
    """One look at the outbox: texts to send, troubles to tell, how many it moved, how long to wait."""

    claimed: tuple[Claimed, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    moved: int = 0
    wait: timedelta = timedelta(0)


def claimed_of(message: Due, attempt: int, service: Service) -> Claimed:
    """A row as the dispatcher that claimed it carries it."""
    return Claimed(
        id=message.id,
        attempt=attempt,
        service_id=service.id,
        patient_id=message.patient_id,
        template=message.template,
        words=message.words,
        link_id=message.link_id,
        to_number=message.to_number,
        language=message.language,
        useful_until=message.useful_until,
        service=service.short_name,
        phone=service.phone,
    )


def trouble_of(
    text: OutboxMessage | Due | Claimed, state: MessageState, reason: str, *, at: datetime
) -> Trouble:
    """What staff should know of a text."""
    return Trouble(
        message_id=text.id,
        service_id=text.service_id,
        patient_id=text.patient_id,
        template=text.template,
        to_number=text.to_number,
        state=state,
        reason=reason,
        at=at,
    )
