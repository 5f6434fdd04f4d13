"""Twilio's own description of its Messages addresses, to hold requests and answers against."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

FILE = Path(__file__).resolve().parents[3] / "shared" / "reference" / "twilio_api_v2010.json"
MISSING = "no description of the carrier's API beside this project (shared/reference)"
MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
MESSAGE = "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Description:
    """Validators of the requests that we make and of the answers to them."""

    form: jsonschema.Validator
    query: Mapping[str, jsonschema.Validator]
    text: jsonschema.Validator
    page: jsonschema.Validator

    def wrong_form(self, form: Mapping[str, str]) -> list[str]:
        """What is wrong with a request for a new text."""
        return [error.message for error in self.form.iter_errors(dict(form))]

    def wrong_query(self, query: Mapping[str, str]) -> list[str]:
        """What is wrong with a request for a list."""
        wrong = [f"{name} is no parameter" for name in query if name not in self.query]
        for name, value in query.items():
            if name in self.query:
                given = int(value) if value.isdecimal() and name.startswith("Page") else value
                wrong += [error.message for error in self.query[name].iter_errors(given)]
        return wrong

    def wrong_answer(self, body: Mapping[str, Any]) -> list[str]:
        """What is wrong with an answer: one text, or a page of them."""
        validator = self.page if "messages" in body else self.text
        return [error.message for error in validator.iter_errors(body)]


@cache
def description() -> Description | None:
    """The description, or None where the file is not at hand."""
    if not FILE.is_file():
        return None
    whole = json.loads(FILE.read_text())
    schemas = {name: _json_schema(one) for name, one in whole["components"]["schemas"].items()}
    kept = {"components": {"schemas": {n: s for n, s in schemas.items() if _is_of_texts(n)}}}
    new, listing = whole["paths"][MESSAGES]["post"], whole["paths"][MESSAGES]["get"]
    form = _json_schema(new["requestBody"]["content"][FORM]["schema"]) | {"additionalProperties": False}
    page = listing["responses"]["200"]["content"]["application/json"]["schema"]
    return Description(
        form=_validator(form, kept),
        query={
            one["name"]: _validator(_json_schema(one["schema"]), kept)
            for one in listing["parameters"]
            if one["in"] == "query"
        },
        text=_validator(
            schemas["api.v2010.account.message"]
            | {"additionalProperties": False, "required": ["sid", "status", "to", "body"]},
            kept,
        ),
        page=_validator(_json_schema(page) | {"required": ["messages", "next_page_uri"]}, kept),
    )


def _is_of_texts(name: str) -> bool:
    return name == "api.v2010.account.message" or name.startswith("message_enum")


def _validator(schema: dict[str, Any], kept: dict[str, Any]) -> jsonschema.Validator:
    return jsonschema.Draft202012Validator(schema | kept)


def _json_schema(schema: Any) -> Any:
    """OpenAPI 3.0 says `nullable`, JSON Schema says a type that may be null."""
    if isinstance(schema, list):
        return [_json_schema(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _json_schema(one) for name, one in schema.items() if name != "nullable"}
    if schema.get("nullable") and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    return made
