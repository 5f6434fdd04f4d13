"""Tables of documents."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import AppendOnly, Identified, Model, choice
from patientapp.documents.rules import HowSent, Mark, Recipient


class Document(Identified, Model):
    """One document being written; what went out stands in its issues."""

    __tablename__ = "documents"
    __table_args__ = (
        sa.Index("ix_documents_service_due", "service_id", "closed", "due_on"),
        sa.UniqueConstraint("episode_id", "source"),
    )

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), index=True)
    episode_id: Mapped[UUID] = mapped_column(sa.ForeignKey("episodes.id"))
    kind: Mapped[str]
    route: Mapped[str] = mapped_column(default="")
    started_on: Mapped[date]  # the day of the event from which its clock runs
    due_on: Mapped[date | None]
    source: Mapped[str | None]  # what asked for it, once: an opioid dose; none: somebody at a desk
    draft: Mapped[dict[str, Any]]
    draft_seq: Mapped[int] = mapped_column(default=1)
    closed: Mapped[bool] = mapped_column(default=False)  # issued, and sent to everybody it is for
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class DocumentIssue(AppendOnly, Model):
    """A version that went out, as it stood."""

    __tablename__ = "document_issues"

    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("documents.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str]
    blocks: Mapped[list[Any]]  # [id, heading, text], in order
    recipients: Mapped[list[Any]]
    contract: Mapped[str]
    clause: Mapped[str]
    route: Mapped[str]
    language: Mapped[str]
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID] = mapped_column(sa.ForeignKey("staff.id"))
    issued_by_name: Mapped[str]  # as it stood on the paper


class DocumentSend(AppendOnly, Model):
    """That a version went to somebody."""

    __tablename__ = "document_sends"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["document_id", "version"], ["document_issues.document_id", "document_issues.version"]
        ),
    )

    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    recipient: Mapped[Recipient] = mapped_column(choice(Recipient), primary_key=True)
    how: Mapped[HowSent] = mapped_column(choice(HowSent))
    sent_on: Mapped[date]
    by: Mapped[str]
    at: Mapped[datetime]


class DocumentMark(AppendOnly, Model):
    """That a version was agreed by the patient, or explained to them."""

    __tablename__ = "document_marks"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["document_id", "version"], ["document_issues.document_id", "document_issues.version"]
        ),
    )

    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mark: Mapped[Mark] = mapped_column(choice(Mark), primary_key=True)
    on: Mapped[date]
    note: Mapped[str] = mapped_column(default="")
    by: Mapped[str]
    at: Mapped[datetime]
