"""Words about carers and trusted people."""

from __future__ import annotations

from patientapp.i18n import gettext as _
from patientapp.patients.carer_rules import Act


def acts() -> list[tuple[str, str]]:
    """What a carer may be allowed, to choose from; spoken to the patient."""
    return [
        (Act.TEXTS, _("Get a copy of texts about my visits")),
        (Act.PLAN, _("See my flare-up plan")),
        (Act.RETURN, _("Ask to come back for me, once that is agreed")),
        (Act.VISITS, _("See my visits, say I am coming, ask for another time")),
    ]


def act_words(codes: frozenset[str]) -> list[str]:
    """The listed acts in words, in the order of the choice."""
    return [words for code, words in acts() if code in codes]


def done(action: str) -> str:
    """One act of a carer, said to the patient."""
    words = {
        "gave a carer's code": _("Typed their code"),
        "carer's code was wrong": _("Typed a wrong code"),
        "came in as a carer": _("Came in with their code"),
        "looked as a carer": _("Opened their page"),
        "looked at the plan as a carer": _("Looked at your flare-up plan"),
        "looked at visits as a carer": _("Looked at your visits"),
        "visit confirmed": _("Said that you are coming to a visit"),
        "asked for another time": _("Asked for another time for a visit"),
        "asked to come back": _("Asked to come back for you"),
        "answered a carer's questions": _("Answered questions about themselves"),
        "ended a carer": _("Ended their own access"),
        "recorded asked_to_return": _("Their request is in your record"),
    }
    return words.get(action, action)


def mistake(code: str) -> str:
    """What to do about a field."""
    words = {
        "name": _("Write the name of this person"),
        "mobile": _("Check the mobile number: a text cannot reach this one"),
        "own_mobile": _("Use their own number. It must not be the patient's number"),
        "already_there": _("A person with this number is there already. End them first to change it"),
        "acts": _("Choose at least one thing"),
        "ends_on": _("Give a last day in the next 12 months"),
        "consent": _("Write how and when the patient agreed"),
        "too_long": _("Use fewer characters"),
        "choose": _("Choose an answer"),
    }
    return words[code]


def yes_no(name: str) -> str:
    """What a carer is asked about children; spoken to the carer."""
    words = {
        "child_helps": _("Does a child or young person (under 18) help to look after them?"),
        "children_depend": _("Do any children depend on the person you help?"),
    }
    return words[name]
