"""Words of contact, for staff."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from patientapp.assessments.rules import TimePoint
from patientapp.contact.rules import BulkState, Which, WhyNot
from patientapp.i18n import gettext as _

Options = list[tuple[str, str]]


def time_point(of: TimePoint) -> str:
    """A time point in the care team's words."""
    words = {
        TimePoint.T0: _("Before the first visit"),
        TimePoint.TPS: _("At the start of a programme"),
        TimePoint.TPE: _("At the end of a programme"),
        TimePoint.TD: _("At discharge"),
        TimePoint.T3: _("3 months after"),
        TimePoint.T6: _("6 months after"),
        TimePoint.TPIFU: _("On a request to return"),
        TimePoint.REVIEW: _("At a review"),
    }
    return words[of]


def time_points() -> Options:
    """All time points, to choose from."""
    return [(one.value, time_point(one)) for one in TimePoint]


def which(of: Which) -> str:
    """Whom a bulk send is for."""
    return _("Overdue") if of is Which.OVERDUE else _("Open, overdue ones too")


def whiches() -> Options:
    """To choose from."""
    return [(one.value, which(one)) for one in Which]


def bulk_state(of: BulkState) -> tuple[str, str]:
    """Where a bulk send is, and the kind of tag that goes with it."""
    words = {
        BulkState.PREPARED: (_("Prepared, nothing sent"), "waiting"),
        BulkState.LEAVING: (_("Approved, can be recalled"), "waiting"),
        BulkState.RECALLED: (_("Recalled, nothing sent"), "plain"),
        BulkState.SENT: (_("Sent"), "done"),
    }
    return words[of]


def why_not(code: str) -> str:
    """Why a person gets no text now."""
    return _WHY_NOT[WhyNot(code)]()


_WHY_NOT: Mapping[WhyNot, Callable[[], str]] = {
    WhyNot.FINISHED: lambda: _("The questions are answered."),
    WhyNot.CLOSED: lambda: _("The questions are not open."),
    WhyNot.DIED: lambda: _("This person has died."),
    WhyNot.CANNOT_TEXT: lambda: _("This person cannot be texted: call or write."),
    WhyNot.NOT_WISHED: lambda: _("Texts about questions are not wished for, or paused."),
    WhyNot.ON_ITS_WAY: lambda: _("Another text is on its way."),
    WhyNot.CEILING: lambda: _("2 texts a day or 4 in 7 days are used up. Call instead, or wait."),
    WhyNot.NOT_READ: lambda: _("The record could not be read: tell your support."),
}


def wrong(name: str, words: str) -> str:
    """What to do about a field: our words where the schema's are for machines."""
    ours = {
        "paused_until": _("Check the day: in the next 12 months, with a year of 4 digits"),
        "pause_reason": _("Choose why texts are paused, or leave the day empty"),
        "died_on": _("Check the day: up to today, with a year of 4 digits"),
        "mobile": _("Check the mobile number: a text cannot reach this one"),
        "time_point": _("Choose a time point"),
        "which": _("Choose who gets the text"),
    }
    if name == "time_point" and not words.startswith("Must be"):
        return words
    return ours.get(name, _("Choose one from the list"))
