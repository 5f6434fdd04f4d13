"""Shapes of visits at the boundary (SEC-06, SEC-07)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from patientapp.appointments.details_rules import LONGEST_LINK, LONGEST_PLACE
from patientapp.appointments.lists import DEFAULT_PAGE, LARGEST_PAGE, Wanted
from patientapp.appointments.rules import (
    LONGEST_VISIT,
    Details,
    ServiceReason,
    VisitKind,
    VisitMode,
    VisitState,
)
from patientapp.patients.schemas import Day, TrueOrFalse
from patientapp.web.api import StrictSchema, WholeNumber
from patientapp.workdays import FIRST_DAY, LAST_DAY

LONGEST_KEY = 100
_SAID = sorted(set(VisitState) - {VisitState.MOVED})  # moving is done by giving another time


class Moment(fields.AwareDateTime):
    """An instant with its offset, within the years that this app can count in."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:
        try:
            found: datetime = super()._deserialize(value, attr, data, **kwargs)
        except (OverflowError, ValueError):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE) from None
        if not FIRST_DAY.year <= found.year <= LAST_DAY.year:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return found


class DetailsSchema(StrictSchema):
    """When and where; each may be left out where a visit is changed."""

    starts_at = Moment(metadata={"description": "ISO 8601 with its offset."})
    minutes = WholeNumber(validate=validate.Range(1, LONGEST_VISIT))
    mode = fields.Enum(VisitMode, by_value=True)
    place = fields.String(validate=validate.Length(max=LONGEST_PLACE))
    interpreter = TrueOrFalse()
    video_link = fields.String(validate=validate.Length(max=LONGEST_LINK))


class NewVisitSchema(DetailsSchema):
    """A new visit; sent again under its key it is the same one."""

    starts_at = Moment(required=True, metadata={"description": "ISO 8601 with its offset."})
    episode_id = fields.UUID(required=True)
    kind = fields.Enum(VisitKind, by_value=True, required=True)
    key = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=LONGEST_KEY),
        metadata={"description": "Your own key of this visit: unique in the service."},
    )


class ChangeVisitSchema(DetailsSchema):
    """Another time or place, or what became of the visit: one of the two."""

    status = fields.String(validate=validate.OneOf(_SAID))
    reason = fields.Enum(
        ServiceReason, by_value=True, metadata={"description": "With cancelled_by_service only."}
    )
    version = WholeNumber(
        validate=validate.Range(1, 1_000_000),
        metadata={"description": "The version you saw; 409 when the visit has changed since."},
    )

    @ma.validates_schema
    def _one_thing(self, data: dict[str, Any], **_: Any) -> None:
        given = set(data) & set(Details.__dataclass_fields__)
        if bool(given) == ("status" in data):
            raise ma.ValidationError("Give another time or place, or a status: one of the two.")
        is_ours = data.get("status") == VisitState.CANCELLED_BY_SERVICE
        if is_ours != ("reason" in data):
            raise ma.ValidationError({"reason": ["Goes with cancelled_by_service, and only with it."]})


def details_from(data: dict[str, Any], was: Details | None = None) -> Details:
    """The details out of what was loaded, over those there were."""
    given = {name: data[name] for name in Details.__dataclass_fields__ if name in data}
    return replace(was, **given) if was else Details(**given)


class VisitSchema(ma.Schema):
    """One visit as it stands, as the care team sees it."""

    id = fields.UUID(required=True)
    key = fields.String(required=True, allow_none=True)
    patient_id = fields.UUID(required=True)
    episode_id = fields.UUID(required=True)
    kind = fields.Enum(VisitKind, by_value=True, required=True)
    status = fields.Enum(VisitState, by_value=True, required=True, attribute="state")
    reason = fields.String(required=True)
    version = fields.Integer(required=True, attribute="seq")
    booked_at = fields.AwareDateTime(required=True, allow_none=True)
    changed_at = fields.AwareDateTime(required=True, attribute="at")
    starts_at = fields.AwareDateTime(required=True, attribute="details.starts_at")
    minutes = fields.Integer(required=True, attribute="details.minutes")
    mode = fields.Enum(VisitMode, by_value=True, required=True, attribute="details.mode")
    place = fields.String(required=True, attribute="details.place")
    interpreter = fields.Boolean(required=True, attribute="details.interpreter")
    video_link = fields.String(required=True, attribute="details.video_link")


class VisitPageSchema(ma.Schema):
    """One page of visits."""

    appointments = fields.List(fields.Nested(VisitSchema), required=True)
    next_cursor = fields.UUID(
        required=True, allow_none=True, metadata={"description": "Send as cursor; null at the end."}
    )


class WantedSchema(StrictSchema):
    """Which part of the list is asked for."""

    first = Day(load_default=None, metadata={"description": "London day, this one and later."})
    last = Day(load_default=None, metadata={"description": "London day, this one and earlier."})
    patient_id = fields.UUID(load_default=None)
    cursor = fields.UUID(load_default=None)
    limit = fields.Integer(load_default=DEFAULT_PAGE, validate=validate.Range(1, LARGEST_PAGE))

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Wanted:
        return Wanted(
            first=data["first"],
            last=data["last"],
            patient_id=data["patient_id"],
            after=data["cursor"],
            size=data["limit"],
        )
