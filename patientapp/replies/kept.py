"""A text that somebody sent us: kept for the people who care for them, and told to staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from patientapp.audit.actions import record_system
from patientapp.db import db
from patientapp.patients.models import Patient
from patientapp.replies.models import Reply
from patientapp.replies.rules import Meaning, Outcome
from patientapp.worklist.actions import raise_item
from patientapp.worklist.hearing import hear_abuse
from patientapp.worklist.rules import ItemKind


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A text that somebody sent us."""

    id: UUID
    from_number: str
    body: str
    opt_out: str
    received_at: datetime

    @property
    def key(self) -> str:
        """How steps and audit name it: a number can be forged, so it is no person."""
        return f"text:{self.id}"


def keep(
    heard: Heard,
    person: Patient,
    asked: Meaning,
    outcome: Outcome,
    *,
    risk: bool,
    now: datetime,
    shared: bool = False,
    visit_id: UUID | None = None,
) -> UUID:
    """Keep the words for the people who care for this person, and raise the alert (CLIN-03)."""
    reply = Reply(
        id=uuid4(),
        inbound_id=heard.id,
        service_id=person.service_id,
        patient_id=person.id,
        appointment_id=visit_id,
        words=heard.body,
        meaning=asked,
        outcome=outcome,
        risk=risk,
        shared_number=shared,
        received_at=heard.received_at,
        acted_at=now,
    )
    db.session.add(reply)
    db.session.flush()
    chain = f"patient:{person.id}"
    record_system(f"reply {outcome.value}", chain=chain, now=now, actor=heard.key)
    about = {"service_id": person.service_id, "patient_id": person.id}
    hear_abuse(heard.body, source=f"{reply.id}", now=now, **about)
    if risk:
        tell(person, "risk_words", reply.id, now=now, kind=ItemKind.ALERT)
    return reply.id


def tell(
    person: Patient, reason: str, of: UUID, *, now: datetime, kind: ItemKind = ItemKind.TASK
) -> None:
    """Staff of this person are told, once for each text and reason."""
    raise_item(
        kind,
        service_id=person.service_id,
        patient_id=person.id,
        reason=reason,
        source=f"{of}:{reason}",
        now=now,
    )
