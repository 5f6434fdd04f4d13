"""Shapes of episodes at the boundary (SEC-06, SEC-07)."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

from patientapp.episodes.actions import MIDNIGHT
from patientapp.episodes.clock_rules import ClockState
from patientapp.episodes.rules import EpisodeEventKind, PainSite
from patientapp.patients.schemas import Day
from patientapp.web.api import StrictSchema


class NewEpisodeSchema(StrictSchema):
    """A referral that begins an episode."""

    pain_site = fields.Enum(PainSite, by_value=True, required=True)
    received_on = Day(required=True)


class NewEventSchema(StrictSchema):
    """Something that happened, or is booked, on a day."""

    kind = fields.Enum(EpisodeEventKind, by_value=True, required=True)
    on = Day(required=True)
    hour = fields.Time(
        format="%H:%M",
        load_default=MIDNIGHT,
        metadata={"description": "London wall time, such as 17:31; left out, only the day is known."},
    )
    detail = fields.String(
        load_default="",
        validate=ma.validate.Length(max=200),
        metadata={"description": "A reason, hours or milligrams, as the kind of event asks."},
    )


class EpisodeSchema(ma.Schema):
    """One episode and its days."""

    id = fields.UUID(required=True)
    patient_id = fields.UUID(required=True)
    pain_site = fields.Enum(PainSite, by_value=True, required=True)
    received = fields.Date(required=True, allow_none=True)
    first_appointment = fields.Date(required=True, allow_none=True)
    discharged = fields.Date(required=True, allow_none=True)


class ClockSchema(ma.Schema):
    """One clock of the contract and where it stands for an episode."""

    id = fields.String(required=True, attribute="clock.id")
    title = fields.String(required=True, attribute="clock.title")
    clause = fields.String(required=True, attribute="clock.clause")
    state = fields.Enum(ClockState, by_value=True, required=True)
    began_on = fields.Date(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True, metadata={"description": "Last day in time."})
    ended_on = fields.Date(required=True, allow_none=True)


class LongEpisodeSchema(ma.Schema):
    """An open episode that is near its limit, or past it."""

    episode_id = fields.UUID(required=True)
    patient_id = fields.UUID(required=True)
    late_after = fields.Date(required=True)
