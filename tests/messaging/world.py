"""What the tests of sending share: texts in the outbox, and what became of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from patientapp.messaging.actions import enqueue
from patientapp.messaging.claimed import Claimed
from patientapp.messaging.dispatcher import Dispatcher
from patientapp.messaging.gateway import Gateway
from patientapp.messaging.lanes import Lanes
from patientapp.messaging.models import MessageEvent, OutboxMessage
from patientapp.messaging.rules import Trouble
from patientapp.messaging.sending import Came, Sending
from patientapp.patients.models import Patient
from patientapp.services.models import Service
from tests.factories import make_pack, make_patient, make_service, make_token
from tests.messaging.fakes import FakeClock


def queue_text(session: Session, patient: Patient, *, now: datetime, **over: Any) -> str:
    """A due invite to a patient; its key."""
    about = over.pop("about", None)
    if about is None:
        about = make_pack(session, patient).id
    link, _token = make_token(_pack(session, about), now=now)
    facts: dict[str, Any] = {
        "key": f"{uuid4()}:invite",
        "service_id": patient.service_id,
        "patient_id": patient.id,
        "about": about,
        "template": "q-invite",
        "words": {"mins": "6"},
        "to_number": patient.mobile,
        "link_id": link.id,
        "due_at": now,
        "useful_until": now + timedelta(days=2),
        "now": now,
    } | over
    assert enqueue(**facts)
    session.commit()
    return str(facts["key"])


def _pack(session: Session, pack_id: UUID) -> Any:
    from patientapp.assessments.models import Pack

    return session.get_one(Pack, pack_id)


def queue_duty(session: Session, service: Service, *, now: datetime) -> str:
    """A due text to duty staff; its key."""
    key = f"{uuid4()}:duty"
    assert enqueue(
        key=key,
        service_id=service.id,
        patient_id=None,
        about=uuid4(),
        template="duty-alert",
        words={},
        to_number=service.duty_phone,
        due_at=now,
        useful_until=now + timedelta(hours=12),
        now=now,
    )
    session.commit()
    return key


def somebody(session: Session, **over: Any) -> Patient:
    """A patient of a service of their own."""
    return make_patient(session, make_service(session), **over)


def address_of(link_id: UUID) -> str:
    """The address of a link, in these tests."""
    return f"https://pain.example/q/{link_id.hex[:26]}"


def dispatcher(gateway: Gateway, clock: FakeClock, **over: Any) -> Dispatcher:
    """A dispatcher on this clock."""
    facts: dict[str, Any] = {
        "gateway": gateway,
        "address_of": address_of,
        "now_fn": clock.now,
        "on_trouble": lambda trouble: None,
        "monotonic": clock.monotonic,
        "sleep": lambda seconds: clock.wait(seconds=seconds),
    }
    return Dispatcher(**(facts | over))


def send_one(post: Dispatcher, text: Claimed, *, ends: float) -> int:
    """Send one text that is already claimed; how many the carrier took."""
    with Lanes[Came](1) as lanes:
        sending = Sending(post, lanes)
        sending.send([text], ends=ends)
        sending.record()
    return sending.taken


def text(session: Session, key: str) -> OutboxMessage:
    """The row of a key, as the database has it."""
    asked = sa.select(OutboxMessage).where(OutboxMessage.key == key)
    return session.scalars(asked.execution_options(populate_existing=True)).one()


def history(session: Session, key: str) -> list[tuple[str, int]]:
    """(state, attempt) of each step of a text."""
    asked = (
        sa.select(MessageEvent.state, MessageEvent.attempt)
        .where(MessageEvent.message_id == text(session, key).id)
        .order_by(MessageEvent.seq)
    )
    return [(state.value, attempt) for state, attempt in session.execute(asked)]


Told = list[Trouble]
