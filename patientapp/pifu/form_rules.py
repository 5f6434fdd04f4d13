"""The pages of a request: what each asks, what it may say, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from patientapp.pifu.rules import Signs

LONGEST_TEXT = 4_000  # IO-06
CHANGES = (
    "pain",
    "sleep",
    "mood",
    "moving",
    "work",
    "medicines",
    "new_problem",
    "cannot_cope",
    "advice",
)
TRIED = ("pacing", "moving", "relaxing", "heat", "medicines", "talking", "my_plan", "nothing")
HELP = ("call", "visit", "video", "medicines", "group", "not_sure")
REACH_BY = ("phone", "text")
REACH_WHEN = ("morning", "afternoon", "any")
REACH_WITH = ("none", "interpreter", "bsl")


class Step(StrEnum):
    """The pages of a request, in their order; signs come before the date of birth."""

    SIGNS = "signs"
    WHO = "who"
    CHANGED = "changed"
    TRIED = "tried"
    HELP = "help"
    REACH = "reach"


def answer_mistakes(step: Step, given: Mapping[str, list[str]]) -> dict[str, str]:
    """What is wrong with one page's answers, by field; empty when nothing is."""
    wrong = {}
    for name, allowed, is_needed in FIELDS[step]:
        values = given.get(name, [])
        if any(value not in allowed for value in values) or (is_needed and not values):
            wrong[name] = "choose"
    for name in WORDS.get(step, ()):
        if any(len(value) > LONGEST_TEXT for value in given.get(name, [])):
            wrong[name] = "too_long"
    return wrong


# (field, values it may have, whether one is needed), by page; words beside them are always free.
FIELDS: Mapping[Step, tuple[tuple[str, tuple[str, ...], bool], ...]] = {
    Step.SIGNS: (("signs", tuple(Signs), True),),
    Step.WHO: (("who", ("self", "helped", "proxy"), True),),
    Step.CHANGED: (("changed", CHANGES, True),),
    Step.TRIED: (("tried", TRIED, False),),
    Step.HELP: (("help", HELP, True),),
    Step.REACH: (("by", REACH_BY, True), ("when", REACH_WHEN, False), ("with", REACH_WITH, False)),
}
WORDS: Mapping[Step, tuple[str, ...]] = {Step.CHANGED: ("words",), Step.REACH: ("answered_by",)}
MANY = frozenset({"changed", "tried", "when"})


def taken(step: Step, given: Mapping[str, list[str]]) -> dict[str, object]:
    """One page's answers as they are kept: lists for check boxes, else the one value."""
    kept: dict[str, object] = {}
    for name, _allowed, _needed in FIELDS[step]:
        values = given.get(name, [])
        kept[name] = list(dict.fromkeys(values)) if name in MANY else (values or [""])[0]
    for name in WORDS.get(step, ()):
        kept[name] = (given.get(name) or [""])[0].strip()
    return kept


def first_gap(answers: Mapping[str, object]) -> Step | None:
    """The first page whose needed answer is missing."""
    for step, fields in FIELDS.items():
        if any(is_needed and not answers.get(name) for name, _allowed, is_needed in fields):
            return step
    return None
