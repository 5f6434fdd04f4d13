"""What the carrier's codes and statuses mean to us, as data.

Source: Twilio's error and warning dictionary and the list of message status values of its Messages
resource, as of November 2026; the classes are ours. Only what stands here as WAIT or ACCOUNT is
tried again: each was refused before the carrier took the text (SMS-03). Twilio asks its customers
not to build logic on codes that it may refine, so a 4xx that is not here is a refusal for good: it
makes a staff task, and never a second text.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from patientapp.messaging.gateway import Refused
from patientapp.messaging.rules import MessageState, Why


class Class(StrEnum):
    """What to do about a refusal."""

    WAIT = "wait"  # this text, later
    ACCOUNT = "account"  # every text would be refused now: all wait, and somebody must look
    REFUSED = "refused"  # this text to this number, for good
    OPTED_OUT = "opted_out"  # the carrier holds a STOP from this number


_WAIT, _ACCOUNT, _REFUSED, _OPTED_OUT = Class.WAIT, Class.ACCOUNT, Class.REFUSED, Class.OPTED_OUT

REFUSALS: Mapping[int, Class] = {
    14107: _WAIT,  # sending rate of this sender exceeded
    21611: _WAIT,  # the sender's queue is full
    20003: _ACCOUNT,  # authentication failed
    20005: _ACCOUNT,  # account not active
    20010: _ACCOUNT,  # account suspended
    20403: _ACCOUNT,  # forbidden for these credentials
    20404: _ACCOUNT,  # the account or its Messages resource is not found
    20429: _ACCOUNT,  # too many requests
    21212: _ACCOUNT,  # sender not valid
    21603: _ACCOUNT,  # sender missing
    21606: _ACCOUNT,  # sender cannot send texts
    21609: _ACCOUNT,  # status callback address not valid
    21659: _ACCOUNT,  # sender is not the account's
    21660: _ACCOUNT,  # sender and account do not match
    21701: _ACCOUNT,  # messaging service not found
    21703: _ACCOUNT,  # messaging service without senders
    21704: _ACCOUNT,  # messaging service without suitable sender
    21211: _REFUSED,  # number not valid
    21214: _REFUSED,  # number cannot be reached
    21217: _REFUSED,  # number does not look real
    21265: _REFUSED,  # number is a short code
    21266: _REFUSED,  # number is the sender itself
    21408: _REFUSED,  # country not permitted
    21602: _REFUSED,  # no words
    21604: _REFUSED,  # no number
    21608: _REFUSED,  # number not verified, trial accounts
    21612: _REFUSED,  # no route from this sender to this number
    21614: _REFUSED,  # not a mobile
    21617: _REFUSED,  # too long
    21635: _REFUSED,  # a landline
    21610: _OPTED_OUT,  # the person texted STOP
}
BY_STATUS: Mapping[int, Class] = {401: _ACCOUNT, 403: _ACCOUNT, 404: _ACCOUNT, 429: _ACCOUNT}
ACCOUNT_WAIT = timedelta(minutes=1)
RATE_WAIT = timedelta(seconds=1)  # a 429 that does not say how long

_ACCEPTED, _DELIVERED = MessageState.ACCEPTED, MessageState.DELIVERED
_UNDELIVERED = MessageState.UNDELIVERED

STATUSES: Mapping[str, MessageState] = {
    "accepted": _ACCEPTED,
    "scheduled": _ACCEPTED,
    "queued": _ACCEPTED,
    "sending": _ACCEPTED,
    "sent": _ACCEPTED,
    "partially_delivered": _ACCEPTED,
    "delivered": _DELIVERED,
    "read": _DELIVERED,
    "undelivered": _UNDELIVERED,
    "failed": _UNDELIVERED,
    "canceled": _UNDELIVERED,
}


def is_refusal(status: int) -> bool:
    """Whether this HTTP status says that the carrier has not taken the text (SMS-03)."""
    return 400 <= status < 500 and status != 408  # a 408 may come after it was taken


def refusal(status: int, code: int | None, *, retry_after: timedelta | None = None) -> Refused:
    """What a 4xx answer to a new text means."""
    kind = REFUSALS.get(code or 0) or BY_STATUS.get(status, Class.REFUSED)
    reason = str(code or status)
    if status == 429:
        return Refused(reason=reason, permanent=False, retry_after=retry_after or RATE_WAIT, for_all=True)
    match kind:
        case Class.WAIT:
            wait = retry_after or timedelta(0)
            return Refused(reason=reason, permanent=False, retry_after=wait)
        case Class.ACCOUNT:
            wait = retry_after or ACCOUNT_WAIT
            return Refused(reason=reason, permanent=False, retry_after=wait, for_all=True)
        case Class.OPTED_OUT:
            return Refused(reason=Why.OPTED_OUT, permanent=True)
    return Refused(reason=reason, permanent=True)
