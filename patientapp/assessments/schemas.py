"""Shapes of the patient's API (SEC-06, SEC-07)."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from patientapp.web.api import Ready, StrictSchema, WholeNumber

ANSWER = "A whole number in the item's range; null means skipped on purpose"


def _answer() -> WholeNumber:
    return WholeNumber(
        allow_none=True,
        validate=validate.Range(0, 1000),
        metadata={"description": ANSWER},
    )


class Answers(fields.Dict):
    """Item to answer. What is plainly right is taken as it stands; the rest is judged field by field.

    A field object a value costs more than all else that reads a submission.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if type(value) is dict and all(map(_is_plain, value.items())):
            return value
        return super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]


def _is_plain(pair: tuple[Any, Any]) -> bool:
    item, answer = pair
    if type(item) is not str or not 1 <= len(item) <= 40:
        return False
    return answer is None or (type(answer) is int and 0 <= answer <= 1000)


def _answers(*, required: bool) -> fields.Dict:
    return Answers(
        keys=fields.String(validate=validate.Length(1, 40)),
        values=_answer(),
        required=required,
        validate=validate.Length(1, 200),
    )


class ItemSchema(StrictSchema):
    """One question of a task: its structure, its words, and the answer saved so far."""

    code = fields.String(required=True)
    show = fields.String(required=True)
    minimum = fields.Integer(required=True)
    maximum = fields.Integer(required=True)
    options = fields.List(fields.Integer(), required=True)
    text = fields.String(required=True)
    saved = fields.Boolean(required=True)
    value = fields.Integer(required=True, allow_none=True)
    version = fields.Integer(required=True)


class TaskSchema(StrictSchema):
    """One questionnaire of the viewer's pack."""

    id = fields.UUID(required=True)
    pack_id = fields.UUID(required=True)
    instrument = fields.String(required=True)
    instrument_version = fields.Integer(required=True)
    title = fields.String(required=True)
    time_point = fields.String(required=True)
    state = fields.String(required=True)
    closes_on = fields.Date(required=True)
    wording = fields.String(required=True)


class TaskDetailSchema(TaskSchema):
    """A questionnaire with its questions."""

    items = fields.List(fields.Nested(ItemSchema), required=True)


class SaveSchema(StrictSchema):
    """One answer; `version` is one more than the version last seen, so the older one loses."""

    value = WholeNumber(
        required=True,
        allow_none=True,
        validate=validate.Range(0, 1000),
        metadata={"description": ANSWER},
    )
    version = WholeNumber(required=True, validate=validate.Range(1, 1_000_000))


class SubmitSchema(StrictSchema):
    """The answers of a task; left out, the saved answers are sent."""

    answers = _answers(required=False)


class PackSubmitSchema(StrictSchema):
    """The answers of several questionnaires of a pack, sent as one: instrument to item to answer."""

    responses = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 40)),
        values=_answers(required=True),
        required=True,
        validate=validate.Length(1, 20),
    )


class AdviceSchema(StrictSchema):
    """What to tell the person first, before anything else (CLIN-02)."""

    kind = fields.String(required=True)
    text = fields.String(required=True)


class SavedSchema(StrictSchema):
    """An answer was kept."""

    advice = fields.List(fields.Nested(AdviceSchema), required=True)
    saved = fields.Boolean(required=True)


class ScoreSchema(StrictSchema):
    """One score: a value or a text, or null with the reason why there is none."""

    scale = fields.String(required=True)
    value = fields.Float(required=True, allow_none=True)
    text = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class SubmittedSchema(StrictSchema):
    """A response is stored, for good and once (P1)."""

    advice = fields.List(fields.Nested(AdviceSchema), required=True)
    response_id = fields.UUID(required=True)
    instrument = fields.String(required=True)
    instrument_version = fields.Integer(required=True)
    scores = fields.List(Ready(ScoreSchema), required=True)


class PackSubmittedSchema(StrictSchema):
    """Every response of the pack that was sent."""

    advice = fields.List(fields.Nested(AdviceSchema), required=True)
    responses = fields.List(fields.Nested(SubmittedSchema), required=True)
