"""Shapes of episodes at the boundary (SEC-06, SEC-07)."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

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


class EpisodeSchema(ma.Schema):
    """One episode and its days."""

    id = fields.UUID(required=True)
    patient_id = fields.UUID(required=True)
    pain_site = fields.Enum(PainSite, by_value=True, required=True)
    received = fields.Date(required=True, allow_none=True)
    first_appointment = fields.Date(required=True, allow_none=True)
    discharged = fields.Date(required=True, allow_none=True)
