"""The verb of safeguarding: telling."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record
from patientapp.db import db
from patientapp.errors import Invalid
from patientapp.patients.queries import patient
from patientapp.safeguarding.models import Disclosure
from patientapp.safeguarding.rules import Told, mistakes
from patientapp.worklist.actions import raise_item
from patientapp.worklist.hearing import hear_words
from patientapp.worklist.rules import ItemKind

REASON = "told_in_private"


def tell(viewer: Viewer, patient_id: UUID, told: Told, *, now: datetime) -> Disclosure:
    """Keep it with its alert in one transaction; words of self-harm raise their own (CLIN-03)."""
    person = patient(viewer, patient_id)
    if wrong := mistakes(told):
        raise Invalid("This cannot be sent so.", fields={name: [why] for name, why in wrong.items()})
    made = Disclosure(
        service_id=person.service_id,
        patient_id=person.id,
        words=told.words.strip(),
        reach=told.reach,
        how=told.how.strip(),
        told_by=viewer.answered_by,
        told_at=now,
    )
    db.session.add(made)
    db.session.flush()
    source = f"disclosure:{made.id}"
    raise_item(
        ItemKind.ALERT,
        service_id=person.service_id,
        patient_id=person.id,
        reason=REASON,
        source=source,
        now=now,
    )
    words = f"{made.words}\n{made.how}"
    hear_words(
        words, service_id=person.service_id, patient_id=person.id, source=f"{source}:words", now=now
    )
    record(viewer, "sent own words", now=now, patient_id=person.id, object=made.id)
    return made
