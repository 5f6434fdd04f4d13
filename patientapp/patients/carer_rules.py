"""What a carer or trusted person may do, and until when (SEC-11, patient-experience.md 3.7)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from patientapp.patients.rules import LONGEST_NAME, is_visible, parse_mobile

LONGEST_TRUST = timedelta(days=366)  # then the patient is asked to choose again
LONGEST_CONSENT_NOTE = 1_000


class Act(StrEnum):
    """The acts that a patient may list; a carer does these and no others."""

    TEXTS = "texts"
    PLAN = "plan"
    RETURN = "return"
    VISITS = "visits"


@dataclass(frozen=True, kw_only=True)
class NewCarer:
    """Whom a patient trusts, as it was typed."""

    name: str
    mobile: str
    acts: tuple[str, ...]
    ends_on: date | None
    consent: str = ""  # staff only: how and when the patient said so


def carer_mistakes(
    new: NewCarer,
    *,
    today: date,
    by_staff: bool,
    own_mobile: str,
    taken: Collection[str] = (),
) -> Mapping[str, str]:
    """What is wrong, by field; `taken` are the mobiles of those who stand already."""
    wrong = {
        "name": "" if is_visible(new.name) and len(new.name) <= LONGEST_NAME else "name",
        "mobile": _mobile_mistake(new.mobile, own_mobile=own_mobile, taken=taken),
        "acts": "" if new.acts and set(new.acts) <= set(Act) else "acts",
        "ends_on": "" if _may_end(new.ends_on, today=today) else "ends_on",
        "consent": _consent_mistake(new.consent) if by_staff else "",
    }
    return {name: code for name, code in wrong.items() if code}


def _mobile_mistake(mobile: str, *, own_mobile: str, taken: Collection[str]) -> str:
    """A number of their own: on the patient's phone, or another carer's, nobody could tell two apart."""
    number = parse_mobile(mobile)
    if number is None:
        return "mobile"
    if number in taken:
        return "already_there"
    return "own_mobile" if number == own_mobile else ""


def _may_end(ends_on: date | None, *, today: date) -> bool:
    return ends_on is not None and today <= ends_on <= today + LONGEST_TRUST


def _consent_mistake(note: str) -> str:
    if not is_visible(note):
        return "consent"
    return "too_long" if len(note) > LONGEST_CONSENT_NOTE else ""


def has_ended(*, ends_on: date, is_ended: bool, today: date) -> bool:
    """Whether a carer may do nothing any more: stopped, or past the last day."""
    return is_ended or today > ends_on


def known_acts(acts: Iterable[object]) -> frozenset[str]:
    """The acts of a stored list, without any that this version does not know."""
    return frozenset(str(act) for act in acts) & frozenset(Act)
