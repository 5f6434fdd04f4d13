"""Shapes of patients at the boundary; each is an allow-list (SEC-06, SEC-07)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from patientapp.patients.queries import DEFAULT_PAGE, LARGEST_PAGE, SORTS, Listing
from patientapp.patients.rules import LONGEST_NAME, Need, NewPatient, Sex
from patientapp.web.api import StrictSchema

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


class Day(fields.Date):
    """A day as YYYY-MM-DD and in no other form."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not _ISO_DAY.match(value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return super()._deserialize(value, attr, data, **kwargs)


class TrueOrFalse(fields.Boolean):
    """true or false; never 1, "yes" or "on"."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class MergeSchema(StrictSchema):
    """Into which record another goes, and how it is known that both are of one person."""

    into = fields.UUID(required=True)
    reason = fields.String(required=True, validate=validate.Length(min=1, max=500))


class NewPatientSchema(StrictSchema):
    """A person new to the service."""

    given_name = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_NAME))
    family_name = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_NAME))
    birth_date = Day(required=True, metadata={"description": "In the past."})
    nhs_number = fields.String(
        load_default="",
        validate=validate.Length(max=30),
        metadata={"description": "10 digits, the last a check digit; spaces are fine."},
    )
    sex = fields.Enum(Sex, by_value=True, load_default=Sex.UNKNOWN)
    mobile = fields.String(
        load_default="",
        validate=validate.Length(max=30),
        metadata={"description": "A number that texts reach; kept in E.164."},
    )
    email = fields.String(load_default="", validate=validate.Length(max=254))
    language = fields.String(
        load_default="en", validate=validate.Length(max=15), metadata={"description": "BCP 47."}
    )
    needs = fields.List(
        fields.Enum(Need, by_value=True), load_default=list, validate=validate.Length(max=len(Need))
    )
    texts_ok = TrueOrFalse(load_default=True)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> NewPatient:
        return NewPatient(**data | {"needs": tuple(dict.fromkeys(data["needs"]))})


class PatientSchema(ma.Schema):
    """One patient, as the care team sees them."""

    id = fields.UUID(required=True)
    nhs_number = fields.String(required=True, allow_none=True)
    given_name = fields.String(required=True)
    family_name = fields.String(required=True)
    birth_date = fields.Date(required=True)
    sex = fields.Enum(Sex, by_value=True, required=True)
    mobile = fields.String(required=True)
    email = fields.String(required=True)
    language = fields.String(required=True)
    needs = fields.List(fields.String(), required=True)
    texts_ok = fields.Boolean(required=True)
    died_on = fields.Date(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)


class PatientLineSchema(ma.Schema):
    """One patient in a list: the three identifiers (CLIN-07)."""

    id = fields.UUID(required=True)
    nhs_number = fields.String(required=True, allow_none=True)
    given_name = fields.String(required=True)
    family_name = fields.String(required=True)
    birth_date = fields.Date(required=True)


class PatientPageSchema(ma.Schema):
    """One page of a list."""

    patients = fields.List(fields.Nested(PatientLineSchema), required=True)
    next_cursor = fields.UUID(
        required=True, allow_none=True, metadata={"description": "Send as cursor; null at the end."}
    )


class ListingSchema(StrictSchema):
    """Which part of the list is asked for."""

    search = fields.String(
        load_default="",
        validate=validate.Length(max=100),
        metadata={"description": "Beginnings of names, or an NHS number."},
    )
    sort = fields.String(load_default="name", validate=validate.OneOf(sorted(SORTS)))
    cursor = fields.UUID(load_default=None)
    limit = fields.Integer(load_default=DEFAULT_PAGE, validate=validate.Range(1, LARGEST_PAGE))

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Listing:
        return Listing(search=data["search"], sort=data["sort"], after=data["cursor"], size=data["limit"])


def first_messages(messages: Mapping[str, Any]) -> dict[str, str]:
    """The first message of each field, however deep it stands."""
    return {name: _first(found) for name, found in messages.items()}


def _first(found: Any) -> str:
    while not isinstance(found, str):
        found = next(iter(found.values() if isinstance(found, Mapping) else found))
    return found
