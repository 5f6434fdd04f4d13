"""Verbs on what was issued: it went to somebody, the patient agreed it, it was explained."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record
from patientapp.db import changed, db, insert
from patientapp.documents.actions import happened
from patientapp.documents.models import DocumentMark, DocumentSend
from patientapp.documents.queries import Written, document
from patientapp.documents.rules import HowSent, Mark, Recipient
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.errors import Conflict, Invalid, NotFound
from patientapp.workdays import london_day


class NotIssued(Conflict):
    """Issue the document first: what goes out is a version that no longer changes."""

    title = "This document has not been issued"


def sent(
    viewer: Viewer, document_id: UUID, to: Recipient, how: HowSent, *, on: date, now: datetime
) -> Written:
    """The newest version went to somebody; said twice it went once."""
    found = document(viewer, document_id)
    if found.issue is None:
        raise NotIssued(NotIssued.__doc__ or "")
    if to not in found.issue.recipients:
        raise NotFound
    if not london_day(found.issue.issued_at) <= on <= london_day(now):
        raise Invalid("That day cannot be right.", fields={"on": ["from the day of issue to today"]})
    row = {
        "document_id": document_id,
        "version": found.issue.version,
        "recipient": to,
        "how": how,
        "sent_on": on,
        "by": viewer.key,
        "at": now,
    }
    if changed(db.session.execute(insert(DocumentSend).values(row).on_conflict_do_nothing())):
        _count_sent(viewer, found, to, on=on, now=now)
        record(
            viewer, f"sent {found.kind.id} to {to.value}", now=now, patient_id=found.document.patient_id
        )
    after = document(viewer, document_id)
    after.document.closed = not after.not_sent
    db.session.flush()
    return after


def _count_sent(viewer: Viewer, found: Written, to: Recipient, *, on: date, now: datetime) -> None:
    """The event that the return counts: the GP has it; where it is for no GP, the first it is for."""
    first = (
        Recipient.GP if Recipient.GP in found.terms.recipients else Recipient(found.terms.recipients[0])
    )
    if not found.kind.on_sent or to is not first:
        return
    kind = EpisodeEventKind(found.kind.on_sent)
    letter = f"{found.kind.id}:{found.document.id}"
    detail = letter if kind is EpisodeEventKind.NOTIFICATION_SENT else ""
    happened(viewer, found.document.episode_id, kind, on, detail, now=now, once=str(found.document.id))


def mark(
    viewer: Viewer, document_id: UUID, what: Mark, *, on: date, now: datetime, note: str = ""
) -> Written:
    """The patient agreed the newest version, or it was explained to them; said twice it is once."""
    found = document(viewer, document_id)
    if found.issue is None:
        raise NotIssued(NotIssued.__doc__ or "")
    if not london_day(found.issue.issued_at) <= on <= london_day(now):
        raise Invalid("That day cannot be right.", fields={"on": ["from the day of issue to today"]})
    row = {
        "document_id": document_id,
        "version": found.issue.version,
        "mark": what,
        "on": on,
        "note": note,
        "by": viewer.key,
        "at": now,
    }
    if changed(db.session.execute(insert(DocumentMark).values(row).on_conflict_do_nothing())):
        if what is Mark.AGREED and found.kind.on_agreed:
            kind = EpisodeEventKind(found.kind.on_agreed)
            happened(
                viewer, found.document.episode_id, kind, on, "", now=now, once=str(found.document.id)
            )
        record(viewer, f"{found.kind.id} {what.value}", now=now, patient_id=found.document.patient_id)
    return document(viewer, document_id)
