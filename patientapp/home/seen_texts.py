"""Plain words for the acts of the audit. The first form that an act has gives its words."""

from __future__ import annotations

import re

from patientapp.i18n import gettext as _

OWN_LOOKS = re.compile(r"looked at (my page|own )")  # each page that they open: the rest would drown
QUIET = "cannot talk safely"  # on no page: somebody may be looking (patient-experience.md 3.7)
APART = ("told us", "told:")  # complaints and thanks: on the patient's own page, on none of staff's (B50)


def who(actor: str, name: str) -> str:
    """Who did it."""
    kind = actor.partition(":")[0]
    if name and kind == "staff":
        return _("%(name)s, staff", name=name)
    if name:
        return _("%(name)s, another computer system", name=name)
    words = {
        "patient": _("You, with your link and date of birth"),
        "link": _("Somebody who opened a link in a text to you"),
        "carer": _("Somebody you chose to help you"),
        "staff": _("Staff"),
        "client": _("Another computer system"),
    }
    return words.get(kind, _("This system, by itself"))


def in_words(action: str) -> str:
    """What was done; an act that has no words yet is told as such, never left out."""
    found = (words for form, words in _words() if re.match(form, action))
    return next(found, _("Did something else in your record"))


def is_known(action: str) -> bool:
    """Whether there are words for this act."""
    return any(re.match(form, action) for form, _said in _words())


def _words() -> list[tuple[str, str]]:
    return [
        (OWN_LOOKS.pattern, _("Looked at your own pages")),
        (r".*carer", _("Worked on who may help you here")),
        (r"told: (looked|read)", _("Looked at what you told us")),
        (r"told", _("Told us something, or answered it")),
        (QUIET, ""),  # on no screen at all
        (r".*(language|interpreter|for questions)", _("Noted your language or an interpreter")),
        (r".*help with booking", _("Asked for, or noted, help with booking")),
        (r"looked at (alert|task)", _("Looked at an alert or a task about you")),
        (r"looked at .*(learning|programme|register)", _("Looked at your learning and programme")),
        (r"looked at .*visit", _("Looked at your visits")),
        (r"(looked at|read|searched|downloaded|summed|pulled|exported) ", _("Looked at your record")),
        (r"printed ", _("Printed a page about you")),
        (r"(submitted|saved|entered|corrected) (an )?answer", _("Gave or put right answers")),
        (r"(typed|settled) a second", _("Checked answers that came on paper")),
        (r"(raised|passed) |(alert|task) ", _("Worked on an alert or a task about you")),
        (r".*(birth date|opened a link|new link|call\Z)", _("Opened a link, or asked for help with one")),
        (
            r".*(contact choices|mobile number|bulk|reply|text)",
            _("Sent a text, or changed our contact"),
        ),
        (r".*(visit|a seat|free time|another time)", _("Booked or changed a visit")),
        (r".*(come back|coming back|request)", _("Worked on your coming back to us")),
        (
            r".*(flare-up|plan|wrote|issue|document|sent|tried|letter)",
            _("Worked on your plans and letters"),
        ),
        (r".*(learning|topic|programme|register|offered)", _("Worked on your learning and programme")),
        (r".*opioid", _("Worked on your medicine record")),
        (r"(kept )|.*(patient|record|took back|took in|death|session|began)", _("Changed your record")),
    ]
