"""What is to be read again by somebody: pages and safety cards near or past their review date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from patientapp.content.library import Library
from patientapp.content.standing import Review, Signature, Standing, review, review_cards

PAST = frozenset({Standing.OVERDUE, Standing.HIDDEN})


@dataclass(frozen=True)
class Due:
    """One thing to read again, as people name it: `sleep/en`, `safety-cards/ur`."""

    key: str
    standing: Standing
    review_by: date

    @property
    def is_past(self) -> bool:
        """Whether its day has gone by."""
        return self.standing in PAST


def due(library: Library, signatures: Iterable[Signature], today: date) -> list[Due]:
    """From 60 days before the review date (patient-experience.md section 8), the soonest first."""
    signed = tuple(signatures)
    known: list[tuple[str, Review]] = [
        *((page.key, review(page, signed, today)) for page in library.pages.values()),
        *((cards.key, review_cards(cards, signed, today)) for cards in library.cards.values()),
    ]
    found = [
        Due(key, state.standing, state.review_by)
        for key, state in known
        if state.standing in {*PAST, Standing.DUE_SOON} and state.review_by is not None
    ]
    return sorted(found, key=lambda one: (one.review_by, one.key))
