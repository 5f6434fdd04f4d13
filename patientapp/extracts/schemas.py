"""Shapes of extracts at the boundary: filters from a fixed map, unknown ones named (IO-01, SEC-06)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from patientapp.appointments.schemas import Moment
from patientapp.assessments.rules import TimePoint
from patientapp.extracts.rules import DEFAULT_PAGE, LARGEST_PAGE, Form, place_of
from patientapp.patients.schemas import Day
from patientapp.progress.schemas import ChangeSchema
from patientapp.questionnaires.library import default_library
from patientapp.scoring.scale import Better
from patientapp.web.api import StrictSchema

LONGEST_PERIOD = timedelta(days=366 * 100)


class FilterSchema(StrictSchema):
    """What every extract can be narrowed by."""

    service = fields.String(
        validate=validate.Length(max=100), metadata={"description": "My service's word; no other's."}
    )
    instrument = fields.String(
        load_default=None, metadata={"description": "A questionnaire, such as bpi_sf."}
    )
    first_day = Day(
        data_key="from", load_default=None, metadata={"description": "First London day answered."}
    )
    last_day = Day(
        data_key="to", load_default=None, metadata={"description": "Last London day answered."}
    )

    @ma.pre_load
    def _name_the_known(self, data: Mapping[str, Any], **_: Any) -> Mapping[str, Any]:
        known = sorted(field.data_key or name for name, field in self.load_fields.items())
        unknown = {name for name in data if name not in known}
        if unknown:
            said = f"There is no such filter. Use {', '.join(known)}."
            raise ma.ValidationError({name: [said] for name in sorted(unknown)})
        return data

    @ma.validates_schema
    def _check_order(self, data: Mapping[str, Any], **_: Any) -> None:
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and first > last:
            raise ma.ValidationError("to is before from.", "to")

    @ma.validates("instrument")
    def _check_instrument(self, value: str | None, **_: Any) -> None:
        known = sorted({one.id for one in default_library()})
        if value is not None and value not in known:
            raise ma.ValidationError(f"No such questionnaire. Use one of: {', '.join(known)}.")


class ChangesAskedSchema(FilterSchema):
    """Which changes, and how they are written."""

    since = Moment(
        load_default=None,
        metadata={"description": "Arrived at or after this instant: the last answer's complete_until."},
    )
    form = fields.Enum(
        Form,
        by_value=True,
        data_key="format",
        load_default=Form.JSON,
        metadata={"description": "csv and ndjson stream everything; json is a page."},
    )
    place = fields.String(
        data_key="cursor",
        load_default=None,
        validate=validate.Length(max=200),
        metadata={"description": "The last page's next_cursor."},
    )
    limit = fields.Integer(
        load_default=DEFAULT_PAGE,
        validate=validate.Range(1, LARGEST_PAGE),
        metadata={"description": "Answered questionnaires a page; each shows a change a scale."},
    )

    @ma.validates("place")
    def _check_place(self, value: str | None, **_: Any) -> None:
        if value is not None:
            try:
                place_of(value)
            except ValueError:
                raise ma.ValidationError("There is no such place. Start again without it.") from None


class SummaryAskedSchema(FilterSchema):
    """Which changes to sum up: those of one questionnaire."""

    instrument = fields.String(required=True)


class PatientChangeSchema(ChangeSchema):
    """One change and whose it is."""

    patient_id = fields.UUID(required=True)


class ChangesPageSchema(ma.Schema):
    """One page of changes, in the order of arrival of their follow-ups."""

    changes = fields.List(fields.Nested(PatientChangeSchema), required=True)
    next_cursor = fields.String(
        required=True, allow_none=True, metadata={"description": "Send as cursor; null at the end."}
    )
    complete_until = fields.AwareDateTime(
        required=True, metadata={"description": "Send as since next time: nothing is missed."}
    )


class MeanSchema(ma.Schema):
    """A mean with its 95% interval."""

    value = fields.Float(required=True)
    low = fields.Float(required=True, allow_none=True)
    high = fields.Float(required=True, allow_none=True)
    sd = fields.Float(required=True, allow_none=True)


class ShareSchema(ma.Schema):
    """So many of so many, in percent, with the 95% interval (Wilson)."""

    count = fields.Integer(required=True)
    of = fields.Integer(required=True)
    percent = fields.Float(required=True)
    low = fields.Float(required=True)
    high = fields.Float(required=True)


class ScaleSummarySchema(ma.Schema):
    """The changes of one scale from its baseline to one time point."""

    scale = fields.String(required=True)
    instrument_version = fields.Integer(required=True)
    rule_version = fields.String(required=True)
    better = fields.Enum(Better, by_value=True, required=True)
    time_point = fields.Enum(TimePoint, by_value=True, required=True)
    people = fields.Integer(required=True)
    baseline = fields.Nested(MeanSchema, required=True)
    follow_up = fields.Nested(MeanSchema, required=True)
    change = fields.Nested(MeanSchema, required=True)
    improved = fields.Nested(ShareSchema, required=True, allow_none=True)
    unchanged = fields.Nested(ShareSchema, required=True, allow_none=True)
    deteriorated = fields.Nested(ShareSchema, required=True, allow_none=True)


class SummarySchema(ma.Schema):
    """What a cohort's changes come to."""

    service = fields.String(required=True)
    instrument = fields.String(required=True)
    first_day = fields.Date(data_key="from", required=True, allow_none=True)
    last_day = fields.Date(data_key="to", required=True, allow_none=True)
    scales = fields.List(fields.Nested(ScaleSummarySchema), required=True)
