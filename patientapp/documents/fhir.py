"""Issued documents as FHIR R4: pure shapes, for whoever serves them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

# LOINC document types; a kind without one is said in words alone.
LOINC = {
    "discharge_summary": ("18842-5", "Discharge summary"),
    "care_plan": ("18776-5", "Plan of care note"),
}


@dataclass(frozen=True, kw_only=True)
class Issued:
    """An issue as other systems need it."""

    document_id: UUID
    version: int
    is_newest: bool
    kind: str
    title: str
    patient_id: UUID
    author: str
    service: str
    language: str
    issued_at: datetime
    blocks: Sequence[tuple[str, str, str]]  # id, heading, text
    agreed_on: date | None = None


def plain_text(issued: Issued) -> str:
    """The whole document as text: headings, then words, in the order it is read."""
    parts = [f"{heading}\n{text}" for _id, heading, text in issued.blocks]
    return "\n\n".join([issued.title, *parts])


def document_reference(issued: Issued) -> dict[str, Any]:
    """DocumentReference: what it is, whose, by whom, and the words themselves."""
    kind: dict[str, Any] = {"text": issued.title}
    if issued.kind in LOINC:
        code, display = LOINC[issued.kind]
        kind["coding"] = [{"system": "http://loinc.org", "code": code, "display": display}]
    words = plain_text(issued).encode()
    return {
        "resourceType": "DocumentReference",
        "id": f"{issued.document_id}-{issued.version}",
        "meta": {"versionId": str(issued.version)},
        "language": issued.language,
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{issued.document_id}"}],
        "status": "current" if issued.is_newest else "superseded",
        "docStatus": "final",
        "type": kind,
        "subject": {"reference": f"Patient/{issued.patient_id}"},
        "date": issued.issued_at.isoformat(),
        "author": [{"display": issued.author}],
        "custodian": {"display": issued.service},
        "content": [
            {
                "attachment": {
                    "contentType": "text/plain; charset=utf-8",
                    "language": issued.language,
                    "data": b64encode(words).decode("ascii"),
                    "size": len(words),
                    "title": issued.title,
                    "creation": issued.issued_at.isoformat(),
                }
            }
        ],
    }


def care_plan(issued: Issued) -> dict[str, Any]:
    """CarePlan: one activity a block, in the words of the plan."""
    return {
        "resourceType": "CarePlan",
        "id": str(issued.document_id),
        "meta": {"versionId": str(issued.version)},
        "language": issued.language,
        "status": "active" if issued.is_newest else "revoked",
        "intent": "plan",
        "title": issued.title,
        "subject": {"reference": f"Patient/{issued.patient_id}"},
        "created": issued.issued_at.isoformat(),
        "period": {"start": (issued.agreed_on or issued.issued_at.date()).isoformat()},
        "author": {"display": issued.author},
        "activity": [
            {"detail": {"status": "in-progress", "code": {"text": heading}, "description": text}}
            for _id, heading, text in issued.blocks
        ],
    }
