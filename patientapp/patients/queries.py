"""Reads of patients, each from behind the wall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.db import db
from patientapp.errors import Invalid, NotFound
from patientapp.patients.models import Patient
from patientapp.patients.rules import parse_nhs_number
from patientapp.services.rules import with_patients

DEFAULT_PAGE = 25
LARGEST_PAGE = 100

# What a list may be sorted by; the id makes each order total, so that no page loses a row (IO-01).
SORTS: dict[str, tuple[sa.orm.InstrumentedAttribute[object], ...]] = {
    "name": (Patient.family_name, Patient.given_name, Patient.id),
    "born": (Patient.birth_date, Patient.id),
    "added": (Patient.created_at, Patient.id),
}


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Which part of which list is asked for."""

    search: str = ""
    sort: str = "name"
    after: UUID | None = None  # the last patient of the page before
    size: int = DEFAULT_PAGE


@dataclass(frozen=True)
class Page:
    """One page of patients, and where the next begins."""

    patients: Sequence[Patient]
    next_after: UUID | None


def visible_patients(viewer: Viewer) -> sa.Select[Patient]:
    """THE wall: patients see themselves, carers whom they help, the care team and machines their
    service, nobody else anyone."""
    everyone = sa.select(Patient)
    if viewer.patient_id is not None:
        return everyone.where(Patient.id == viewer.patient_id, Patient.service_id == viewer.service_id)
    if with_patients(viewer.roles) or viewer.client_id is not None:
        return everyone.where(Patient.service_id == viewer.service_id, Patient.merged_into_id.is_(None))
    return everyone.where(sa.false())


def visible_ids(viewer: Viewer) -> sa.Select[UUID]:
    """The ids behind the wall, to join the tables of other rooms to."""
    return visible_patients(viewer).with_only_columns(Patient.id)


def patient(viewer: Viewer, patient_id: UUID) -> Patient:
    """One patient of this viewer's; NotFound for a foreign id as for an unknown one (SEC-02)."""
    found = db.session.scalar(visible_patients(viewer).where(Patient.id == patient_id))
    if found is None:
        raise NotFound
    return found


def system_patient(patient_id: UUID) -> Patient:
    """One patient, for the machine itself."""
    found = db.session.get(Patient, patient_id)
    if found is None:
        raise NotFound
    return found


def page(viewer: Viewer, listing: Listing, *, among: sa.Select[UUID] | None = None) -> Page:
    """One page of this viewer's patients, of some ids only if said; Invalid for no such place."""
    order = SORTS.get(listing.sort)
    if order is None:
        known = f"Use {', '.join(SORTS)}."
        raise Invalid("The list cannot be sorted so.", fields={"sort": [known]})
    size = max(1, min(listing.size, LARGEST_PAGE))
    chosen = visible_patients(viewer).where(_matches(listing.search)).order_by(*order)
    if among is not None:
        chosen = chosen.where(Patient.id.in_(among))
    if listing.after is not None:
        chosen = chosen.where(_beyond(viewer, listing.after, order))
    rows = list(db.session.scalars(chosen.limit(size + 1)))
    return Page(rows[:size], rows[size - 1].id if len(rows) > size else None)


def _beyond(
    viewer: Viewer, after: UUID, order: Sequence[sa.orm.InstrumentedAttribute[object]]
) -> sa.ColumnElement[bool]:
    """Past this patient. An address holds the id only: no name of anyone in a log."""
    try:
        last = patient(viewer, after)
    except NotFound:
        raise Invalid("The list has no such place.", fields={"cursor": ["Start again."]}) from None
    place = [sa.literal(getattr(last, column.key), column.type) for column in order]
    return sa.tuple_(*order) > sa.tuple_(*place)


def _matches(search: str) -> sa.ColumnElement[bool]:
    """Each word begins a given or family name; or it is an NHS number."""
    number = parse_nhs_number(search)
    if number is not None:
        return Patient.nhs_number == number
    return sa.and_(sa.true(), *(_begins(word) for word in search.split()[:5]))


def _begins(word: str) -> sa.ColumnElement[bool]:
    # SQLite folds the case of ASCII only, so the usual spellings are asked for by name
    spellings = {word, word.lower(), word.upper(), word.title()}
    return sa.or_(
        *(
            name.istartswith(spelling, autoescape=True)
            for spelling in sorted(spellings)
            for name in (Patient.family_name, Patient.given_name)
        )
    )


def system_people_at(number: str) -> list[Patient]:
    """Everybody who has this number; the dead only where nobody living does."""
    asked = sa.select(Patient).where(Patient.mobile == number).order_by(Patient.id)
    found = list(db.session.scalars(asked.execution_options(populate_existing=True)))
    return [one for one in found if one.died_on is None] or found
