"""Whether a page may be shown, and what must be said about it: who signed it, and how old it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from patientapp.content.cards import Cards
from patientapp.content.page import Page

# patient-experience.md section 8: a task for staff 60 days before the review date, a banner from that
# date, and 30 days later the page is hidden. Safety text is never hidden (section 6).
TASK_BEFORE = timedelta(days=60)
HIDDEN_AFTER = timedelta(days=30)
SAFETY_YEARS = 1  # section 8: "1 for medicines and safety"


class As(StrEnum):
    """In which role somebody signs."""

    CLINICIAN = "clinician"
    LANGUAGE = "language"  # a person who reads the language compared it with the English


@dataclass(frozen=True, kw_only=True)
class Signature:
    """A named person read this and stands by it; `digest` is of what was read."""

    key: str
    digest: str
    name: str
    signed_as: As
    on: date


class Standing(StrEnum):
    """Where a page stands on a day."""

    UNREVIEWED = "unreviewed"
    CURRENT = "current"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Review:
    """What is known of the review of one page, on one day."""

    standing: Standing
    reviewed_on: date | None = None
    review_by: date | None = None
    names: tuple[str, ...] = ()

    @property
    def is_shown_in_production(self) -> bool:
        """Only what was signed, and is not too old."""
        return self.standing in {Standing.CURRENT, Standing.DUE_SOON, Standing.OVERDUE}


def needed(lang: str) -> frozenset[As]:
    """Whose signatures a page needs: a translation needs a reader of the language as well."""
    return frozenset({As.CLINICIAN}) if lang == "en" else frozenset(As)


def is_signed(key: str, digest: str, signatures: Iterable[Signature], *, by: Collection[As]) -> bool:
    """Whether these very words carry every signature they need."""
    given = {one.signed_as for one in signatures if one.key == key and one.digest == digest}
    return given.issuperset(by)


def review(page: Page, signatures: Iterable[Signature], today: date) -> Review:
    """Where this page stands today; a page that changed since it was signed is unreviewed."""
    own = [one for one in signatures if one.key == page.key and one.digest == page.digest]
    names = tuple(dict.fromkeys(one.name for one in own))
    if page.withdrawn:
        return Review(standing=Standing.WITHDRAWN, names=names)
    if not is_signed(page.key, page.digest, own, by=needed(page.lang)):
        return Review(standing=Standing.UNREVIEWED, names=names)
    signed = max(one.on for one in own)
    until = min(page.review_by or date.max, _years_after(signed, page.review_years))
    standing = _by_age(until, today, is_safety=bool(page.safety_cards))
    return Review(standing=standing, reviewed_on=signed, review_by=until, names=names)


def review_cards(cards: Cards, signatures: Iterable[Signature], today: date) -> Review:
    """Where these safety cards stand today: a year after they were signed somebody reads them again."""
    own = [one for one in signatures if one.key == cards.key and one.digest == cards.digest]
    names = tuple(dict.fromkeys(one.name for one in own))
    if not is_signed(cards.key, cards.digest, own, by=needed(cards.lang)):
        return Review(standing=Standing.UNREVIEWED, names=names)
    signed = max(one.on for one in own)
    until = _years_after(signed, SAFETY_YEARS)
    standing = _by_age(until, today, is_safety=True)
    return Review(standing=standing, reviewed_on=signed, review_by=until, names=names)


def _by_age(until: date, today: date, *, is_safety: bool) -> Standing:
    if today < until - TASK_BEFORE:
        return Standing.CURRENT
    if today < until:
        return Standing.DUE_SOON
    if today < until + HIDDEN_AFTER or is_safety:
        return Standing.OVERDUE
    return Standing.HIDDEN


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
