"""Which safety wording stands on plans; content/safety-cards is its one source (CLIN-01)."""

from __future__ import annotations

from patientapp.content.cards import FOLDER
from patientapp.content.library import SOURCE, default_library


def safety_version() -> str:
    """The id and version of the urgent block that every plan shows."""
    return f"{FOLDER} {default_library().cards[SOURCE].version}"
