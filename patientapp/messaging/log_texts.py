"""Words about texts, for staff."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from patientapp.i18n import gettext as _
from patientapp.messaging.rules import MessageState, Why

_S = MessageState


def what(template: str) -> str:
    """What a text is about; its name where we have no words for it."""
    named = _WHAT.get(template)
    if named is not None:
        return named()
    family = next((words for name, words in _FAMILIES.items() if template.startswith(name)), None)
    return family() if family is not None else template


_WHAT: Mapping[str, Callable[[], str]] = {
    "q-invite": lambda: _("Questions before the visit"),
    "q-remind": lambda: _("Questions: reminder"),
    "q-last": lambda: _("Questions: last reminder"),
    "after-care": lambda: _("Questions after care"),
    "new-link": lambda: _("A new link"),
    "appt-booked": lambda: _("Visit booked"),
    "appt-7d": lambda: _("Visit in a week"),
    "appt-2d": lambda: _("Visit in two working days"),
    "appt-2d-plain": lambda: _("Visit in two working days"),
    "appt-video": lambda: _("Video visit today"),
    "appt-off": lambda: _("Visit cancelled by us"),
    "fft": lambda: _("Feedback after a visit"),
    "stop": lambda: _("No more texts"),
}
_FAMILIES: Mapping[str, Callable[[], str]] = {
    "appt-": lambda: _("Visit"),
    "ack-": lambda: _("Answer to their text"),
    "unclear": lambda: _("Answer to their text"),
    "carer-": lambda: _("To a carer or trusted person"),
    "pifu-": lambda: _("Request to come back"),
}


def outcome(state: MessageState) -> tuple[str, str]:
    """Where a text is, in words, and the kind of tag that goes with it."""
    words, kind = _OUTCOMES[state]
    return words(), kind


_OUTCOMES: Mapping[MessageState, tuple[Callable[[], str], str]] = {
    _S.DUE: (lambda: _("Waiting"), "waiting"),
    _S.CLAIMED: (lambda: _("Leaving now"), "waiting"),
    _S.SENDING: (lambda: _("Leaving now"), "waiting"),
    _S.ACCEPTED: (lambda: _("Sent, not confirmed yet"), "plain"),
    _S.DELIVERED: (lambda: _("Delivered"), "done"),
    _S.UNDELIVERED: (lambda: _("Not delivered"), "urgent"),
    _S.REFUSED: (lambda: _("Refused by the carrier"), "urgent"),
    _S.UNKNOWN: (lambda: _("Not known"), "urgent"),
    _S.EXPIRED: (lambda: _("Not sent: too late"), "urgent"),
    _S.WITHDRAWN: (lambda: _("Not sent: withdrawn"), "plain"),
}


def why(reason: str) -> str:
    """Why a text is where it is; the carrier's own number where it is one; nothing for no reason."""
    if not reason:
        return ""
    known = _WHY.get(reason)
    return known() if known is not None else _("carrier's code %(code)s", code=reason)


_WHY: Mapping[str, Callable[[], str]] = {
    Why.DIED: lambda: _("this person has died"),
    Why.NO_TEXTS: lambda: _("this person gets no texts"),
    Why.NOT_WISHED: lambda: _("texts of this kind are not wished for, or paused"),
    Why.NUMBER_CHANGED: lambda: _("the number was changed"),
    Why.PATIENT_CEILING: lambda: _("2 texts a day, 4 in 7 days: it waits"),
    Why.SERVICE_CEILING: lambda: _("the service's texts of today are used up: it waits"),
    Why.QUIET_HOURS: lambda: _("texts go from 8:00 to 20:00: it waits"),
    Why.TOO_LATE: lambda: _("it was of no more use"),
    Why.CLAIM_RAN_OUT: lambda: _("sending was broken off"),
    Why.NO_LONGER_SUITS: lambda: _("the record changed while it was leaving"),
    Why.LITTLE_TIME_LEFT: lambda: _("it is tried again"),
    Why.NOT_HANDED_OVER: lambda: _("the carrier was not reached: it is tried again"),
    Why.STOPPING: lambda: _("it is tried again"),
    Why.NO_ANSWER: lambda: _("the carrier did not answer"),
    Why.NOT_RENDERED: lambda: _("its words could not be written"),
    Why.CAUSE_ENDED: lambda: _("it was no longer needed"),
    Why.NOT_AT_CARRIER: lambda: _("the carrier never had it"),
    Why.EARLIER_ATTEMPT: lambda: _("an earlier try had arrived"),
    Why.SILENT: lambda: _("the carrier said nothing for 72 hours"),
    Why.OPTED_OUT: lambda: _("this number has sent STOP to the carrier"),
}
