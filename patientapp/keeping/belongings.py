"""Every row that belongs to one person, found by the foreign keys of the tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.db import Base, db, table
from patientapp.errors import NotFound
from patientapp.messaging.models import InboundText, LocalPhoneText
from patientapp.patients.models import Patient
from patientapp.web.models import IdempotencyKey

PART = 500
Where = sa.ColumnElement[bool]
Rows = dict[sa.Table, list[dict[str, Any]]]


def belongings(patient_id: UUID) -> Rows:
    """All rows of this person, by table; NotFound when there is no such person."""
    people = table(Patient)
    found: Rows = {people: _rows(people, people.c.id == patient_id)}
    if not found[people]:
        raise NotFound
    waiting = [people]
    while waiting:
        parent = waiting.pop()
        for child, key in _children_of(parent):
            new = _new(found.get(child, []), _naming(child, key, found[parent]))
            if new:
                found.setdefault(child, []).extend(new)
                waiting.append(child)
    return {one: rows for one, rows in (found | _unkeyed(found[people])).items() if rows}


def _children_of(parent: sa.Table) -> Iterator[tuple[sa.Table, sa.ForeignKeyConstraint]]:
    for child in Base.registry.metadata.sorted_tables:
        for key in child.foreign_key_constraints:
            if key.referred_table is parent:
                yield child, key


def _naming(
    child: sa.Table, key: sa.ForeignKeyConstraint, parents: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Rows of the child that name one of these parents."""
    pairs = [(element.parent, element.column.name) for element in key.elements]
    for start in range(0, len(parents), PART):
        part = parents[start : start + PART]
        if len(pairs) == 1:
            column, name = pairs[0]
            yield from _rows(child, column.in_([row[name] for row in part]))
        else:
            each = (sa.and_(*(column == row[name] for column, name in pairs)) for row in part)
            yield from _rows(child, sa.or_(*each))


def _new(known: list[dict[str, Any]], rows: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    fresh = []
    for row in rows:
        if row not in known and row not in fresh:
            fresh.append(row)
    return fresh


def _unkeyed(people: Collection[Mapping[str, Any]]) -> Rows:
    """What names these people by number or scope, and not by key."""
    numbers = {str(one["mobile"]) for one in people if one["mobile"]} - _shared(people)
    inbound, phone, keys = table(InboundText), table(LocalPhoneText), table(IdempotencyKey)
    scopes = [f"patient:{one['id']}" for one in people]
    return {
        inbound: _rows(inbound, inbound.c.from_number.in_(numbers)),
        phone: _rows(phone, phone.c.to_number.in_(numbers)),
        keys: _rows(keys, keys.c.scope.in_(scopes)),
    }


def _shared(people: Collection[Mapping[str, Any]]) -> set[str]:
    """Numbers that somebody else has too: their texts are not this person's alone."""
    own, numbers = [one["id"] for one in people], [one["mobile"] for one in people]
    others = sa.select(Patient.mobile).where(Patient.mobile.in_(numbers), Patient.id.not_in(own))
    return set(db.session.scalars(others))


def _rows(of: sa.Table, where: Where) -> list[dict[str, Any]]:
    found = db.session.execute(sa.select(*of.c).where(where))
    return [dict(zip(of.c.keys(), row, strict=True)) for row in found]
