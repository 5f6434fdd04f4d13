"""What may be asked of patients today, in this installation: the one place that says so.

Everything that shows, takes or counts a questionnaire asks here: pages, API, the sending of answers,
reminders and staff's pages. The rule itself is `questionnaires.offering`; this adds where we are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from patientapp.errors import Conflict
from patientapp.i18n import gettext as _
from patientapp.questionnaires.definition import Instrument
from patientapp.questionnaires.library import Library, default_library
from patientapp.questionnaires.offering import Offer, Withheld, offer
from patientapp.web.current import settings

LANGUAGE = "en"


class NotOffered(Conflict):
    """These questions may not be asked at present, because their licensed wording is not in place."""

    title = "Not offered at present"

    def __init__(self) -> None:
        super().__init__(_("These questions cannot be asked at present. You need not do anything."))


def offered(
    instrument: Instrument, *, today: date, language: str = LANGUAGE, begun_on: date | None = None
) -> Offer:
    """What may be shown today; `begun_on` is when its pack was begun, which may then be finished."""
    production = settings().is_production
    return offer(instrument, language, today=today, production=production, begun_on=begun_on)


def withheld(*, today: date) -> Mapping[tuple[str, int], Withheld]:
    """The versions that are offered to nobody today, and why: empty on an ordinary day."""
    return _LAST.versions(default_library(), today=today, production=settings().is_production)


class _Last:
    """The newest answer: it is asked for with each submission, and changes once a day at most."""

    def __init__(self) -> None:
        self.known: tuple[Library, date, bool, Mapping[tuple[str, int], Withheld]] | None = None

    def versions(
        self, library: Library, *, today: date, production: bool
    ) -> Mapping[tuple[str, int], Withheld]:
        """What is withheld of this library on this day."""
        known = self.known
        if known and known[0] is library and known[1:3] == (today, production):
            return known[3]
        found = {
            key: why
            for key, instrument in library.versions.items()
            if (why := offer(instrument, LANGUAGE, today=today, production=production).why) is not None
        }
        self.known = (library, today, production, found)
        return found


_LAST = _Last()
