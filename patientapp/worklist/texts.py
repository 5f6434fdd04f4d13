"""Words about work items."""

from __future__ import annotations

from dataclasses import dataclass

from patientapp.i18n import gettext as _
from patientapp.questionnaires.definition import Instrument, Risk
from patientapp.questionnaires.library import default_library
from patientapp.worklist.limits import PASSED_ON, Contact, passed_on
from patientapp.worklist.reasons import REASONS
from patientapp.worklist.rules import MORE, CloseAction, ItemKind, ItemStep, Said, read_action


@dataclass(frozen=True)
class Raised:
    """The question and the answers to it that raise an alert, in the words the patient saw."""

    questionnaire: str
    question: str
    answer: str
    wording_status: str


def kind(of: ItemKind) -> str:
    """Alert or task."""
    return _("Alert") if of is ItemKind.ALERT else _("Task")


def reason(code: str) -> str:
    """Why somebody has to act, in words; the code itself where we have none."""
    if code in REASONS:
        return REASONS[code]
    found = _risk(code)
    return found[1].label if found else code


def raised_by(code: str) -> Raised | None:
    """The answer behind an alert; None for what no answer raised."""
    found = _risk(code)
    words = found[0].wording("en") if found else None
    if found is None or words is None:
        return None
    _instrument, risk = found
    options = [words.item(risk.item).options.get(value) for value in risk.values]
    said = [
        option.text if option else str(value) for option, value in zip(options, risk.values, strict=True)
    ]
    return Raised(
        questionnaire=words.title,
        question=words.item(risk.item).text,
        answer=" / ".join(said),
        wording_status=words.status,
    )


def answer(code: str, said: Said) -> str:
    """What the person chose, in the words they saw; the number where there are none."""
    found = _risk(code)
    words = found[0].wording("en") if found else None
    if found is None or words is None or said.question not in found[0].item_by_code:
        return str(said.value)
    option = words.item(said.question).options.get(said.value)
    return f"{said.value}: {option.text}" if option else str(said.value)


def fate(said: Said) -> str:
    """Whether an answer is in the record, or was only heard."""
    if said.kept:
        return _("Kept with the answers")
    return _("Heard, but not kept: it came too late, or another answer is newer")


def _risk(code: str) -> tuple[Instrument, Risk] | None:
    for instrument in default_library():
        for risk in instrument.risk_rules:
            if risk.code == code:
                return instrument, risk
    return None


def step(of: ItemStep, action: str = "") -> str:
    """What happened to an item."""
    added = {
        MORE: _("The patient wrote again"),
        passed_on(Contact.NEXT, told=True): _("Nobody had it: the next contact was told"),
        passed_on(Contact.LEAD, told=True): _("Nobody had it: the service lead was told"),
        passed_on(Contact.NEXT, told=False): _("Nobody had it, and no next contact is set up"),
        passed_on(Contact.LEAD, told=False): _("Nobody had it, and no service lead is set up"),
    }
    if action in added:
        return added[action]
    words = {
        ItemStep.RAISED: _("Raised"),
        ItemStep.TAKEN: _("Taken"),
        ItemStep.CLOSED: _("Closed"),
    }
    return words[of]


def close_actions() -> list[tuple[str, str]]:
    """What may have been done, to choose from."""
    return [
        (CloseAction.SPOKE, _("I spoke to the patient")),
        (CloseAction.EMERGENCY, _("I called emergency or crisis services")),
        (CloseAction.REFERRED, _("I handed over to the GP or another team")),
        (CloseAction.BOOKED, _("I booked an appointment")),
        (CloseAction.WROTE, _("I wrote to the patient")),
        (CloseAction.PUT_RIGHT, _("I put the record right")),
        (CloseAction.NOTHING_NEEDED, _("Nothing was needed (say why)")),
    ]


def action(kept: str) -> str:
    """What was done to close an item, in words, with its note; nothing for what only adds to it."""
    if kept in {MORE, *PASSED_ON}:
        return ""
    code, note = read_action(kept)
    said = dict(close_actions()).get(code, code)
    return f"{said}: {note}" if note else said


def mistake(code: str) -> str:
    """What is missing before an item can be closed."""
    words = {
        "no_action": _("Choose what you did"),
        "no_reason": _("Say why nothing was needed"),
        "too_long": _("Use 1,000 characters or fewer"),
    }
    return words[code]
