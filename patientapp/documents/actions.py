"""Verbs on documents: begin, write, issue, say that it went, mark."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record
from patientapp.db import changed, db, insert
from patientapp.documents.kinds import kinds
from patientapp.documents.models import Document, DocumentIssue
from patientapp.documents.queries import Written, document
from patientapp.documents.rules import (
    due_on,
    missing,
    too_long,
)
from patientapp.documents.terms import terms_for
from patientapp.episodes.actions import record_happening
from patientapp.episodes.queries import episode
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.errors import Conflict, Forbidden, Invalid
from patientapp.patients.queries import patient
from patientapp.services.queries import system_service
from patientapp.workdays import london_day


class DocumentChanged(Conflict):
    """This document changed while you were writing. Look at it as it is now, then save yours again."""

    title = "This document changed while you were writing"


class BlockMissing(Invalid):
    """A part that the contract needs is empty: the document cannot be issued until it holds something."""

    title = "The document cannot be issued yet"


def begin(
    viewer: Viewer,
    *,
    episode_id: UUID,
    kind: str,
    started_on: date,
    now: datetime,
    route: str = "",
    prefilled: Mapping[str, str] | None = None,
    source: str | None = None,
) -> UUID:
    """A new document, its clock running from `started_on`; one for each source however often asked."""
    of = episode(viewer, episode_id)
    if kind not in kinds() or (route and route not in kinds()[kind].routes):
        raise Invalid("There is no such document.", fields={"kind": [f"Use {', '.join(kinds())}."]})
    if started_on > london_day(now):
        raise Invalid("That day is still to come.", fields={"started_on": ["today or before"]})
    contract = system_service(of.service_id).profile
    row = {
        "id": uuid4(),
        "service_id": of.service_id,
        "patient_id": of.patient_id,
        "episode_id": of.id,
        "kind": kind,
        "route": route,
        "started_on": started_on,
        "due_on": due_on(started_on, terms_for(kind, contract, route).working_days),
        "source": source,
        "draft": dict(prefilled or {}),
        "draft_seq": 1,
        "closed": False,
        "created_at": now,
        "created_by": viewer.key,
    }
    if not changed(db.session.execute(insert(Document).values(row).on_conflict_do_nothing())):
        found = db.session.query(Document).filter_by(episode_id=of.id, source=source).one()
        return found.id
    made = UUID(str(row["id"]))
    if kinds()[kind].start == EpisodeEventKind.NOTIFICATION_DUE:
        happened(viewer, of.id, EpisodeEventKind.NOTIFICATION_DUE, started_on, f"{kind}:{made}", now=now)
    record(viewer, f"began {kind}", now=now, patient_id=of.patient_id, object=made)
    return made


def save(
    viewer: Viewer, document_id: UUID, written: Mapping[str, str], *, seen: int, now: datetime
) -> Written:
    """Keep what was written; DocumentChanged when somebody saved since, and nothing is overwritten."""
    found = document(viewer, document_id)
    if long := too_long(written):
        raise Invalid("Too many words.", fields={block: ["at most 4,000 letters"] for block in long})
    if found.document.draft_seq != seen:
        raise DocumentChanged(DocumentChanged.__doc__ or "")
    kept = {block: written[block].strip() for block in found.kind.block_ids if block in written}
    if kept == found.document.draft:
        return found
    _keep(document_id, kept, seen=seen)
    db.session.refresh(found.document)
    record(
        viewer,
        f"wrote {found.kind.id}",
        now=now,
        patient_id=found.document.patient_id,
        object=document_id,
    )
    return found


def _keep(document_id: UUID, kept: Mapping[str, str], *, seen: int) -> None:
    """One of two who save at once: the other finds its number used."""
    saved = (
        sa.update(Document)
        .where(Document.id == document_id, Document.draft_seq == seen)
        .values(draft=dict(kept), draft_seq=seen + 1)
        .execution_options(synchronize_session=False)
    )
    if not changed(db.session.execute(saved)):
        raise DocumentChanged(DocumentChanged.__doc__ or "")


def issue(viewer: Viewer, document_id: UUID, *, seen: int, now: datetime) -> Written:
    """A version that goes out as it stands; BlockMissing names every needed block that is empty."""
    found = document(viewer, document_id)
    if viewer.staff_id is None:
        raise Forbidden
    if found.document.draft_seq != seen:
        raise DocumentChanged(DocumentChanged.__doc__ or "")
    lacking = missing(found.terms.needed, found.document.draft)
    if lacking:
        raise BlockMissing(fields={block: ["missing"] for block in lacking})
    if found.issue and _same(found):
        return found
    version = found.issue.version + 1 if found.issue else 1
    made = _issue_row(viewer, found, version, now=now)
    if not changed(db.session.execute(insert(DocumentIssue).values(made).on_conflict_do_nothing())):
        raise DocumentChanged(DocumentChanged.__doc__ or "")
    found.document.closed = False
    db.session.flush()
    if found.kind.on_issue:
        kind = EpisodeEventKind(found.kind.on_issue)
        happened(
            viewer, found.document.episode_id, kind, london_day(now), "", now=now, once=f"{document_id}"
        )
    record(
        viewer,
        f"issued {found.kind.id}",
        now=now,
        patient_id=found.document.patient_id,
        object=f"{document_id} version {version}",
    )
    return document(viewer, document_id)


def _same(found: Written) -> bool:
    """Whether the newest version says what the draft says."""
    assert found.issue is not None
    return [[one[0], one[2]] for one in found.issue.blocks] == [
        [block.id, found.document.draft[block.id]]
        for block in found.kind.blocks
        if found.document.draft.get(block.id, "").strip()
    ]


def _issue_row(viewer: Viewer, found: Written, version: int, *, now: datetime) -> dict[str, object]:
    draft = found.document.draft
    person = patient(viewer, found.document.patient_id)
    return {
        "document_id": found.document.id,
        "version": version,
        "title": found.kind.title,
        "blocks": [
            [block.id, block.title, draft[block.id]]
            for block in found.kind.blocks
            if draft.get(block.id, "").strip()
        ],
        "recipients": list(found.terms.recipients),
        "contract": found.contract,
        "clause": found.terms.clause,
        "route": found.document.route,
        "language": person.language,
        "issued_at": now,
        "issued_by": viewer.staff_id,
        "issued_by_name": viewer.name,
    }


def happened(
    viewer: Viewer,
    episode_id: UUID,
    kind: EpisodeEventKind,
    on: date,
    detail: str,
    *,
    now: datetime,
    once: str = "",
) -> None:
    """An event of the episode that a document makes, once."""
    record_happening(
        viewer, episode_id=episode_id, kind=kind, on=on, detail=detail, once=once or detail, now=now
    )
