"""The register: what is installed or shipped of each instrument, by what right, and who may see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from patientapp.questionnaires.offering import Offer, Withheld, offer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from patientapp.questionnaires.definition import Instrument
    from patientapp.questionnaires.library import Library
    from patientapp.questionnaires.words import Registered

ENGLISH = "en"
WHY = {
    Withheld.NOT_INSTALLED: "no wording is installed",
    Withheld.DEMONSTRATION: "demonstration wording only; install the licensed wording",
    Withheld.EXPIRED: "the licence has expired",
    Withheld.BROKEN: "the installed file cannot be used",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One instrument version in one language."""

    instrument: Instrument
    language: str
    status: str
    """Of the words at hand; empty where there are none."""
    registered: Registered | None
    offer: Offer

    @property
    def standing(self) -> str:
        """Whether it is offered, in a few words."""
        if self.offer.why is None:
            return "offered"
        broken = self.instrument.broken.get(self.language) if self.offer.why is Withheld.BROKEN else ""
        return f"withheld: {broken or WHY[self.offer.why]}"


def entries(library: Library, *, today: date, production: bool) -> Iterator[Entry]:
    """Every version in every language that it has words in, or in English where it has none."""
    for instrument in library.versions.values():
        known = {*instrument.wordings, *instrument.installed, *instrument.broken} or {ENGLISH}
        for language in sorted(known, key=lambda one: (one != ENGLISH, one)):
            words = instrument.wording(language)
            yield Entry(
                instrument=instrument,
                language=language,
                status=words.status if words else "",
                registered=words.registered if words else None,
                offer=offer(instrument, language, today=today, production=production),
            )
