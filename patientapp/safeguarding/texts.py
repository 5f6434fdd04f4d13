"""Words about telling in private."""

from __future__ import annotations

from patientapp.i18n import gettext as _
from patientapp.safeguarding.rules import Reach


def ways() -> list[tuple[str, str]]:
    """How to reach somebody safely, to choose from."""
    return [
        (Reach.CALL, _("You can call me on my number")),
        (Reach.NEXT_VISIT, _("Talk to me alone at my next visit")),
        (Reach.OTHER, _("Another way. I say it below")),
        (Reach.NOBODY_CALLS, _("Do not call or text me")),
    ]


def mistake(field: str, why: str) -> str:
    """What is missing before it can be sent."""
    if why == "too_long":
        return _("Use 4,000 characters or fewer")
    words = {
        "words": _("Write what you want to tell us"),
        "reach": _("Choose how we can reach you"),
        "how": _("Say how we can reach you"),
    }
    return words[field]
