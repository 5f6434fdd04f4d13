"""Shapes of scores and changes at the boundary (SEC-07)."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

from patientapp.access.viewer import AnsweredBy
from patientapp.assessments.rules import TimePoint
from patientapp.scoring.change import Direction, ImportantChange, ReliableChange
from patientapp.scoring.scale import Better


class ScaleScoreSchema(ma.Schema):
    """One score: exactly one of value, text and reason is set; a missing score is never 0."""

    scale = fields.String(required=True)
    title = fields.String(required=True)
    value = fields.Float(required=True, allow_none=True)
    text = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    better = fields.Enum(Better, by_value=True, required=True, allow_none=True)


class ResponseSchema(ma.Schema):
    """One answered questionnaire with its scores, its versions, and who answered how."""

    id = fields.UUID(required=True)
    episode_id = fields.UUID(required=True)
    time_point = fields.Enum(TimePoint, by_value=True, required=True)
    instrument = fields.String(required=True)
    instrument_version = fields.Integer(required=True)
    rule_version = fields.String(required=True)
    language = fields.String(required=True)
    wording = fields.String(required=True, metadata={"description": "demonstration, licensed, own"})
    answered_by = fields.Enum(AnsweredBy, by_value=True, required=True)
    birth_date_confirmed = fields.Boolean(required=True)
    answered_at = fields.AwareDateTime(required=True)
    received_at = fields.AwareDateTime(required=True)
    scores = fields.List(fields.Nested(ScaleScoreSchema), required=True)


class PatientScoresSchema(ma.Schema):
    """Every response of one patient, oldest answered first."""

    patient_id = fields.UUID(required=True)
    responses = fields.List(fields.Nested(ResponseSchema), required=True)


class OccasionSchema(ma.Schema):
    """One of the two scores that a change lies between."""

    response_id = fields.UUID(required=True)
    time_point = fields.Enum(TimePoint, by_value=True, required=True)
    value = fields.Float(required=True)
    answered_at = fields.AwareDateTime(required=True)
    received_at = fields.AwareDateTime(required=True)


class SpreadUsedSchema(ma.Schema):
    """The standard deviation that the noise was reckoned with."""

    sd = fields.Float(required=True)
    source = fields.String(required=True)
    version = fields.String(required=True)
    people = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "of the service's own patients; null for a published figure"},
    )


class ChangeSchema(ma.Schema):
    """Follow-up minus the named baseline: two facts side by side, and no verdict."""

    episode_id = fields.UUID(required=True)
    instrument = fields.String(required=True)
    instrument_version = fields.Integer(required=True)
    rule_version = fields.String(required=True)
    scale = fields.String(required=True)
    better = fields.Enum(Better, by_value=True, required=True)
    baseline = fields.Nested(OccasionSchema, required=True)
    follow_up = fields.Nested(OccasionSchema, required=True)
    difference = fields.Float(required=True)
    direction = fields.Enum(Direction, by_value=True, required=True)
    important_change = fields.Enum(ImportantChange, by_value=True, required=True, allow_none=True)
    important_threshold = fields.Float(required=True, allow_none=True)
    reliable_change = fields.Enum(ReliableChange, by_value=True, required=True, allow_none=True)
    sdc95 = fields.Float(required=True, allow_none=True)
    sd_used = fields.Nested(SpreadUsedSchema, required=True, allow_none=True)
    sources = fields.List(fields.String(), required=True)


class PatientChangesSchema(ma.Schema):
    """Every change of one patient, by episode and scale."""

    patient_id = fields.UUID(required=True)
    changes = fields.List(fields.Nested(ChangeSchema), required=True)
