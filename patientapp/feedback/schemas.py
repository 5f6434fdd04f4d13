"""The shape of the feedback form."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields, post_load, pre_load, validate

from patientapp.feedback.rules import LONGEST_COMMENT, RESPONSES
from patientapp.web.api import StrictSchema

OF_EVERY_FORM = frozenset({"csrf_token", "idempotency_key"})


@dataclass(frozen=True)
class Given:
    """One answer, parsed."""

    response: int
    comment: str


class FeedbackSchema(StrictSchema):
    """A code and, if the person likes, a comment; nothing else may be sent along (SEC-06)."""

    response = fields.String(
        required=True, validate=validate.OneOf([str(code) for code in sorted(RESPONSES)])
    )
    comment = fields.String(load_default="", validate=validate.Length(max=LONGEST_COMMENT))

    @pre_load
    def without_form_fields(self, data: dict[str, str], **_: object) -> dict[str, str]:
        """Browsers end lines with two characters: count them as one, and drop the form's own fields."""
        return {
            name: value.replace("\r\n", "\n") for name, value in data.items() if name not in OF_EVERY_FORM
        }

    @post_load
    def parsed(self, data: dict[str, str], **_: object) -> Given:
        """Trusted from here on."""
        return Given(int(data["response"]), data["comment"])
