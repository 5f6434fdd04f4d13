"""The form of one section, as a patient and as staff meet it."""

from __future__ import annotations

from typing import Any

from patientapp.i18n import gettext as _
from patientapp.plans import texts
from patientapp.plans.ideas import ideas
from patientapp.plans.rules import Plan, Section
from patientapp.plans.schemas import TypedSection


def section_facts(plan: Plan, part: Section, typed: TypedSection, *, changed: bool) -> dict[str, Any]:
    """What the form shows: what was typed, and beside it what somebody else saved meanwhile."""
    wrong = {name: texts.mistake(code) for name, code in typed.wrong.items()}
    said = _("This part was changed since, perhaps on another phone. Read it, then save yours again.")
    shown = [(idea.code, idea.words) for idea in ideas(part)]
    return {
        "part": part.value,
        "title": texts.title(part),
        "hint": texts.hint(part),
        "ideas": shown,
        "picked": [idea.code for idea in typed.content.picked],
        "typed": typed,
        "newer": plan.content(part).lines if changed else None,
        "seen": plan.seq_of(part),
        "wrong": wrong,
        "errors": [*wrong.items(), *([("words", said)] if changed else [])],
        "language": plan.language,
    }


def form_seen(given: str) -> int:
    """The change of a section that a page showed; -1 where it says none, which is never right."""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 7 else -1
