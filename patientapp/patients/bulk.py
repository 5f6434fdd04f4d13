"""Records of another system, many at a time: a few statements for hundreds of people."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from patientapp.db import run, table
from patientapp.patients.looks import look_at_all
from patientapp.patients.models import Patient, PatientChange

_PATIENTS, _CHANGES = table(Patient), table(PatientChange)
FIELDS = (
    "patient_key", "nhs_number", "given_name", "family_name", "birth_date", "sex", "mobile", "email",
    "postcode", "gp_code", "language", "ethnicity", "imd_decile", "needs", "interpreter", "texts_ok",
    "booking_help", "veteran", "died_on",
)  # fmt: skip


@dataclass(frozen=True)
class Changed:
    """One record that a row has changed: which fields, from what, to what."""

    patient_id: UUID
    fields: Mapping[str, tuple[Any, Any]]


def system_known(service_id: UUID, *, keys: Collection[str], nhs_numbers: Collection[str]) -> list[Any]:
    """The records under these keys, or with these NHS numbers; a merged one too."""
    asked = sa.select(_PATIENTS).where(
        _PATIENTS.c.service_id == service_id,
        sa.or_(_PATIENTS.c.patient_key.in_(keys), _PATIENTS.c.nhs_number.in_(nhs_numbers)),
    )
    return list(run(asked))


def system_ids(service_id: UUID, keys: Collection[str]) -> dict[str, UUID]:
    """Where these keys lead; a record that went into another leads to that."""
    asked = sa.select(_PATIENTS.c.patient_key, _PATIENTS.c.id, _PATIENTS.c.merged_into_id)
    found = run(asked.where(_PATIENTS.c.service_id == service_id, _PATIENTS.c.patient_key.in_(keys)))
    return {row.patient_key: row.merged_into_id or row.id for row in found}


def add_all(service_id: UUID, rows: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """New records."""
    if rows:
        facts = {"service_id": service_id, "created_at": now}
        run(sa.insert(_PATIENTS), [{"id": uuid4()} | facts | dict(row) for row in rows])


def differences(stored: Any, given: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What a row says otherwise: what it leaves empty stays, and a STOP or a need is never undone."""
    found = {}
    for name, new in given.items():
        old = getattr(stored, name)
        if name == "texts_ok" and not old:
            continue
        if name == "needs":
            new = [*old, *(need for need in new if need not in old)]
        if new != old:
            found[name] = (old, new)
    return found


def change_all(changes: Sequence[Changed], *, by: str, now: datetime) -> None:
    """Change records and keep what they said before (N34)."""
    told = [change for change in changes if change.fields]
    for change in told:
        new = {name: values[1] for name, values in change.fields.items()}
        run(sa.update(_PATIENTS).where(_PATIENTS.c.id == change.patient_id).values(**new))
    if told:
        run(sa.insert(_CHANGES), [_history(change, by=by, now=now) for change in told])
        look_at_all([change.patient_id for change in told], now)


def _history(change: Changed, *, by: str, now: datetime) -> dict[str, Any]:
    said = {name: [_plain(old), _plain(new)] for name, (old, new) in change.fields.items()}
    return {"id": uuid4(), "patient_id": change.patient_id, "changes": said, "at": now, "by": by}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, str, list)) else value.isoformat()
