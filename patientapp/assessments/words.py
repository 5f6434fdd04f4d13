"""The words of a patient's own task: what is offered today, or was when its pack was begun."""

from __future__ import annotations

from datetime import date

from patientapp.assessments.offering import LANGUAGE, NotOffered, offered
from patientapp.assessments.queries import OwnTask, pack_begun_on
from patientapp.assessments.rules import TaskState
from patientapp.questionnaires.definition import Instrument
from patientapp.questionnaires.library import default_library
from patientapp.questionnaires.offering import Withheld
from patientapp.questionnaires.words import Wording


def instrument_of(task: OwnTask) -> Instrument:
    """The version of the questionnaire that this task was assigned."""
    return default_library().version(task.instrument, task.instrument_version)


def words_of(task: OwnTask, *, today: date) -> Wording | None:
    """The words to ask it in; None where it is not offered. What was begun may be finished.

    Once it is begun it stays in its language; before that, the one that the person reads comes first.
    """
    settled = task.language or (LANGUAGE if task.drafts else None)
    wanted = [settled] if settled else [task.reads, LANGUAGE]
    found = (_words_in(task, language, today=today) for language in wanted)
    return next((words for words in found if words is not None), None)


def _words_in(task: OwnTask, language: str, *, today: date) -> Wording | None:
    instrument = instrument_of(task)
    found = offered(instrument, today=today, language=language)
    if found.why is Withheld.EXPIRED and task.state is not TaskState.DONE:
        found = offered(instrument, today=today, language=language, begun_on=_begun_on(task))
    return found.wording


def must_choose(task: OwnTask, *, today: date) -> bool:
    """Whether there are no words in the language that the person reads, and they have not yet said how
    they would answer (patient-experience.md section 4)."""
    if task.language or task.drafts or task.state is TaskState.DONE:
        return False
    words = words_of(task, today=today)
    return words is not None and words.language != task.reads


def _begun_on(task: OwnTask) -> date | None:
    """The day its pack was begun. An answer to the task itself was saved while it was offered."""
    return date.min if task.drafts else pack_begun_on(task.pack_id)


def words_to_ask(task: OwnTask, *, today: date) -> Wording:
    """The words to ask it in; NotOffered where there are none."""
    words = words_of(task, today=today)
    if words is None:
        raise NotOffered
    return words
