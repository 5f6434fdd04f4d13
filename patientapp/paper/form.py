"""A whole questionnaire as staff type it: what each box says, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from patientapp.assessments.rules import NOT_REACHED, final_answers
from patientapp.assessments.shown import value_in_words, whole_number
from patientapp.i18n import gettext as _
from patientapp.paper import texts
from patientapp.paper.rules import KEPT, Mark
from patientapp.questionnaires.definition import Instrument, Item, ItemWords
from patientapp.questionnaires.words import Wording
from patientapp.workdays import at_london

PREFIX = "answer-"
NOON = time(12)


@dataclass(frozen=True, kw_only=True)
class Box:
    """One item, ready for the page."""

    name: str
    number: int
    words: ItemWords
    printed: Sequence[str]  # the scale as it stands on paper
    options: Sequence[tuple[str, str]]  # what may be chosen: the same, then the marks
    is_typed: bool  # a number is written, and not chosen
    low: int
    high: int


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What was read from the boxes, and which of them say nothing yet."""

    values: Mapping[str, int | None]
    unclear: Mapping[str, str]
    wrong: Mapping[str, str]

    def answers(self, instrument: Instrument) -> dict[str, int | str]:
        """As they would be kept."""
        return kept(instrument, self.values, self.unclear)


def kept(
    instrument: Instrument, values: Mapping[str, int | None], unclear: Mapping[str, str]
) -> dict[str, int | str]:
    """What each item would hold in the record."""
    given = {code: value for code, value in values.items() if value is not None}
    blank = final_answers([item.code for item in instrument.items], {})
    skipped = {code: KEPT[Mark.BLANK] for code in values if values[code] is None}
    return blank | skipped | given | dict(unclear)


def boxes(instrument: Instrument, wording: Wording) -> list[Box]:
    """Every item in its order."""
    return [
        Box(
            name=f"{PREFIX}{item.code}",
            number=number,
            words=wording.item(item.code),
            printed=[value_in_words(item, wording, value) for value in item.options],
            options=[*_scale(item, wording), *texts.marks()],
            is_typed=not item.options,
            low=item.minimum,
            high=item.maximum,
        )
        for number, item in enumerate(instrument.items, 1)
    ]


def _scale(item: Item, wording: Wording) -> list[tuple[str, str]]:
    return [(str(value), _option(item, wording, value)) for value in item.options]


def _option(item: Item, wording: Wording, value: int) -> str:
    said = value_in_words(item, wording, value)
    return said if said.startswith(str(value)) else f"{value}: {said}"


def read(instrument: Instrument, form: Mapping[str, str]) -> Typed:
    """What was typed; nothing is guessed, and a box left alone is a mistake to be said."""
    values: dict[str, int | None] = {}
    unclear: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for number, item in enumerate(instrument.items, 1):
        name = f"{PREFIX}{item.code}"
        said = form.get(f"{name}-mark", "") or form.get(name, "")
        value = whole_number(said)
        if said in set(Mark):
            values[item.code] = None
            if Mark(said) is not Mark.BLANK:
                unclear[item.code] = KEPT[Mark(said)]
        elif value is not None and item.accepts(value):
            values[item.code] = value
        else:
            wrong[name] = _("Question %(number)s: choose what the paper says", number=number)
    return Typed(values=values, unclear=unclear, wrong=wrong)


def in_words(instrument: Instrument, wording: Wording, typed: Typed) -> list[tuple[str, str]]:
    """(question, answer) for the second look, in the order of the paper."""
    answers = typed.answers(instrument)
    return [
        (wording.item(item.code).text, answer_in_words(item, wording, answers[item.code]))
        for item in instrument.items
    ]


def answer_in_words(item: Item, wording: Wording, kept: int | str | None) -> str:
    """One answer as it is kept, or why there is none."""
    if isinstance(kept, int):
        return _option(item, wording, kept)
    return texts.kept_marks().get(kept or "", str(kept or ""))


def as_typed(answers: Mapping[str, int | str]) -> dict[str, str]:
    """The answers of the record as the boxes would hold them."""
    marks = {kept: mark for mark, kept in KEPT.items()} | {NOT_REACHED: Mark.BLANK}
    typed = {}
    for code, value in answers.items():
        said = marks.get(value) if isinstance(value, str) else None
        typed[f"{PREFIX}{code}"] = str(said or value)
        typed[f"{PREFIX}{code}-mark"] = str(said or "")
    return typed


def day_mistake(day: date | None, *, today: date, born: date) -> str:
    """What is wrong with the day that the person answered; empty when nothing is."""
    if day is None:
        return _("Type the day on which they were answered")
    if day > today:
        return _("That day is still to come")
    return _("That day is before the person was born") if day < born else ""


def instant_of(day: date, *, now: datetime, today: date) -> datetime:
    """Of answers of which only the day is known: now, or the noon of that day."""
    return now if day == today else at_london(day, NOON)
