"""Shapes of returns at the boundary (contract.md section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from patientapp.kpi.measures import Unit
from patientapp.patients.schemas import Day
from patientapp.web.api import Ready, StrictSchema


class ReturnAskedSchema(StrictSchema):
    """Which return: both days belong to it; without days, the newest month that has ended."""

    service = fields.String(
        validate=validate.Length(max=100), metadata={"description": "My service's word; no other's."}
    )
    first_day = Day(data_key="from", load_default=None, metadata={"description": "First London day."})
    last_day = Day(data_key="to", load_default=None, metadata={"description": "Last London day."})

    @ma.validates_schema
    def _check_days(self, data: Mapping[str, Any], **_: Any) -> None:
        first, last = data.get("first_day"), data.get("last_day")
        if (first is None) != (last is None):
            raise ma.ValidationError("Give both days, or neither.", "from" if first is None else "to")
        if first and last and first > last:
            raise ma.ValidationError("to is before from.", "to")


class SampleSchema(StrictSchema):
    """Whether enough people answered."""

    have = fields.Integer(required=True)
    need = fields.Integer(required=True)
    adequate = fields.Boolean(required=True)


class LineSchema(StrictSchema):
    """One figure; what must be hidden is null, and its notes say so."""

    id = fields.String(required=True)
    clause = fields.String(required=True)
    title = fields.String(required=True)
    numerator = fields.Integer(required=True, allow_none=True)
    denominator = fields.Integer(required=True, allow_none=True)
    value = fields.Float(required=True, allow_none=True)
    unit = fields.Enum(Unit, by_value=True, required=True)
    threshold = fields.Float(required=True, allow_none=True)
    band = fields.String(required=True, allow_none=True)
    met = fields.Boolean(required=True, allow_none=True)
    sample = fields.Nested(SampleSchema, required=True, allow_none=True)
    excluded = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    notes = fields.List(fields.String(), required=True)


class ReturnSchema(StrictSchema):
    """A return."""

    service = fields.String(required=True)
    period = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    generated_at = fields.String(required=True)
    kpis = fields.List(Ready(LineSchema), required=True)
