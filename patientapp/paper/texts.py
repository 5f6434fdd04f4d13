"""Words of the pages on which staff type answers in."""

from __future__ import annotations

from patientapp.access.viewer import AnsweredBy
from patientapp.assessments.rules import CANNOT_READ, NOT_REACHED, SKIPPED, TWO_MARKED, AnswerMode
from patientapp.i18n import gettext as _
from patientapp.paper.rules import Mark


def marks() -> list[tuple[str, str]]:
    """What stands on the paper where no answer does."""
    return [
        (Mark.BLANK, _("Blank")),
        (Mark.TWO_MARKED, _("Two marked")),
        (Mark.CANNOT_READ, _("Cannot read")),
    ]


def kept_marks() -> dict[str, str]:
    """The same as they are kept."""
    return {
        SKIPPED: _("Blank"),
        NOT_REACHED: _("Blank"),
        TWO_MARKED: _("Two marked"),
        CANNOT_READ: _("Cannot read"),
    }


def routes() -> dict[AnswerMode, str]:
    """How answers reach us through staff."""
    return {
        AnswerMode.PAPER: _("Type in from paper"),
        AnswerMode.PHONE: _("Read out by phone"),
        AnswerMode.HELPED: _("Read out in the room"),
        AnswerMode.INTERPRETER: _("Ask through an interpreter"),
    }


def route(of: AnswerMode) -> str:
    """How answers came."""
    said = {
        AnswerMode.PAPER: _("On paper"),
        AnswerMode.PHONE: _("By phone"),
        AnswerMode.HELPED: _("Read out in the room"),
        AnswerMode.INTERPRETER: _("Through an interpreter"),
    }
    return said[of]


def who() -> list[tuple[str, str]]:
    """Who may have answered: never somebody else, as no proxy version is here."""
    return [
        (AnsweredBy.SELF, _("The patient alone")),
        (AnsweredBy.HELPED, _("The patient, with help to read or write")),
    ]
