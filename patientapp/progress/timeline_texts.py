"""Words of a patient's timeline, for staff."""

from __future__ import annotations

from patientapp.assessments.rules import NOT_REACHED, UNANSWERED, AnswerMode
from patientapp.i18n import gettext as _
from patientapp.progress import texts
from patientapp.progress.rules import Outcome, Point, ScaleRow, outcome_at, step_to
from patientapp.questionnaires.definition import Instrument
from patientapp.scoring.change import important_size


def standing(row: ScaleRow, of: Point) -> str:
    """What one point says against the baseline, in words: colour never says it alone."""
    if of.text is not None or (row.scale.better is None and of.value is not None):
        return "-"  # a group, a profile or a count: nothing that could be better
    if of is row.baseline:
        return _("baseline")
    words = {
        Outcome.BETTER: _("better"),
        Outcome.SAME: _("same"),
        Outcome.WORSE: _("worse"),
        Outcome.NOT_SCORED: _("not scored"),
    }
    return words.get(outcome_at(row, of), _("not compared"))


def change(row: ScaleRow, of: Point) -> str:
    """The size of the change from the baseline; nothing where none was formed."""
    step = step_to(row, of)
    return texts.signed(step.change.difference, row.scale) if step else ""


def least(row: ScaleRow) -> str:
    """How large a change from this baseline must be to matter to people."""
    if row.scale.important is None:
        return _("No important change is known: any change counts.")
    if row.baseline is None or row.baseline.value is None:
        return ""
    size = float(important_size(row.scale.important, row.baseline.value))
    return _("An important change is %(least)s.", least=f"{round(size, 2):g}")


def how(of: Point) -> str:
    """Who gave the answers, and on what."""
    ways = {
        AnswerMode.INTERPRETER: _("by an interpreter"),
        AnswerMode.PHONE: _("by phone"),
        AnswerMode.PAPER: _("on paper"),
        AnswerMode.KIOSK: _("on the clinic's tablet"),
    }
    who, way = texts.answered_by(of.given.answered_by), ways.get(of.given.mode)
    return f"{who}, {way}" if way else who


def mode(of: AnswerMode) -> str:
    """By which route answers came."""
    words = {
        AnswerMode.SELF: _("On their own phone or computer"),
        AnswerMode.HELPED: _("With help, or read out in the room"),
        AnswerMode.INTERPRETER: _("Through an interpreter"),
        AnswerMode.PHONE: _("Read out by phone"),
        AnswerMode.PAPER: _("On paper, typed in"),
        AnswerMode.PROXY: _("By somebody else"),
        AnswerMode.KIOSK: _("On the clinic's tablet"),
    }
    return words[of]


def missing(row: ScaleRow, of: Point, answered: Instrument) -> str:
    """The questions of this scale that were left out, by their words."""
    wording = answered.wording(of.given.language, of.given.wording)
    left = [code for code in row.scale.items if of.given.answers.get(code, NOT_REACHED) in UNANSWERED]
    named = (wording.item(code) if wording else None for code in left)
    return "; ".join(words.text if words else code for words, code in zip(named, left, strict=True)) or _(
        "none"
    )


def version(of: Point) -> str:
    """By which version it was asked and scored."""
    return _(
        "questionnaire %(version)s, rules %(rules)s",
        version=of.given.instrument_version,
        rules=of.given.rule_version,
    )
