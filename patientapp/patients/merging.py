"""Two records found to be of one person become one; what moved is kept, so that it can be found again.

Every table that names a patient is moved alike, found by its foreign key: a room that is built later
needs no line here. Where both records hold what a person can have once, nothing is done and staff are
told to end one of the two first. Rows of history keep what they say; only whose they are changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record
from patientapp.db import Base, db, run, table
from patientapp.errors import Conflict, Invalid
from patientapp.patients.looks import look_by
from patientapp.patients.models import Patient, PatientChange, PatientMerge, PlannedLook
from patientapp.patients.queries import patient

_PATIENTS, _LOOKS = table(Patient), table(PlannedLook)
STAYS = {"planned_looks", "patient_merges", "patient_changes", "patients"}
FILLED = (
    "nhs_number", "patient_key", "mobile", "email", "postcode", "gp_code", "ethnicity", "imd_decile",
    "veteran", "died_on",
)  # fmt: skip
ONE_OF_EACH = ("nhs_number", "patient_key")  # of which a service has one


class NotOnePerson(Conflict):
    """These two records cannot become one as they are. The page says what to do first."""

    title = "The records were not merged"


def merge(viewer: Viewer, *, from_id: UUID, into_id: UUID, reason: str, now: datetime) -> Patient:
    """Move all of one record into the other; the first is kept, empty, and leads to the second."""
    if from_id == into_id:
        raise Invalid("Choose two records.", fields={"into": ["Choose another record."]})
    gone, kept = patient(viewer, from_id), patient(viewer, into_id)
    if gone.nhs_number and kept.nhs_number and gone.nhs_number != kept.nhs_number:
        raise NotOnePerson("They have different NHS numbers: correct one of them first.")
    if gone.birth_date != kept.birth_date:
        raise NotOnePerson("They have different dates of birth: correct one of them first.")
    moved = dict(_move(from_id, into_id))
    _fill(kept, gone, by=viewer.key, now=now)
    said = {"from_id": from_id, "into_id": into_id, "moved": moved, "reason": reason}
    db.session.add(PatientMerge(id=uuid4(), at=now, by=viewer.key, **said))
    db.session.flush()
    look_by(into_id, now)
    record(viewer, "merged into another record", now=now, patient_id=from_id, object=into_id)
    record(viewer, "took in another record", now=now, patient_id=into_id, object=from_id)
    return kept


def _move(from_id: UUID, into_id: UUID) -> Iterator[tuple[str, list[str]]]:
    """Each table with the ids of the rows that moved."""
    run(sa.delete(_LOOKS).where(_LOOKS.c.patient_id == from_id))
    for one in Base.metadata.sorted_tables:
        for column in _of_patients(one):
            keys = [key for key in one.primary_key.columns if key is not column] or [column]
            rows = run(sa.select(*keys).where(column == from_id)).all()
            if not rows:
                continue
            try:
                with db.session.begin_nested():
                    run(sa.update(one).where(column == from_id).values({column: into_id}))
            except IntegrityError:
                words = f"Both have {one.name.replace('_', ' ')} of the same kind: end one of them first."
                raise NotOnePerson(words) from None
            yield one.name, [":".join(map(str, row)) for row in rows]


def _of_patients(one: sa.Table) -> list[sa.Column[Any]]:
    if one.name in STAYS:
        return []
    return [column for column in one.columns if column.references(_PATIENTS.c.id)]


def _fill(kept: Patient, gone: Patient, *, by: str, now: datetime) -> None:
    """What the kept record did not say it takes from the other; a STOP and every need stay."""
    fields = {name: getattr(gone, name) for name in FILLED if not getattr(kept, name)}
    fields = {name: value for name, value in fields.items() if value not in {None, ""}}
    fields["needs"] = list(dict.fromkeys([*kept.needs, *gone.needs]))
    fields["texts_ok"] = kept.texts_ok and gone.texts_ok
    old = {name: getattr(kept, name) for name in fields}
    changes = {name: [_plain(old[name]), _plain(new)] for name, new in fields.items() if new != old[name]}
    for name in ONE_OF_EACH:
        if name in fields:
            setattr(gone, name, None)
    gone.merged_into_id, gone.texts_ok, gone.mobile = kept.id, False, ""
    db.session.flush()
    for name, value in fields.items():
        setattr(kept, name, value)
    db.session.add(PatientChange(id=uuid4(), patient_id=kept.id, changes=changes, at=now, by=by))
    db.session.flush()


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
