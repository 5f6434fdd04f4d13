"""A search: parameters from the map of a kind, a page of resources, and where the next begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.db import db
from patientapp.errors import Invalid, NotFound
from patientapp.fhir import shapes
from patientapp.fhir.conditions import BadValue, Condition
from patientapp.fhir.kinds import KINDS, Kind, one_row
from patientapp.fhir.rules import DEFAULT_COUNT, LARGEST_COUNT, Place, place_of
from patientapp.fhir.shapes import Resource
from patientapp.patients.models import Patient
from patientapp.patients.queries import visible_patients

PAGE = "_page"
COUNT = "_count"
# taken by every search: how the answer is written, and how many come at once
ABOUT_THE_ANSWER = frozenset({"_format", "_pretty", COUNT, PAGE, "_summary", "_total"})


SORT = "_sort"
INCLUDE = "_include"


@dataclass(frozen=True)
class Order:
    """The instant that orders a search, and which way."""

    at: Any
    newest_first: bool = False


@dataclass(frozen=True)
class Search:
    """What was asked for, checked."""

    conditions: Sequence[Condition]
    count: int
    place: Place | None
    used: Sequence[tuple[str, str]]
    total_only: bool
    order: Order
    with_patients: bool


@dataclass(frozen=True)
class Found:
    """A page of resources, whose they are, and where the next begins; None at the end."""

    resources: Sequence[Resource]
    patients: frozenset[UUID]
    next: Place | None
    total: int | None = None
    included: Sequence[Resource] = ()


def asked(kind: Kind, given: Sequence[tuple[str, str]], *, lenient: bool) -> Search:
    """The search of these parameters; BadValue names each that is not known or cannot be used."""
    wrong: dict[str, list[str]] = {}
    conditions, used = [], []
    for name, value in given:
        if name in ABOUT_THE_ANSWER or name in {SORT, INCLUDE}:
            continue
        if name not in kind.params:
            if not lenient:
                wrong[name] = [f"No such search parameter. Use {', '.join(sorted(kind.params))}."]
            continue
        used.append((name, value))
        try:
            conditions.append(sa.or_(*(kind.params[name](one) for one in value.split(","))))
        except (ValueError, Invalid) as error:
            wrong[name] = [str(error) or "This value cannot be used."]
    single = dict(given)
    count, place = _count(single.get(COUNT), wrong), _place(single.get(PAGE), wrong)
    order = _order(kind, single.get(SORT), wrong)
    included = {value.removesuffix(":Patient") for name, value in given if name == INCLUDE}
    if not (lenient or included <= set(kind.includes)):
        wrong[INCLUDE] = [_use(kind.includes)]
    if wrong:
        raise BadValue("The search cannot be made.", fields=wrong)
    only = single.get("_summary") == "count" or count == 0
    return Search(conditions, count, place, used, only, order, bool(included & set(kind.includes)))


def _use(known: Iterable[str]) -> str:
    return f"Use {', '.join(sorted(known))}." if known else "Nothing can be asked for here."


def _order(kind: Kind, value: str | None, wrong: dict[str, list[str]]) -> Order:
    if value is None:
        return Order(kind.at)
    name = value.removeprefix("-")
    if name not in kind.orders:
        wrong[SORT] = [f"{_use(kind.orders)} A minus before it puts the newest first."]
        return Order(kind.at)
    return Order(kind.orders[name], newest_first=name != value)


def _count(value: str | None, wrong: dict[str, list[str]]) -> int:
    if value is None:
        return DEFAULT_COUNT
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        wrong[COUNT] = ["Use a whole number."]
        return 0
    return min(int(value), LARGEST_COUNT)


def _place(value: str | None, wrong: dict[str, list[str]]) -> Place | None:
    if value is None:
        return None
    try:
        return place_of(value)
    except (ValueError, OverflowError):
        wrong[PAGE] = ["There is no such page. Search again without it."]
        return None


def search(viewer: Viewer, kind: Kind, wanted: Search) -> Found:
    """The next resources of this search, in the order of their rows."""
    matching = kind.rows(viewer).where(*wanted.conditions)
    if wanted.total_only:
        rows = sa.select(sa.func.count()).select_from(matching.order_by(None).subquery())
        return Found([], frozenset(), None, total=int(db.session.scalar(rows) or 0))
    if wanted.place is not None:
        matching = matching.where(_from(kind, wanted.order, wanted.place))
    at, turned = wanted.order.at, sa.desc if wanted.order.newest_first else sa.asc
    ordered = matching.add_columns(at.label("order_at"), kind.id.label("order_id"))
    ordered = ordered.order_by(turned(at), turned(kind.id)).limit(wanted.count + 1)
    found = _page(kind, db.session.execute(ordered).all(), wanted)
    return replace(found, included=_people(viewer, found.patients)) if wanted.with_patients else found


def _people(viewer: Viewer, ids: frozenset[UUID]) -> list[Resource]:
    """The patients whom a page is about, of those whom the viewer may see."""
    whom = visible_patients(viewer).where(Patient.id.in_(ids)).order_by(Patient.id)
    return [shapes.patient(one) for one in db.session.scalars(whom)]


def _from(kind: Kind, order: Order, place: Place) -> Condition:
    """From this row on, itself too where some of its resources are still to come."""
    at = order.at
    if order.newest_first:
        beyond = kind.id <= place.id if place.skip else kind.id < place.id
        return sa.and_(at <= place.at, sa.or_(at < place.at, beyond))
    beyond = kind.id >= place.id if place.skip else kind.id > place.id
    return sa.and_(at >= place.at, sa.or_(at > place.at, beyond))


def _page(kind: Kind, rows: Sequence[sa.Row[tuple[object, ...]]], wanted: Search) -> Found:
    """As many resources as were asked for; a row that has several may be cut between two pages."""
    taken: list[tuple[UUID, Resource]] = []
    skip = wanted.place.skip if wanted.place else 0
    made = kind.made(rows[: wanted.count], wanted.used)
    last: Place | None = None
    for row, found in zip(rows, made, strict=False):
        room = wanted.count - len(taken)
        if room == 0:
            return _found(taken, last)
        part = found[skip : skip + room]
        taken += part
        done = skip + len(part)
        last = Place(row.order_at, row.order_id, done if done < len(found) else 0)
        if last.skip:
            return _found(taken, last)
        skip = 0
    return _found(taken, last if len(rows) > wanted.count else None)


def _found(taken: Sequence[tuple[UUID, Resource]], place: Place | None) -> Found:
    return Found([one for _whose, one in taken], frozenset(whose for whose, _one in taken), place)


def read(viewer: Viewer, kind_name: str, resource_id: str) -> tuple[UUID, Resource]:
    """One resource and whose it is; NotFound for a foreign id as for an unknown one (SEC-02)."""
    kind = KINDS[kind_name]
    try:
        row_id, resource_id = UUID(resource_id[:36]), resource_id.lower()
    except ValueError:
        raise NotFound from None
    row = one_row(viewer, kind, row_id)
    for found in kind.made([row] if row else [], ()):
        for whose, made in found:
            if made["id"] == resource_id:
                return whose, made
    raise NotFound
