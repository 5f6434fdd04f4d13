"""The texts about visits and replies, by name: words, what fills them, whether a link (LINK-07).

Carriers take STOP, CANCEL, END, QUIT and REVOKE as leaving all texts, so no text invites them; the
`stop` text is set at the carrier as its own answer, for we cannot text somebody who has left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from patientapp.i18n import gettext as _

Words = tuple[Callable[[], str], tuple[str, ...], bool]

VISIT_TEXTS: Mapping[str, Words] = {
    "appt-booked": (
        lambda: _(
            "{service}: your visit is {day} {time}, {place}. "
            "Reply 1 to keep it, 2 to change it, 3 to cancel. Questions? Call {phone}"
        ),
        ("day", "time", "place"),
        False,
    ),
    "appt-7d": (
        lambda: _(
            "{service}: your visit is {day} {time}, {place}. "
            "Reply 1 if you can come, 2 to change it, 3 to cancel. Or call {phone}"
        ),
        ("day", "time", "place"),
        False,
    ),
    "appt-2d": (
        lambda: _(
            "{service}: we have kept {day} {time} for you. Cannot come? Reply 2 to change "
            "or 3 to cancel, so another patient can use it. {phone}"
        ),
        ("day", "time"),
        False,
    ),
    "appt-video": (
        lambda: _(
            "{service}: video visit {day} {time}. Open this 5 minutes before: {link} Help: {phone}"
        ),
        ("day", "time"),
        True,
    ),
    "appt-off": (
        lambda: _(
            "{service}: sorry, we cannot see you on {day} {time}: {why}. "
            "We will find a new time with you. Or call {phone}"
        ),
        ("day", "time", "why"),
        False,
    ),
    # For a number that two people share: a link each, for a reply would not say whose it is.
    "appt-shared": (
        lambda: _("{service}: a visit is on {day} {time}. See, change or cancel it: {link} {phone}"),
        ("day", "time"),
        True,
    ),
    "ack-1": (
        lambda: _(
            "{service}: thank you. You are down to come on {day} at {time}. "
            "Plans changed? Reply 2 to change, 3 to cancel. {phone}"
        ),
        ("day", "time"),
        False,
    ),
    "ack-2": (
        lambda: _(
            "{service}: choose a new time: {link} or {phone}. We keep your {day} visit until you choose."
        ),
        ("day",),
        True,
    ),
    "ack-3": (
        lambda: _(
            "{service}: your visit on {day} {time} is cancelled. Sent by mistake? "
            "Reply 1 within 2 hours to keep it, or call {phone}"
        ),
        ("day", "time"),
        False,
    ),
    "unclear": (
        lambda: _(
            "{service}: sorry, we could not read your reply. Send 1 to keep {day}, 2 to change, "
            "3 to cancel. Or call {phone}. Emergency: 999"
        ),
        ("day",),
        False,
    ),
    "unclear-none": (
        lambda: _("{service}: sorry, we could not read your reply. Please call {phone}. Emergency: 999"),
        (),
        False,
    ),
    "stop": (
        lambda: _(
            "{service}: we will not text you again. Your visits stay booked. We will write or call "
            "instead. Send START to get texts again. {phone}"
        ),
        (),
        False,
    ),
}

PLACES: Mapping[str, Callable[[], str]] = {
    "@video": lambda: _("by video"),
    "@telephone": lambda: _("by phone"),
    "@letter": lambda: _("as in our letter"),
}

# Why a service cancels (appointments.rules.ServiceReason): nothing about anybody's health.
REASONS: Mapping[str, Callable[[], str]] = {
    "staff_away": lambda: _("a colleague is away"),
    "place_closed": lambda: _("the place is closed"),
    "weather": lambda: _("bad weather"),
    "equipment": lambda: _("equipment broke"),
    "other": lambda: _("our plans changed"),
}
