"""Taking in a QuestionnaireResponse: once, however often it is sent."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.assessments.answering import AlreadySubmitted
from patientapp.assessments.entering import enter
from patientapp.assessments.entry_rows import Entry, mark_of
from patientapp.assessments.models import Response
from patientapp.db import db
from patientapp.errors import NotFound
from patientapp.fhir.received import Received
from patientapp.patients.queries import visible_ids


def create(viewer: Viewer, sent: Received, *, key: str | None, now: datetime) -> tuple[UUID, bool]:
    """The response that these answers made, and whether they made it now.

    `key` is what If-None-Exist asks for: answers that are there under it are told, not added again.
    """
    try:
        patient_id = UUID(sent.patient_id)
    except ValueError:
        raise NotFound from None
    name = key or sent.identifier
    found = _of_key(viewer, name, sent.instrument.id) if name else None
    if found is not None:
        if key is None:
            raise AlreadySubmitted("Answers of this identifier are here already.")
        return found, False
    entry = Entry(
        patient_id=patient_id,
        instrument=sent.instrument,
        values=sent.values,
        answered_at=sent.answered_at,
        answered_by=sent.answered_by,
        mode=sent.mode,
        language=sent.language,
        key=name,
    )
    return enter(viewer, entry, now=now).response_id, True


def _of_key(viewer: Viewer, name: str, instrument: str) -> UUID | None:
    mark = mark_of(viewer.service_id, name, instrument)
    known = sa.select(Response.id).where(
        Response.service_id == viewer.service_id,
        Response.mark == mark,
        Response.patient_id.in_(visible_ids(viewer)),
    )
    return db.session.scalar(known)
