"""Every text we send, by name, and the filling of it (LINK-07).

Service first, plain words, one job, absolute dates, a phone number to check it is us; no name, no
condition, no score, no question for a date of birth. Filled when it is sent, in its reader's
language, and never stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask_babel import force_locale

from patientapp import i18n
from patientapp.i18n import gettext as _
from patientapp.messaging.saying import READ, SAY, CannotFill
from patientapp.messaging.visit_texts import VISIT_TEXTS


@dataclass(frozen=True)
class Template:
    """The words of one text, and what must be known to fill it."""

    words: Callable[[], str]
    needs: frozenset[str]
    has_link: bool = True


def _of(words: Callable[[], str], *needs: str, has_link: bool = True) -> Template:
    return Template(words, frozenset(needs), has_link)


# Functions, so that the words are looked up in the language of the moment.
TEMPLATES: Mapping[str, Template] = {
    "q-invite": _of(
        lambda: _(
            "{service}: a few questions before your visit, about {mins} minutes. "
            "{link} Check it is us: {phone}"
        ),
        "mins",
    ),
    "q-remind": _of(
        lambda: _(
            "{service}: your questions stay open until {date}. Stop and start as you like. "
            "{link} Help: {phone}"
        ),
        "date",
    ),
    "q-last": _of(
        lambda: _(
            "{service}: your questions close {date}. Prefer paper or a call? {phone}. Online: {link}"
        ),
        "date",
    ),
    "after-care": _of(
        lambda: _(
            "{service}: how are you now? A few questions, about {mins} minutes. "
            "{link} Check it is us: {phone}"
        ),
        "mins",
    ),
    "new-link": _of(
        lambda: _(
            "{service}: here is your new link. Older links do not work now. "
            "{link} Check it is us: {phone}"
        ),
    ),
    "carer-link": _of(
        lambda: _(
            "{service}: to help somebody you know: {link} Have your code ready. Check it is us: {phone}"
        ),
    ),
    "carer-visit": _of(
        lambda: _(
            "{service}: a visit is booked for {day} {time}. You are down to get a copy of this text. "
            "Questions? Call {phone}"
        ),
        "day",
        "time",
        has_link=False,
    ),
    # The public page, the same address for everybody: no link of anybody's own (OPS-07).
    "fft": _of(
        lambda: _(
            "{service}: how was your visit? 1 question, no names kept. {page} Check it is us: {phone}"
        ),
        "page",
        has_link=False,
    ),
    "appt-2d-plain": _of(
        lambda: _(
            "{service}: your visit is {day} {time}. Reply 1 if you can come, 2 to change it, "
            "3 to cancel. Or call {phone}"
        ),
        "day",
        "time",
        has_link=False,
    ),
    "pifu-got": _of(
        lambda: _(
            "{service}: we have your request {ref}. A clinician will read it by {day}. "
            "Suddenly worse? Call 111, or 999 in an emergency. {phone}"
        ),
        "ref",
        "day",
        has_link=False,
    ),
    "pifu-late": _of(
        lambda: _(
            "{service}: sorry, we have not answered {ref} yet. We will contact you by {day}. "
            "Cannot wait? Call {phone}, or 111."
        ),
        "ref",
        "day",
        has_link=False,
    ),
    "pifu-ends": _of(
        lambda: _(
            "{service}: you can ask to come back, with no new referral, until {date}. {link} or {phone}"
        ),
        "date",
    ),
    "told-news": _of(
        lambda: _(
            "{service}: there is an answer to what you told us. It is on your page, or call {phone}"
        ),
        has_link=False,
    ),
    "duty-alert": _of(
        lambda: _(
            "{service}: an alert is waiting on your staff list. Sign in, take it and act on it. "
            "Questions: {phone}"
        ),
        has_link=False,
    ),
    "alert-unowned": _of(
        lambda: _(
            "{service}: nobody has taken an alert on your staff list yet. Sign in, take it and act "
            "on it. Questions: {phone}"
        ),
        has_link=False,
    ),
} | {name: _of(words, *needs, has_link=link) for name, (words, needs, link) in VISIT_TEXTS.items()}


def check(template: str, words: Mapping[str, str], *, has_link: bool) -> None:
    """Raise CannotFill unless this text can be written later: better now than at sending."""
    found = TEMPLATES.get(template)
    if found is None:
        raise CannotFill(f"no text is called {template!r}")
    if found.needs != words.keys():
        raise CannotFill(f"{template} needs {sorted(found.needs)}, not {sorted(words)}")
    if found.has_link and not has_link:
        raise CannotFill(f"{template} needs a link")
    for name, read in READ.items():
        if name in words:
            read(words[name])


def render(
    template: str,
    words: Mapping[str, str],
    *,
    service: str,
    phone: str,
    link: str,
    language: str,
) -> str:
    """The text as its reader gets it, in their language if we have it, else in English."""
    spoken = _spoken(template, language)
    filled = dict(words, service=service, phone=phone, link=link)
    with force_locale(spoken):
        filled |= {name: say(filled[name], spoken) for name, say in SAY.items() if name in filled}
        return TEMPLATES[template].words().format_map(filled)


def _installed(language: str) -> str:
    """The catalogue for a language of the record, else English."""
    return i18n.best(language, i18n.offered()) or i18n.DEFAULT


def _spoken(template: str, language: str) -> str:
    """The language of a text: whole in one, so English where this text is not translated yet."""
    wanted = _installed(language)
    with force_locale(i18n.DEFAULT):
        english = TEMPLATES[template].words()
    with force_locale(wanted):
        return wanted if TEMPLATES[template].words() != english else i18n.DEFAULT
