"""Words about findings."""

from __future__ import annotations

from patientapp.findings.returning import OWN_REQUEST, Outcome
from patientapp.findings.rules import Field, FieldKind
from patientapp.i18n import gettext as _


def mistake(of: Field | None, why: str) -> str:
    """What is wrong with a field."""
    match why:
        case "missing" | "no_option":
            write = of is not None and of.kind is FieldKind.TEXT
            return _("Write what is asked") if write else _("Choose an answer")
        case "out_of_range":
            low, high = (of.low, of.high) if of else (0, 0)
            return _("Give a whole number from %(low)s to %(high)s", low=low, high=high)
        case "too_long":
            return _("Use 2,000 characters or fewer")
    return _("Check this")


def route(code: str) -> str:
    """The way somebody came back."""
    words = {
        OWN_REQUEST: _("Asked by themselves, under an agreement"),
        "gp": _("Referred again by the GP"),
        "secondary_care": _("Referred again by a hospital"),
        "msk": _("Referred again by a musculoskeletal service"),
        "other": _("Referred again by somebody else"),
    }
    return words[code]


def outcome(of: Outcome) -> str:
    """What became of coming back."""
    words = {
        Outcome.WAITING: _("waiting"),
        Outcome.ANSWERED: _("answered"),
        Outcome.WITHDRAWN: _("taken back"),
        Outcome.SEEN: _("seen"),
        Outcome.SENT_BACK: _("sent back"),
    }
    return words[of]
