"""Columns of a statement as arrays, without a Python object for each number where that can be spared.

Numbers are made by the database and ids stay as it holds them: making ten million datetimes and UUIDs
in Python would take longer than every sum of a return.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from patientapp.db import db, dialect

Array = np.ndarray[Any, Any]
Column = sa.ColumnElement[Any] | sa.orm.InstrumentedAttribute[Any]
HEAD = 20  # bytes before the elements of an array as PostgreSQL sends it


class Kind(Enum):
    """What a column holds; but for text and numbers it is never NULL."""

    WHOLE = np.dtype(np.int64)
    NUMBER = np.dtype(np.float64)  # NULL is NaN
    ID = np.dtype("S16")  # to look up, never to show
    TEXT = np.dtype(object)


_ON_POSTGRESQL: dict[Kind, Any] = {
    Kind.WHOLE: sa.BigInteger,
    Kind.NUMBER: sa.Double,
    Kind.ID: sa.Uuid,
}
_SENT = {Kind.WHOLE: ">i8", Kind.NUMBER: ">f8", Kind.ID: "S16"}


def columns(statement: sa.Select[Any], *kinds: Kind) -> list[Array]:
    """The columns of a reading, in its order, as arrays of these kinds."""
    read = _from_postgresql if dialect() == "postgresql" else _from_rows
    return read(statement, kinds)


def _from_rows(statement: sa.Select[Any], kinds: Sequence[Kind]) -> list[Array]:
    rows = db.session.connection().execute(statement).fetchall()
    return [_array([row[at] for row in rows], kind) for at, kind in enumerate(kinds)]


def _array(values: Sequence[Any], kind: Kind) -> Array:
    if kind is Kind.TEXT:
        out = np.empty(len(values), object)
        out[:] = values
        return out
    return np.array(values, kind.value)


def _from_postgresql(statement: sa.Select[Any], kinds: Sequence[Kind]) -> list[Array]:
    """Each column in one field, in the wire format of an array: a head, then length and value each."""
    rows = statement.subquery()
    wanted = [_sent(column, kind) for column, kind in zip(rows.columns, kinds, strict=True)]
    (row,) = db.session.connection().execute(sa.select(*wanted))
    return [_received(field, kind) for field, kind in zip(row, kinds, strict=True)]


def _sent(column: sa.ColumnElement[Any], kind: Kind) -> sa.ColumnElement[Any]:
    if kind is Kind.TEXT:
        return sa.func.array_agg(column)
    if kind is Kind.NUMBER:
        column = sa.func.coalesce(column, sa.literal_column("'NaN'::float8"))
    of_kind = sa.cast(column, _ON_POSTGRESQL[kind])
    return sa.func.array_send(sa.func.array_agg(of_kind), type_=sa.LargeBinary)


def _received(field: Any, kind: Kind) -> Array:
    if field is None:
        return np.zeros(0, kind.value)
    if kind is Kind.TEXT:
        return _array(field, kind)
    elements = np.dtype([("length", ">i4"), ("value", _SENT[kind])])
    return np.frombuffer(field, elements, offset=HEAD)["value"].astype(kind.value)


def whole_seconds(column: Column) -> sa.ColumnElement[int]:
    """An instant as whole seconds since 1970."""
    if dialect() == "postgresql":
        return sa.cast(sa.func.floor(sa.extract("epoch", column)), sa.BigInteger)
    return sa.cast(sa.func.strftime("%s", sa.type_coerce(column, sa.Text)), sa.Integer)


def plain_id(column: Column) -> sa.ColumnElement[Any]:
    """An id as the database's own simple value."""
    return sa.type_coerce(column, sa.Uuid if dialect() == "postgresql" else sa.LargeBinary)


def place_in(column: Column, names: Sequence[str]) -> sa.ColumnElement[int]:
    """The place of a word among names; 0 for one that is not there."""
    known = dict(zip(names, range(len(names)), strict=True))
    return sa.case(known, value=sa.type_coerce(column, sa.Text), else_=0)


def number_in(held: sa.orm.InstrumentedAttribute[Any], name: str) -> sa.ColumnElement[float]:
    """A number of a JSON column; a reason why there is none, or a skipped item, is NULL."""
    if dialect() == "postgresql":
        is_number = sa.func.jsonb_typeof(held[name]) == "number"
        return sa.case((is_number, sa.cast(held[name], sa.Double)))
    path = f"$.{name}"
    is_number = sa.func.json_type(held, path).in_(("integer", "real"))
    return sa.case((is_number, sa.func.json_extract(held, path)))


def is_one_of(column: Column, ids: Array) -> sa.ColumnElement[bool]:
    """Whether an id is among many; `ids` are as they were read."""
    some = [one.ljust(16, b"\0") for one in ids.tolist()]
    if dialect() == "postgresql":
        texts = "{" + ",".join(one.hex() for one in some) + "}"
        given = sa.cast(sa.literal(texts, sa.Text), ARRAY(sa.Uuid))
        return plain_id(column).in_(sa.select(sa.func.unnest(given)))  # not ANY: that reads all rows
    return plain_id(column).in_(some)
