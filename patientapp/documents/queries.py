"""Reads of documents, from behind the wall."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.db import db
from patientapp.documents.kinds import kinds
from patientapp.documents.models import Document, DocumentIssue, DocumentMark, DocumentSend
from patientapp.documents.rules import Kind, Mark, Recipient, Terms, missing
from patientapp.documents.terms import terms_for
from patientapp.errors import NotFound
from patientapp.patients.models import Patient
from patientapp.patients.queries import visible_ids
from patientapp.services.models import Service

MOST_WAITING_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Written:
    """A document, its kind, what its contract asks, and what went out of it."""

    document: Document
    kind: Kind
    terms: Terms
    contract: str
    issues: Sequence[DocumentIssue]  # newest first
    sends: Mapping[tuple[int, str], DocumentSend]
    marks: Mapping[tuple[int, str], DocumentMark]

    @property
    def issue(self) -> DocumentIssue | None:
        """The newest version that went out."""
        return self.issues[0] if self.issues else None

    @property
    def not_sent(self) -> list[Recipient]:
        """For whom the newest version still is."""
        if self.issue is None:
            return []
        return [
            Recipient(one) for one in self.issue.recipients if (self.issue.version, one) not in self.sends
        ]

    @property
    def lacking(self) -> list[str]:
        """The needed blocks that the draft does not hold yet."""
        return missing(self.terms.needed, self.document.draft)

    def is_overdue(self, today: date) -> bool:
        """Past its day, and not yet sent to everybody it is for."""
        due = self.document.due_on
        return due is not None and today > due and not self.document.closed

    def mark(self, mark: Mark) -> DocumentMark | None:
        """What is known of the newest version."""
        return self.marks.get((self.issue.version, mark.value)) if self.issue else None


def documents_of(viewer: Viewer, patient_id: UUID) -> list[Written]:
    """A patient's documents, newest first."""
    theirs = sa.select(Document).where(
        Document.patient_id == patient_id, Document.patient_id.in_(visible_ids(viewer))
    )
    rows = db.session.scalars(theirs.order_by(Document.created_at.desc(), Document.id)).all()
    return _whole(rows)


def document(viewer: Viewer, document_id: UUID) -> Written:
    """One document; NotFound for a foreign id as for an unknown one (SEC-02)."""
    asked = sa.select(Document).where(
        Document.id == document_id, Document.patient_id.in_(visible_ids(viewer))
    )
    rows = db.session.scalars(asked).all()
    if not rows:
        raise NotFound
    return _whole(rows)[0]


def waiting(viewer: Viewer) -> list[tuple[Written, Patient]]:
    """What is not yet issued and sent in my service, the soonest due first (B49)."""
    asked = (
        sa.select(Document, Patient)
        .join(Patient, Patient.id == Document.patient_id)
        .where(
            Document.service_id == viewer.service_id,
            Document.closed.is_(False),
            Document.patient_id.in_(visible_ids(viewer)),
        )
        .order_by(Document.due_on.is_(None), Document.due_on, Document.id)
        .limit(MOST_WAITING_SHOWN)
    )
    rows = db.session.execute(asked).all()
    whole = _whole([row[0] for row in rows])
    return [(one, row[1]) for one, row in zip(whole, rows, strict=True)]


def not_agreed(viewer: Viewer) -> list[tuple[Written, Patient]]:
    """Plans that went out and that the patient has not agreed yet, the oldest first (C51, B40)."""
    agreed_kinds = [kind.id for kind in kinds().values() if kind.on_agreed]
    newest = (
        sa.select(sa.func.max(DocumentIssue.version))
        .where(DocumentIssue.document_id == Document.id)
        .correlate(Document)
        .scalar_subquery()
    )
    agreed = (
        sa.select(DocumentMark.document_id)
        .where(
            DocumentMark.document_id == Document.id,
            DocumentMark.version == newest,
            DocumentMark.mark == Mark.AGREED,
        )
        .exists()
    )
    asked = (
        sa.select(Document, Patient)
        .join(Patient, Patient.id == Document.patient_id)
        .where(
            Document.service_id == viewer.service_id,
            Document.kind.in_(agreed_kinds),
            Document.patient_id.in_(visible_ids(viewer)),
            newest.is_not(None),
            ~agreed,
        )
        .order_by(Document.created_at, Document.id)
        .limit(MOST_WAITING_SHOWN)
    )
    rows = db.session.execute(asked).all()
    whole = _whole([row[0] for row in rows])
    return [(one, row[1]) for one, row in zip(whole, rows, strict=True)]


def _whole(rows: Sequence[Document]) -> list[Written]:
    ids = [row.id for row in rows]
    profiles = _profiles({row.service_id for row in rows})
    issues: dict[UUID, list[DocumentIssue]] = defaultdict(list)
    for issue in db.session.scalars(
        sa.select(DocumentIssue)
        .where(DocumentIssue.document_id.in_(ids))
        .order_by(DocumentIssue.version.desc())
    ):
        issues[issue.document_id].append(issue)
    sends: dict[UUID, dict[tuple[int, str], DocumentSend]] = defaultdict(dict)
    for send in db.session.scalars(sa.select(DocumentSend).where(DocumentSend.document_id.in_(ids))):
        sends[send.document_id][send.version, send.recipient.value] = send
    marks: dict[UUID, dict[tuple[int, str], DocumentMark]] = defaultdict(dict)
    for mark in db.session.scalars(sa.select(DocumentMark).where(DocumentMark.document_id.in_(ids))):
        marks[mark.document_id][mark.version, mark.mark.value] = mark
    return [
        Written(
            document=row,
            kind=kinds()[row.kind],
            terms=terms_for(row.kind, profiles[row.service_id], row.route),
            contract=profiles[row.service_id],
            issues=issues[row.id],
            sends=sends[row.id],
            marks=marks[row.id],
        )
        for row in rows
    ]


def _profiles(service_ids: set[UUID]) -> dict[UUID, str]:
    asked = sa.select(Service.id, Service.profile).where(Service.id.in_(service_ids))
    return {row.id: row.profile for row in db.session.execute(asked)}


def own_letters(viewer: Viewer, patient_id: UUID) -> list[Written]:
    """What was issued to the patient, the newest first."""
    return [one for one in documents_of(viewer, patient_id) if is_for_patient(one)]


def is_for_patient(found: Written) -> bool:
    """Issued, and for the patient."""
    return found.issue is not None and Recipient.PATIENT in found.issue.recipients
