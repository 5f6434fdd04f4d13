"""The words of a patient's own task: what is offered today, or was when its pack was begun."""

from __future__ import annotations

from datetime import date

from patientapp.assessments.offering import NotOffered, offered
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
    """The words to ask it in; None where it is not offered. What was begun may be finished."""
    instrument = instrument_of(task)
    found = offered(instrument, today=today)
    if found.why is Withheld.EXPIRED and task.state is not TaskState.DONE:
        found = offered(instrument, today=today, begun_on=_begun_on(task))
    return found.wording


def _begun_on(task: OwnTask) -> date | None:
    """The day its pack was begun. An answer to the task itself was saved while it was offered."""
    return date.min if task.drafts else pack_begun_on(task.pack_id)


def words_to_ask(task: OwnTask, *, today: date) -> Wording:
    """The words to ask it in; NotOffered where there are none."""
    words = words_of(task, today=today)
    if words is None:
        raise NotOffered
    return words
