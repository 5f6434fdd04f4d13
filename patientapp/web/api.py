"""The API object: OpenAPI 3.1 from the code, RFC 9457 errors, strict JSON, our own whole numbers."""

from __future__ import annotations

import json
from typing import Any

import marshmallow as ma
from flask import Request
from flask_smorest import Api
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import fields
from webargs.flaskparser import FlaskParser

from patientapp.errors import BadRequest, Invalid
from patientapp.i18n import gettext as _

PREFIX = "/api/v1"
MAX_DEPTH = 10
MAX_TEXT = 4_000
MAX_LIST = 200


class ProblemSchema(ma.Schema):
    """RFC 9457 problem document."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.Raw()


class StrictSchema(ma.Schema):
    """A shape at the boundary: an unknown field is a 422 (SEC-06)."""

    class Meta:
        unknown = ma.RAISE


class WholeNumber(fields.Integer):
    """10 and 10.0, as the published schema says; never true, "10" or 10.5."""

    def _validated(self, value: Any) -> int:
        if isinstance(value, bool | str) or (isinstance(value, float) and not value.is_integer()):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class Ready(fields.Nested):
    """What was written out field by field already: its schema is for the reader, and costs nothing."""

    def _serialize(self, nested_obj: Any, attr: Any, obj: Any, **_: Any) -> Any:  # type: ignore[override]
        return nested_obj


class TextTooLong(Invalid):
    """A text is longer than anything here may be. Shorten it and send it again."""

    title = "A text is too long"

    def words(self) -> tuple[str, str]:
        """How long it may be, in the language of the reader."""
        said = _("This is too long. Use %(limit)s characters or fewer.", limit=MAX_TEXT)
        return said, _(
            "Go back to the page before: what you wrote is still there. Shorten it and send it."
        )


def strict_json(raw: bytes) -> Any:
    """Parse JSON within the limits of IO-06; BadRequest or Invalid says what is wrong."""
    try:
        value = json.loads(raw, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is not JSON that we take: {error}") from None
    _check_limits(value, depth=1)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _check_limits(value: Any, *, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise BadRequest(f"The body is nested deeper than {MAX_DEPTH} levels.")
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, list):
        if len(value) > MAX_LIST:
            raise Invalid(f"A list holds at most {MAX_LIST} items.")
        for inner in value:
            _check_limits(inner, depth=depth + 1)
    elif isinstance(value, dict):
        for key, inner in value.items():
            check_text(key)
            _check_limits(inner, depth=depth + 1)


def check_text(value: str) -> None:
    """Refuse what no database or reader can hold; keep all other Unicode as it is (IO-06)."""
    if len(value) - value.count("\r\n") > MAX_TEXT:  # a form sends two for each end of a line
        raise TextTooLong(f"A text holds at most {MAX_TEXT} characters.")
    if "\x00" in value or (not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value)):
        raise BadRequest("A text holds a character that cannot be stored.")


class StrictParser(FlaskParser):
    """Reads bodies with `strict_json`; unknown fields are the schema's to refuse."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": None, "query": None, "form": None}

    def load_json(self, req: Request, schema: Any) -> Any:
        """The body, parsed; an empty one is the schema's to judge."""
        raw = req.get_data(cache=True)
        if raw and not req.is_json:
            raise BadRequest("Send the body as Content-Type: application/json.")
        return strict_json(raw) if raw else {}


class Blueprint(SmorestBlueprint):  # type: ignore[misc]
    """A room's API: strict arguments."""

    ARGUMENTS_PARSER = StrictParser()


class ProblemApi(Api):  # type: ignore[misc]
    """flask-smorest without its app-wide error handler: `web.errors` answers everything."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Ours are installed already, for pages and API alike."""

    def _register_responses(self) -> None:
        for name in ("DEFAULT_ERROR", "UNPROCESSABLE_ENTITY"):
            self.spec.components.response(
                name,
                {
                    "description": "Problem document (RFC 9457)",
                    "content": {"application/problem+json": {"schema": ProblemSchema}},
                },
                lazy=True,
            )
