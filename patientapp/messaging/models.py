"""Tables of the outbox and of the local phone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import AppendOnly, Identified, Model, choice
from patientapp.messaging.rules import MessageState, SendingMode


class OutboxMessage(Identified, Model):
    """One text to one person about one thing; `key` makes it unique per purpose and occurrence."""

    __tablename__ = "outbox"
    __table_args__ = (
        sa.Index("ix_outbox_state_due", "state", "due_at"),
        sa.Index("ix_outbox_patient_sent", "patient_id", "sent_at"),
        sa.Index("ix_outbox_service_sent", "service_id", "sent_at"),  # the service's ceiling
        sa.Index("ix_outbox_ask_at", "ask_at"),
    )

    key: Mapped[str] = mapped_column(unique=True)  # <pack>:invite, <alert>:duty (SMS-07)
    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    patient_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("patients.id"))  # none: duty staff
    carer_id: Mapped[UUID | None]  # whose number it is, where it is not the patient's (SEC-11)
    about: Mapped[UUID] = mapped_column(index=True)  # the pack or alert that this text is about
    template: Mapped[str]  # a name in messaging/texts.py
    words: Mapped[dict[str, Any]]  # what the template is filled with; no name, no token
    link_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("links.id"))
    to_number: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    arm: Mapped[str] = mapped_column(default="")  # <trial>:<arm>, where its words are being compared
    state: Mapped[MessageState] = mapped_column(choice(MessageState), default=MessageState.DUE)
    attempt: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    due_at: Mapped[datetime]
    useful_until: Mapped[datetime]  # past it the text expires and is counted, not sent (SMS-05)
    claimed_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    carrier_id: Mapped[str | None] = mapped_column(unique=True)
    body_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))  # to know it again (SMS-04)
    ask_at: Mapped[datetime | None]  # when to ask the carrier what became of it (SMS-10)
    absent_at: Mapped[datetime | None]  # when the carrier's list first had it not (SMS-04)
    created_at: Mapped[datetime]


class MessageEvent(AppendOnly, Model):
    """One step of one text, by attempt number (SMS-01)."""

    __tablename__ = "message_events"

    message_id: Mapped[UUID] = mapped_column(sa.ForeignKey("outbox.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    attempt: Mapped[int] = mapped_column(sa.SmallInteger)
    state: Mapped[MessageState] = mapped_column(choice(MessageState))
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="")


class LocalPhoneText(Identified, Model):
    """A text as the built-in local phone shows it: demonstration and tests only."""

    __tablename__ = "local_phone_texts"

    to_number: Mapped[str] = mapped_column(index=True)
    body: Mapped[str]
    attempt_key: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]


class SendingSwitch(Model):
    """The one row that all dispatchers look at: may anything be sent now, and how fast."""

    __tablename__ = "sending_switch"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mode: Mapped[SendingMode] = mapped_column(choice(SendingMode), default=SendingMode.SENDING)
    since: Mapped[datetime]
    check_from: Mapped[datetime | None]  # the backup's time, while in checking mode (SMS-11)
    next_slot_at: Mapped[datetime]  # the account's ceiling: when the next text may leave
    hold_until: Mapped[datetime]  # the carrier asked us to wait, or cannot be reached
    heard_until: Mapped[datetime | None]  # up to here the carrier was asked for texts to us (SMS-12)
    failures: Mapped[int] = mapped_column(default=0)  # tries in a row that did not reach the carrier


class DispatcherBeat(Model):
    """When each dispatcher last showed that it lives; taken away when it stops (OPS-04)."""

    __tablename__ = "dispatcher_beats"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class InboundText(Identified, Model):
    """A text that somebody sent to us, once per carrier's id, until `replies` has acted on it."""

    __tablename__ = "inbound_texts"
    __table_args__ = (sa.Index("ix_inbound_texts_acted_received", "acted_at", "received_at"),)

    carrier_id: Mapped[str] = mapped_column(unique=True)
    from_number: Mapped[str] = mapped_column(index=True)
    to_number: Mapped[str]
    body: Mapped[str]
    opt_out: Mapped[str] = mapped_column(default="")  # STOP, START or HELP, where the carrier says so
    received_at: Mapped[datetime]
    acted_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")  # a code of `replies`, never the words


class StrayReport(Identified, Model):
    """What the carrier said of a text that we do not know: bounded, for a person to look at (SMS-09)."""

    __tablename__ = "stray_reports"
    __table_args__ = (sa.UniqueConstraint("carrier_id", "status"),)

    carrier_id: Mapped[str]
    status: Mapped[str]
    attempt_key: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(index=True)


class TextAgreement(AppendOnly, Identified, Model):
    """That somebody, such as the commissioner, agreed to the words of one text (003 section 3.8)."""

    __tablename__ = "text_agreements"

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"), index=True)
    template: Mapped[str]
    words_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))  # of the English before it is filled
    agreed_by: Mapped[str]
    agreed_on: Mapped[date]
    recorded_at: Mapped[datetime]
