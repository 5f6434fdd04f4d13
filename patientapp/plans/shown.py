"""A plan as it is read: titles and lines, ready for a page, for paper and for a phone's copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from patientapp.plans import texts
from patientapp.plans.rules import Helper, Plan, Section

# Read in this order: what to do first, who helps, then the rest.
FIRST = (Section.FIRST_DAY, Section.PEOPLE, Section.WHEN_TO_CONTACT)
REST = tuple(
    section for section in Section if section not in {*FIRST, Section.URGENT, Section.HOW_TO_CONTACT}
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One section with something in it."""

    code: str
    title: str
    lines: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class PlanWords:
    """A plan to read."""

    version: int
    language: str
    changed_at: datetime
    agreed_at: datetime | None
    review_on: date | None
    steps: Sequence[str]
    people: Sequence[Helper]
    contact_when: Sequence[str]
    rest: Sequence[Part]


def plan_words(plan: Plan) -> PlanWords:
    """A plan as it is read."""
    agreed = plan.agreement
    return PlanWords(
        version=plan.version,
        language=plan.language,
        changed_at=plan.changed_at,
        agreed_at=agreed.at if agreed else None,
        review_on=agreed.review_on if agreed else None,
        steps=plan.content(Section.FIRST_DAY).lines,
        people=plan.content(Section.PEOPLE).people,
        contact_when=plan.content(Section.WHEN_TO_CONTACT).lines,
        rest=[
            Part(code=section.value, title=texts.title(section), lines=plan.content(section).lines)
            for section in REST
            if plan.content(section).lines
        ],
    )
