"""The code of a carer, how often it may be tried, and what a carer is asked about themselves."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from patientapp.patients.rules import ascii_digits

CODE_DIGITS = 6
TRIES = 5  # in a day: with the link in hand, 1 in 200,000 to guess it
TRY_WINDOW = timedelta(hours=24)
ASK_AGAIN = timedelta(days=182)  # about every six months, as reviews are
INSTRUMENT = "carer"
STRAINED = 7  # of 10. A placeholder until each service sets its own: no cut-off is published for it
YES_NO = ("child_helps", "children_depend")
_FOLLOWED_UP = {"child_helps": "young_carer", "children_depend": "dependent_children"}


def code_of(carer_id: UUID, *, key: str) -> str:
    """Six digits that only the holder of the key can make: nothing of it is stored (as LINK-02)."""
    digest = hmac.digest(key.encode(), b"carer:" + carer_id.bytes, hashlib.sha256)
    return f"{int.from_bytes(digest[:8]) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def is_code(typed: str, carer_id: UUID, *, key: str) -> bool:
    """Whether this is the carer's code, in any digits and however spaced."""
    given = "".join(ascii_digits(typed).split())
    return hmac.compare_digest(given.encode(), code_of(carer_id, key=key).encode())


def tries_left(failures: int) -> int:
    """How many more codes may be tried today."""
    return max(0, TRIES - failures)


def is_due(last: datetime | None, *, now: datetime) -> bool:
    """Whether the carer is asked about themselves (again)."""
    return last is None or now >= last + ASK_AGAIN


@dataclass(frozen=True, kw_only=True)
class CarerSaid:
    """What a carer answered about themselves: ratings by item, none where skipped, and yes or no."""

    ratings: Mapping[str, int | None]
    yes: frozenset[str]


def follow_up(said: CarerSaid) -> list[str]:
    """The tasks that follow for staff, by reason: who asks must also act."""
    found = [reason for question, reason in _FOLLOWED_UP.items() if question in said.yes]
    strain = said.ratings.get("strain")
    return [*found, "carer_strained"] if strain is not None and strain >= STRAINED else found
