"""The safety cards as a page shows them: in its language, else the English, and marked as such."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from patientapp import i18n
from patientapp.content.cards import Cards
from patientapp.content.library import default_library


def words() -> dict[str, Any]:
    """The cards of the language that is being spoken, for the macros of `safety.html`."""
    return in_language(i18n.current())


def in_language(lang: str) -> dict[str, Any]:
    """The cards of this language; `is_other_language` where they had to be English (section 6)."""
    cards = default_library().cards_in(lang)
    shown = {one.name: getattr(cards, one.name) for one in fields(Cards)}
    return shown | {"is_other_language": cards.lang != lang}
