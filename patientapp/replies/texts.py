"""Words about replies, for staff."""

from __future__ import annotations

from patientapp.i18n import gettext as _
from patientapp.replies.rules import Outcome


def outcome(of: Outcome) -> str:
    """What was done about a reply."""
    words = {
        Outcome.KEPT: _("The visit is confirmed"),
        Outcome.CHANGE_WANTED: _("They want another time: a task was made"),
        Outcome.CANCELLED: _("The visit is cancelled"),
        Outcome.UNDONE: _("The visit was put back"),
        Outcome.ALREADY: _("It was so already"),
        Outcome.STOPPED: _("They left our texts"),
        Outcome.STARTED: _("They get our texts again"),
        Outcome.ASKED_AGAIN: _("We asked again"),
        Outcome.FOR_STAFF: _("For a person to read: a task was made"),
        Outcome.SHARED: _("Nothing was done: more than one person has this number"),
    }
    return words[of]
