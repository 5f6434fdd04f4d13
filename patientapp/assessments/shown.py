"""What a page shows of a questionnaire: its words beside the answers given so far."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from patientapp.assessments.opening import check_open, is_open
from patientapp.assessments.queries import OwnTask, saved_answers
from patientapp.assessments.rules import SavedAnswer, TaskState, next_question
from patientapp.assessments.words import instrument_of, words_of, words_to_ask
from patientapp.errors import NotFound
from patientapp.i18n import gettext as _
from patientapp.questionnaires.definition import Item, ItemWords, Risk, Show, Wording
from patientapp.workdays import london_day


@dataclass(frozen=True)
class Question:
    """One item, ready for the page."""

    task_id: UUID
    number: int
    total: int
    item: Item
    words: ItemWords
    wording: Wording
    saved: SavedAnswer | None
    risk: Risk | None = None

    @property
    def code(self) -> str:
        """The name of its field."""
        return self.item.code

    @property
    def version(self) -> int:
        """The version of the answer that this page saw (REL-04)."""
        return self.saved.version if self.saved else 0

    @property
    def chosen(self) -> int | None:
        """The answer given earlier."""
        return self.saved.value if self.saved else None

    @property
    def options(self) -> list[tuple[int, str]]:
        """Pairs of value and text, in their official order."""
        texts = self.words.options
        return [
            (value, texts[value].text if value in texts else str(value)) for value in self.item.options
        ]

    @property
    def caption(self) -> str:
        """Where in the set this question is."""
        return _("Question %(number)s of %(total)s", number=self.number, total=self.total)

    def parsed(self, typed: str) -> int | None:
        """The whole number that was typed or chosen, in any digits; None when it is no answer."""
        value = whole_number(typed)
        return value if value is not None and self.item.accepts(value) else None

    def refusal(self, typed: str) -> str:
        """What to say when there is no usable answer; skipping always works (B2)."""
        if typed.strip() and self.item.show in {Show.VAS, Show.NUMBER}:
            ends = {"low": self.item.minimum, "high": self.item.maximum}
            return _("Enter a whole number from %(low)s to %(high)s, or skip this question", **ends)
        if self.item.show in {Show.VAS, Show.NUMBER}:
            return _("Enter a number, or skip this question")
        return _("Choose an answer, or skip this question")


def whole_number(typed: str) -> int | None:
    """A whole number in any Unicode digits; None for anything else."""
    digits = [unicodedata.decimal(char, None) for char in typed.strip()]
    if not digits or len(digits) > 4 or None in digits:
        return None
    return int("".join(str(digit) for digit in digits))


def question(task: OwnTask, number: int, *, now: datetime) -> Question:
    """Question `number`, counted from 1; NotFound when there is none, NotOpen when it may not be
    answered, NotOffered without words."""
    check_open(task, now=now)
    return _question(task, number, words_to_ask(task, today=london_day(now)))


def question_posted(task: OwnTask, number: int) -> Question:
    """The question that an answer came from, offered or not: even one that is refused is heard (P6)."""
    words = instrument_of(task).wording()
    if words is None:
        raise NotFound
    return _question(task, number, words)


def _question(task: OwnTask, number: int, wording: Wording) -> Question:
    instrument = instrument_of(task)
    if not 1 <= number <= len(instrument.items):
        raise NotFound
    item = instrument.items[number - 1]
    return Question(
        task_id=task.id,
        number=number,
        total=len(instrument.items),
        item=item,
        words=wording.item(item.code),
        wording=wording,
        saved=saved_answers(task.id).get(item.code),
        risk=next((rule for rule in instrument.risk_rules if rule.item == item.code), None),
    )


def first_unanswered(task: OwnTask) -> int | None:
    """Where to go on."""
    return next_question([item.code for item in instrument_of(task).items], saved_answers(task.id))


@dataclass(frozen=True)
class ReviewRow:
    """One line of "check your answers"."""

    number: int
    text: str
    answer: str
    is_answered: bool


def review(task: OwnTask, wording: Wording, saved: Mapping[str, SavedAnswer]) -> list[ReviewRow]:
    """Every question with its answer in words, those without one first (B4)."""
    instrument = instrument_of(task)
    rows = [
        ReviewRow(
            number=number,
            text=wording.item(item.code).text,
            answer=answer_in_words(item, wording, saved.get(item.code)),
            is_answered=(given := saved.get(item.code)) is not None and given.value is not None,
        )
        for number, item in enumerate(instrument.items, 1)
    ]
    return sorted(rows, key=lambda row: row.is_answered)


def answer_in_words(item: Item, wording: Wording, saved: SavedAnswer | None) -> str:
    """The answer as the person chose it."""
    if saved is None:
        return _("Not answered yet")
    return value_in_words(item, wording, saved.value)


def value_in_words(item: Item, wording: Wording, value: int | None) -> str:
    """An answer's own words, with its number where the words do not hold it."""
    if value is None:
        return _("Skipped")
    words = wording.item(item.code)
    if value in words.options:
        return words.options[value].text
    end = words.low if value == item.minimum else words.high if value == item.maximum else ""
    return f"{value} ({end})" if end else str(value)


@dataclass(frozen=True)
class TaskRow:
    """One set of questions, as the task list shows it."""

    task: OwnTask
    title: str
    language: str  # of the title
    minutes: int
    questions: int
    is_open: bool  # may be answered now

    @property
    def is_done(self) -> bool:
        """Whether it was sent."""
        return self.task.state is TaskState.DONE

    @property
    def status(self) -> str:
        """Status words of the task list."""
        if not self.is_open and not self.is_done:
            return _("Closed")
        words = {
            TaskState.NOT_STARTED: _("Not started"),
            TaskState.STARTED: _("Started"),
            TaskState.DONE: _("Done"),
        }
        return words[self.task.state]

    @property
    def closes_on(self) -> date:
        """The last day for answers."""
        return self.task.days.closes_on


def task_rows(tasks: Sequence[OwnTask], *, now: datetime) -> list[TaskRow]:
    """Tasks with the names and sizes of their questionnaires: those done, and those offered today."""
    rows = []
    for task in tasks:
        instrument, wording = instrument_of(task), words_of(task, today=london_day(now))
        if wording is None and task.state is not TaskState.DONE:
            continue
        rows.append(
            TaskRow(
                task,
                title=wording.title if wording else instrument.title(),
                language=wording.language if wording else "en",
                minutes=instrument.minutes,
                questions=len(instrument.items),
                is_open=is_open(task, now=now),
            )
        )
    return rows
