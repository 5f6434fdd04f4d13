"""Words about what people tell us."""

from __future__ import annotations

from patientapp.feedback.told_rules import Outcome, Theme, ToldKind, ToldStep
from patientapp.i18n import gettext as _

Options = list[tuple[str, str]]


def kinds() -> Options:
    """What somebody wants to tell us, to choose from."""
    return [
        (ToldKind.COMPLAINT, _("Something went wrong: I want to complain")),
        (ToldKind.COMMENT, _("I have an idea or a comment")),
        (ToldKind.COMPLIMENT, _("Something went well")),
    ]


def kind(of: ToldKind) -> str:
    """What it is, in a word or two."""
    words = {
        ToldKind.COMPLAINT: _("Complaint"),
        ToldKind.COMMENT: _("Comment"),
        ToldKind.COMPLIMENT: _("Compliment"),
    }
    return words[of]


def step(of: ToldStep) -> str:
    """How far it is, said to whoever told us."""
    words = {
        ToldStep.RECEIVED: _("We have it"),
        ToldStep.TAKEN: _("Somebody looks into it"),
        ToldStep.ACKNOWLEDGED: _("We wrote to you"),
        ToldStep.ANSWERED: _("Answered"),
    }
    return words[of]


def outcomes() -> Options:
    """What came of it, to choose from."""
    return [
        (Outcome.WELL_FOUNDED, _("We found that it was right")),
        (Outcome.PARTLY, _("We found that a part of it was right")),
        (Outcome.NOT_FOUND, _("We did not find that it was right")),
        (Outcome.NOT_NEEDED, _("Read, with nothing to find (comments and compliments)")),
    ]


def outcome(of: Outcome) -> str:
    """A kept outcome in words; nothing where there was nothing to find."""
    return "" if of is Outcome.NOT_NEEDED else dict(outcomes())[of]


def themes() -> Options:
    """What it is about, to choose from."""
    return [
        (Theme.WAITING, _("Waiting")),
        (Theme.STAFF, _("How staff were")),
        (Theme.INFORMATION, _("Information and letters")),
        (Theme.CARE, _("The care itself")),
        (Theme.GETTING_HERE, _("Getting to us and getting in")),
        (Theme.APP, _("This website and texts")),
        (Theme.OTHER, _("Something else")),
    ]


def theme(of: str) -> str:
    """A kept theme in words."""
    return dict(themes()).get(of, of)


def mistake(code: str) -> str:
    """What to do about a field."""
    words = {
        "choose": _("Choose an answer"),
        "no_words": _("Write what you want to say"),
        "too_long": _("Use 4,000 characters or fewer"),
    }
    return words[code]
