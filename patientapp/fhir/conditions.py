"""Values of search parameters as conditions on columns: bound values only (IO-01)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.errors import Invalid
from patientapp.fhir.rules import NHS_NUMBER, Prefix, Span, Token, reference_of, span_of, token_of
from patientapp.patients.models import Patient
from patientapp.patients.rules import parse_nhs_number
from patientapp.workdays import london_day

Condition = sa.ColumnElement[bool]
Param = Callable[[str], Condition]


class BadValue(Invalid):
    """A search parameter has a value that cannot be used; the answer names it and says what to send."""

    status = 400
    title = "That search cannot be made"


def moment(column: Any) -> Param:
    """A date of a column that is an instant."""
    return lambda value: _compared(column, span_of(value), span_of(value).begin, span_of(value).end)


def day(column: Any) -> Param:
    """A date of a column that is a day."""

    def of(value: str) -> Condition:
        span = span_of(value)
        first, last = london_day(span.begin), london_day(span.end - timedelta(microseconds=1))
        return _compared(column, span, first, last + timedelta(days=1))

    return of


def _compared(column: Any, span: Span, begin: object, end: object) -> Condition:
    match span.prefix:
        case Prefix.NE:
            return sa.or_(column < begin, column >= end)
        case Prefix.GT | Prefix.SA:
            return column >= end  # type: ignore[no-any-return]
        case Prefix.GE:
            return column >= begin  # type: ignore[no-any-return]
        case Prefix.LT | Prefix.EB:
            return column < begin  # type: ignore[no-any-return]
        case Prefix.LE:
            return column < end  # type: ignore[no-any-return]
    return sa.and_(column >= begin, column < end)


def identity(column: Any) -> Param:
    """The logical id; what is no id of ours matches nothing."""

    def of(value: str) -> Condition:
        try:
            return column == UUID(value)  # type: ignore[no-any-return]
        except ValueError:
            return sa.false()

    return of


def reference(column: Any, kind: str) -> Param:
    """A reference to a resource of one kind; an id that is nobody's matches nothing."""

    def of(value: str) -> Condition:
        try:
            return column == reference_of(value, kind)  # type: ignore[no-any-return]
        except ValueError:
            if "/" in value and not value.split("/")[-2:][0].endswith(kind):
                raise
            return sa.false()

    return of


def key(column: Any, system: str) -> Param:
    """A business identifier under one system of ours."""

    def of(value: str) -> Condition:
        token = token_of(value)
        return column == token.code if token.system in {None, system} else sa.false()

    return of


def code(column: Any, states: dict[Any, str]) -> Param:
    """A FHIR code that stands for some of our states; any other is refused with the known ones."""

    def of(value: str) -> Condition:
        asked = token_of(value).code
        if asked not in states.values():
            raise ValueError(f"Use {', '.join(sorted(set(states.values())))}.")
        return column.in_([own for own, told in states.items() if told == asked])  # type: ignore[no-any-return]

    return of


def fixed(known: Collection[Token]) -> Param:
    """A code that all of ours have, or none."""
    codes = {token.code for token in known}

    def of(value: str) -> Condition:
        token = token_of(value)
        return (
            sa.true() if token in known or (token.system is None and token.code in codes) else sa.false()
        )

    return of


def corrected(column: Any, *, first: str, later: str) -> Param:
    """A status: `later` of what corrects something, `first` of the rest; any other is none's."""

    def of(value: str) -> Condition:
        asked = token_of(value)
        found = {first: column.is_(None), later: column.is_not(None)}
        return sa.false() if asked.system else found.get(asked.code, sa.false())

    return of


def nhs_number(value: str) -> Condition:
    """An NHS number, with its system or without."""
    token = token_of(value)
    number = parse_nhs_number(token.code)
    if number is None or token.system not in {None, NHS_NUMBER}:
        return sa.false()
    return Patient.nhs_number == number


def begins(*columns: Any) -> Param:
    """A name that begins so; upper and lower case alike for ASCII."""

    def of(value: str) -> Condition:
        if not value.strip():
            raise ValueError("Give the beginning of a name.")
        spellings = sorted({value, value.lower(), value.upper(), value.title()})
        return sa.or_(
            *(column.istartswith(one, autoescape=True) for one in spellings for column in columns)
        )

    return of


def exactly(column: Any) -> Param:
    """A string as it stands."""
    return lambda value: column == value
