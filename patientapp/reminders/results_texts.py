"""Words of the figures about our texts."""

from __future__ import annotations

from patientapp.i18n import gettext as _
from patientapp.messaging import log_texts
from patientapp.patients.texts import languages
from patientapp.reminders.results_rules import NONE, Group


def title(group: Group) -> str:
    """What visits are told apart by."""
    words = {
        Group.KIND: _("By the last text that left before the visit"),
        Group.TIMING: _("By days between that text and the visit"),
        Group.LANGUAGE: _("By the language of the record"),
        Group.AGE: _("By age on the day"),
        Group.ARM: _("By random allocation, as allocated"),
    }
    return words[group]


def label(group: Group, code: str) -> str:
    """One line's name."""
    if code == NONE:
        return _("No text")
    if group is Group.LANGUAGE:
        return dict(languages()).get(code, code)
    return log_texts.what(code) if group is Group.KIND else code


def caution() -> list[str]:
    """What these figures cannot say."""
    return [
        _(
            "A missed visit has many causes. People who got a text differ from those who did not: "
            "they have a mobile number, agreed to texts, and booked long enough ahead. A lower rate "
            "beside a text is not proof that the text did it."
        ),
        _(
            "Only the lines under random allocation compare like with like: there chance decided who "
            "got which words, before anybody knew what would happen. Each visit is counted in the arm "
            "that it was allocated to, whether or not its text arrived."
        ),
        _(
            "The interval says where the true share may well lie: with few visits it is wide, and two "
            "intervals that overlap show no clear difference."
        ),
    ]


def share(percent: float | None) -> str:
    """A share as people read it; a dash for none."""
    return f"{percent:.1f}%" if percent is not None else "-"
