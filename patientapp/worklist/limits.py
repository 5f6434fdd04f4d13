"""By when items are acted on, and whom an alert without an owner is passed on to (CLIN-04). PURE.

The figures stand in limits.toml, dated, with who must review them; they have had no clinical review.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from itertools import pairwise, product
from pathlib import Path

FILE = Path(__file__).with_name("limits.toml")


class BrokenLimits(ValueError):
    """The limits cannot be used; says why."""


class Contact(StrEnum):
    """Who is told when nobody has taken an alert, in this order."""

    NEXT = "next"
    LEAD = "lead"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of one date."""

    version: str
    dated: date
    status: str
    owner: str
    review_by: date
    due_within: Mapping[str, timedelta]  # by kind of item
    unowned: Mapping[Contact, timedelta]  # in the order of the contacts


@cache
def in_force() -> Limits:
    """The limits in force."""
    return read_limits(FILE.read_text(encoding="utf-8"))


def read_limits(text: str) -> Limits:
    """Limits as written in the file; BrokenLimits says what is wrong with them."""
    try:
        data = tomllib.loads(text)
        found = Limits(
            version=data["version"],
            dated=data["dated"],
            status=data["status"],
            owner=data["owner"],
            review_by=data["review_by"],
            due_within={kind: _minutes(data["due_within_minutes"][kind]) for kind in ("alert", "task")},
            unowned={contact: _minutes(data["unowned_minutes"][contact]) for contact in Contact},
        )
    except (KeyError, tomllib.TOMLDecodeError) as error:
        raise BrokenLimits(f"{FILE.name}: {error} is missing or cannot be read") from None
    if any(earlier >= later for earlier, later in pairwise(found.unowned.values())):
        raise BrokenLimits(f"{FILE.name}: each contact is told later than the one before")
    return found


def _minutes(given: object) -> timedelta:
    if type(given) is not int or given < 1:
        raise BrokenLimits(f"{FILE.name}: {given!r} is no whole number of minutes, 1 or more")
    return timedelta(minutes=given)


def to_pass_on(
    age: timedelta, *, already: Collection[Contact], reachable: Collection[Contact]
) -> list[Contact]:
    """Whom an alert of this age without an owner goes to now; past one without a number at once."""
    due, is_skipped = [], False
    for contact, after in in_force().unowned.items():
        if age < after and not is_skipped:
            break
        if contact not in already:
            due.append(contact)
        is_skipped = contact not in reachable
    return due


def passed_on(contact: Contact, *, told: bool) -> str:
    """How a step that passes an alert on is kept: to whom, and whether a number was there to text."""
    return f"{'told' if told else 'no_number'}:{contact}"


PASSED_ON: Mapping[str, Contact] = {
    passed_on(contact, told=told): contact for contact, told in product(Contact, (True, False))
}
