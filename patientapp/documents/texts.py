"""Words of documents."""

from __future__ import annotations

from patientapp.documents.kinds import kinds
from patientapp.documents.rules import HowSent, Mark, Recipient
from patientapp.i18n import gettext as _


def recipient(of: str) -> str:
    """To whom a document goes."""
    words = {
        Recipient.PATIENT: _("Patient"),
        Recipient.GP: _("GP"),
        Recipient.REFERRER: _("Referrer"),
        Recipient.TIER2: _("Tier 2 service"),
    }
    return words[Recipient(of)]


def how(of: HowSent) -> str:
    """By which way it went."""
    words = {
        HowSent.SECURE_MAIL: _("Secure mail"),
        HowSent.PAPER: _("Paper"),
        HowSent.HANDED_OVER: _("Handed over"),
        HowSent.LINK: _("On their own pages"),
    }
    return words[of]


def hows() -> list[tuple[str, str]]:
    """The ways, to choose from."""
    return [(one.value, how(one)) for one in HowSent]


def mark(of: Mark) -> str:
    """What is known of an issue."""
    words = {Mark.AGREED: _("Agreed by the patient"), Mark.EXPLAINED: _("Explained to the patient")}
    return words[of]


def marks() -> list[tuple[str, str]]:
    """The marks, to choose from."""
    return [(one.value, mark(one)) for one in Mark]


def route(of: str) -> str:
    """Where the person goes next."""
    words = {
        "referrer": _("Back to the referrer"),
        "gp": _("Back to the GP"),
        "self_care": _("Self-care"),
        "pifu": _("Can ask to come back"),
    }
    return words.get(of, of)


def routes(kind: str) -> list[tuple[str, str]]:
    """The routes of a kind, to choose from."""
    return [(one, route(one)) for one in kinds()[kind].routes]


def mistake(code: str) -> str:
    """What to do about a field."""
    words = {
        "missing": _("This part is needed before the document can be issued"),
        "no_kind": _("Choose which document"),
        "no_route": _("Choose where the person goes next"),
        "no_episode": _("Choose the episode"),
        "no_day": _("Give the day from which the time runs"),
        "not_then": _("Give a day from the issue to today"),
        "no_recipient": _("Choose to whom it went, and how"),
    }
    return words.get(code, code)
