"""Shapes of flare-up plans at the boundary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from patientapp.patients.schemas import Day
from patientapp.plans.ideas import ideas
from patientapp.plans.rules import (
    LONGEST_ASK,
    LONGEST_NAME,
    LONGEST_NOTE,
    LONGEST_NUMBER,
    LONGEST_WORDS,
    MOST_PEOPLE,
    Content,
    Helper,
    Idea,
    PlanState,
    Section,
)
from patientapp.web.api import StrictSchema, WholeNumber

_LIMITS = (LONGEST_NAME, LONGEST_NUMBER, LONGEST_ASK)


@dataclass(frozen=True)
class TypedSection:
    """A section as it was typed, and what is wrong with it by field."""

    content: Content
    rows: Sequence[tuple[str, str, str]] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)


def typed_section(section: Section, form: Mapping[str, str], picked: Sequence[str]) -> TypedSection:
    """What somebody posted of a section; everything typed is kept, right or wrong."""
    words = form.get("words", "").replace("\r\n", "\n").strip()
    rows = _rows(form) if section is Section.PEOPLE else ()
    content = Content(
        picked=picked_ideas(section, picked),
        words=words,
        own_first=form.get("own_first") == "yes",
        people=[Helper(*row) for row in rows if any(row)],
    )
    wrong = {} if len(words) <= LONGEST_WORDS else {"words": "too_long"}
    return TypedSection(content, rows, wrong | _wrong_rows(rows))


def picked_ideas(section: Section, codes: Sequence[str]) -> list[Idea]:
    """The ideas of these codes, in the order they are shown; unknown codes are not ideas."""
    return [idea for idea in ideas(section) if idea.code in codes]


def _rows(form: Mapping[str, str]) -> list[tuple[str, str, str]]:
    names = ("name", "number", "ask")
    return [
        (got[0], got[1], got[2])
        for n in range(1, MOST_PEOPLE + 1)
        if (got := [form.get(f"{name}_{n}", "").strip() for name in names])
    ]


def _wrong_rows(rows: Sequence[tuple[str, str, str]]) -> dict[str, str]:
    wrong = {}
    for n, row in enumerate(rows, 1):
        if any(row) and not row[0]:
            wrong[f"name_{n}"] = "no_name"
        elif any(len(part) > limit for part, limit in zip(row, _LIMITS, strict=True)):
            wrong[f"name_{n}"] = "row_too_long"
    return wrong


class HelperSchema(StrictSchema):
    """Somebody who can help."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_NAME))
    number = fields.String(load_default="", validate=validate.Length(max=LONGEST_NUMBER))
    ask = fields.String(load_default="", validate=validate.Length(max=LONGEST_ASK))


class WriteSectionSchema(StrictSchema):
    """One section to keep: codes of ideas, own words, people who help."""

    picked = fields.List(fields.String(), load_default=list)
    words = fields.String(load_default="", validate=validate.Length(max=LONGEST_WORDS))
    own_first = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    people = fields.List(
        fields.Nested(HelperSchema), load_default=list, validate=validate.Length(max=MOST_PEOPLE)
    )
    version = WholeNumber(
        load_default=0,
        validate=validate.Range(0, 1_000_000),
        metadata={"description": "The version of the section you saw; 409 when it changed since."},
    )


def content_of(section: Section, data: Mapping[str, Any]) -> Content:
    """The content of a loaded section; unknown ideas are refused by name."""
    known = {idea.code for idea in ideas(section)}
    if unknown := [code for code in data["picked"] if code not in known]:
        raise ma.ValidationError({"picked": [f"not an idea of {section.value}: {unknown[0]}"]})
    return Content(
        picked=picked_ideas(section, data["picked"]),
        words=data["words"].strip(),
        own_first=data["own_first"],
        people=[Helper(one["name"], one["number"], one["ask"]) for one in data["people"]],
    )


class IdeaSchema(ma.Schema):
    """An idea in the words it was picked in."""

    code = fields.String(required=True)
    words = fields.String(required=True)


class SectionSchema(ma.Schema):
    """One section as it stands."""

    section = fields.Enum(Section, by_value=True, required=True)
    version = fields.Integer(required=True)
    picked = fields.List(fields.Nested(IdeaSchema), required=True)
    words = fields.String(required=True)
    own_first = fields.Boolean(required=True)
    people = fields.List(fields.Nested(HelperSchema), required=True)


class PlanSchema(ma.Schema):
    """One version of a plan."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    state = fields.Enum(PlanState, by_value=True, required=True)
    language = fields.String(required=True)
    changed_at = fields.AwareDateTime(required=True)
    agreed_at = fields.AwareDateTime(required=True, allow_none=True)
    review_on = Day(required=True, allow_none=True)
    sections = fields.List(fields.Nested(SectionSchema), required=True)


class PlansSchema(ma.Schema):
    """Every version, newest first."""

    plans = fields.List(fields.Nested(PlanSchema), required=True)


class NewFlareSchema(StrictSchema):
    """A flare-up to note; without a day it began today."""

    started_on = Day(load_default=None)
    note = fields.String(load_default="", validate=validate.Length(max=LONGEST_NOTE))


class FlareSchema(ma.Schema):
    """A flare-up that we were told of."""

    id = fields.UUID(required=True)
    started_on = Day(required=True)
    ended_on = Day(required=True, allow_none=True)
    note = fields.String(required=True)


class FlaresSchema(ma.Schema):
    """Flare-ups, newest first."""

    flares = fields.List(fields.Nested(FlareSchema), required=True)
