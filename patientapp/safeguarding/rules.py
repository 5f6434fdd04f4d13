"""What a disclosure needs. PURE."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LONGEST_TEXT = 4_000


class Reach(StrEnum):
    """How this person can be reached without putting them in danger."""

    CALL = "call"
    NEXT_VISIT = "next_visit"
    OTHER = "other"  # as they write
    NOBODY_CALLS = "nobody_calls"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What somebody tells us in private."""

    words: str
    reach: Reach
    how: str = ""


def mistakes(told: Told) -> dict[str, str]:
    """What keeps it from being sent, by field."""
    wrong = {}
    if not told.words.strip():
        wrong["words"] = "missing"
    elif len(told.words) > LONGEST_TEXT:
        wrong["words"] = "too_long"
    if len(told.how) > LONGEST_TEXT:
        wrong["how"] = "too_long"
    elif told.reach is Reach.OTHER and not told.how.strip():
        wrong["how"] = "missing"
    return wrong
