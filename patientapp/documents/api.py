"""The API of documents: what was issued about a patient, for staff and their systems."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import marshmallow as ma
from marshmallow import fields

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.documents import queries
from patientapp.documents.queries import Written
from patientapp.patients.queries import patient
from patientapp.patients.schemas import Day
from patientapp.web.api import Blueprint

blueprint = Blueprint("documents_api", __name__, description="Plans, summaries and letters")


class BlockSchema(ma.Schema):
    """One part of an issued document."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    text = fields.String(required=True)


class DocumentSchema(ma.Schema):
    """A document and its newest issue."""

    id = fields.UUID(required=True)
    episode_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    started_on = Day(required=True)
    due_on = Day(required=True, allow_none=True)
    version = fields.Integer(required=True, metadata={"description": "0 while it is being written."})
    issued_at = fields.AwareDateTime(required=True, allow_none=True)
    recipients = fields.List(fields.String(), required=True)
    not_sent_to = fields.List(fields.String(), required=True)
    missing = fields.List(fields.String(), required=True)
    blocks = fields.List(fields.Nested(BlockSchema), required=True)


class DocumentsSchema(ma.Schema):
    """A patient's documents, newest first."""

    documents = fields.List(fields.Nested(DocumentSchema), required=True)


@blueprint.get("/patients/<uuid:patient_id>/documents")
@requires(Permission.WRITE_PLANS)
@blueprint.response(200, DocumentsSchema)
def documents_of(patient_id: UUID) -> dict[str, Any]:
    """A patient's documents: what was issued, to whom, what is still missing."""
    with transaction():
        person = patient(viewer(), patient_id)
        found = queries.documents_of(viewer(), person.id)
        record(viewer(), "looked at documents", now=clock.now(), patient_id=person.id)
    return {"documents": [_shape(one) for one in found]}


def _shape(found: Written) -> dict[str, Any]:
    issue = found.issue
    return {
        "id": found.document.id,
        "episode_id": found.document.episode_id,
        "kind": found.kind.id,
        "started_on": found.document.started_on,
        "due_on": found.document.due_on,
        "version": issue.version if issue else 0,
        "issued_at": issue.issued_at if issue else None,
        "recipients": list(issue.recipients if issue else found.terms.recipients),
        "not_sent_to": [one.value for one in found.not_sent],
        "missing": found.lacking,
        "blocks": [
            {"id": part[0], "title": part[1], "text": part[2]} for part in (issue.blocks if issue else [])
        ],
    }
