"""Issues made ready for FHIR, from what the queries found."""

from __future__ import annotations

from patientapp.documents.fhir import Issued
from patientapp.documents.queries import Written
from patientapp.documents.rules import Mark


def issued(found: Written, *, service: str) -> list[Issued]:
    """Every issue of a document, newest first."""
    agreed = found.mark(Mark.AGREED)
    return [
        Issued(
            document_id=found.document.id,
            version=one.version,
            is_newest=one is found.issue,
            kind=found.kind.id,
            title=one.title,
            patient_id=found.document.patient_id,
            author=one.issued_by_name,
            service=service,
            language=one.language,
            issued_at=one.issued_at,
            blocks=[(part[0], part[1], part[2]) for part in one.blocks],
            agreed_on=agreed.on if agreed and one is found.issue else None,
        )
        for one in found.issues
    ]
