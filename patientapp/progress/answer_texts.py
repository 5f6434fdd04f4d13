"""Words of what was answered, for staff."""

from __future__ import annotations

from patientapp.assessments.rules import CANNOT_READ, NOT_REACHED, SKIPPED, TWO_MARKED
from patientapp.i18n import gettext as _
from patientapp.progress.rules import Given
from patientapp.questionnaires.definition import Instrument, ItemWords


def answers(instrument: Instrument, given: Given) -> list[tuple[str, str]]:
    """(question, answer) in the words that it was answered in, in the order asked."""
    return [
        (
            question(instrument, given, item.code),
            one_answer(instrument, given, item.code, given.answers.get(item.code, NOT_REACHED)),
        )
        for item in instrument.items
    ]


def question(instrument: Instrument, given: Given, code: str) -> str:
    """One question in the words that it was answered in; its name where there are none."""
    words = _words(instrument, given, code)
    return words.text if words else code


def one_answer(instrument: Instrument, given: Given, code: str, value: object) -> str:
    """One answer in its words."""
    return _answer(value, _words(instrument, given, code))


def _words(instrument: Instrument, given: Given, code: str) -> ItemWords | None:
    wording = instrument.wording(given.language, given.wording)
    return wording.items.get(code) if wording else None


def sender() -> str:
    """Who put right what another system had sent."""
    return _("the system that sent it")


def _answer(value: object, words: object) -> str:
    without = {
        SKIPPED: _("Skipped"),
        NOT_REACHED: _("Not reached"),
        TWO_MARKED: _("Two answers were marked"),
        CANNOT_READ: _("Could not be read"),
    }
    if isinstance(value, str) and value in without:
        return without[value]
    option = getattr(words, "options", {}).get(value)
    return f"{option.text} ({value})" if option and option.text != str(value) else str(value)
