"""Shapes of the forms about contact; each is an allow-list (SEC-06)."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from patientapp.assessments.rules import TimePoint
from patientapp.contact.actions import Choices
from patientapp.contact.rules import Which
from patientapp.patients.contact_rules import ChosenTime, PauseReason, Wishes
from patientapp.patients.rules import Need
from patientapp.patients.schemas import Day
from patientapp.web.api import StrictSchema

KINDS = ("visits", "questionnaires", "feedback")


class ChoicesSchema(StrictSchema):
    """How a person is reached, as the form says it."""

    mobile = fields.String(load_default="", validate=validate.Length(max=30))
    kinds = fields.List(fields.String(validate=validate.OneOf(KINDS)), validate=validate.Length(max=3))
    texts_ok = fields.String(required=True, validate=validate.OneOf(["yes", "no"]))
    chosen_time = fields.Enum(ChosenTime, by_value=True, required=True)
    paused_until = Day(load_default=None)
    pause_reason = fields.Enum(PauseReason, by_value=True, load_default=None)
    needs = fields.List(fields.Enum(Need, by_value=True), validate=validate.Length(max=len(Need)))
    language = fields.String(required=True, validate=validate.Length(min=2, max=15))
    booking_help = fields.String(load_default="no", validate=validate.OneOf(["yes", "no"]))

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Choices:
        wishes = Wishes(
            texts_ok=data["texts_ok"] == "yes",
            visits_ok="visits" in data["kinds"],
            questionnaires_ok="questionnaires" in data["kinds"],
            feedback_ok="feedback" in data["kinds"],
            chosen_time=data["chosen_time"],
            paused_until=data["paused_until"],
            pause_reason=data["pause_reason"],
        )
        return Choices(
            mobile=data["mobile"],
            wishes=wishes,
            needs=tuple(dict.fromkeys(data["needs"])),
            language=data["language"],
            booking_help=data["booking_help"] == "yes",
        )


class DeathSchema(StrictSchema):
    """The day on which somebody died."""

    died_on = Day(required=True)


class BulkSchema(StrictSchema):
    """Whom a bulk send is for."""

    time_point = fields.Enum(TimePoint, by_value=True, required=True)
    which = fields.Enum(Which, by_value=True, required=True)
