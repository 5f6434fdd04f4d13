"""Tables of the worklist."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import AppendOnly, Identified, Model, choice
from patientapp.worklist.rules import ItemKind, ItemStep


class WorkItem(AppendOnly, Identified, Model):
    """One thing that a named person must close."""

    __tablename__ = "work_items"
    __table_args__ = (sa.Index("ix_work_items_service_kind", "service_id", "kind", "raised_at"),)

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), index=True)
    kind: Mapped[ItemKind] = mapped_column(choice(ItemKind))
    reason: Mapped[str]  # a code whose words stand in worklist/texts.py
    source: Mapped[str] = mapped_column(unique=True)  # what raised it, once: <task>:<item>
    raised_at: Mapped[datetime]
    due_at: Mapped[datetime]


class WorkItemEvent(AppendOnly, Model):
    """One step of one item; (item, seq) lets only one of two people take it (CLIN-04)."""

    __tablename__ = "work_item_events"
    __table_args__ = (sa.CheckConstraint("step <> 'closed' OR action <> ''", name="closed_with_action"),)

    item_id: Mapped[UUID] = mapped_column(sa.ForeignKey("work_items.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[ItemStep] = mapped_column(choice(ItemStep))
    staff_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("staff.id"))
    action: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class AlertAnswer(AppendOnly, Identified, Model):
    """An answer behind an alert: what was said, when, and whether it was kept (P6, CLIN-02).

    What cannot be kept (too late, older than another, sent twice) is heard all the same, and this is
    then its only trace. Free of words: an item's code and the number chosen. For staff of the service.
    """

    __tablename__ = "alert_answers"
    __table_args__ = (sa.UniqueConstraint("item_id", "question", "value", "kept"),)

    item_id: Mapped[UUID] = mapped_column(sa.ForeignKey("work_items.id"))
    question: Mapped[str]  # the item of the instrument
    value: Mapped[int] = mapped_column(sa.SmallInteger)
    given_at: Mapped[datetime]
    kept: Mapped[bool]
