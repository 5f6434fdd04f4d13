"""Which page a reader gets, what must be said about it, and what is offered to whom, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from patientapp.content.library import ME_CFS, SOURCE, Library
from patientapp.content.page import Page
from patientapp.content.standing import Review, Signature, Standing, review


class Mark(StrEnum):
    """What happened between a person and a topic."""

    OFFERED = "offered"
    OPENED = "opened"
    DONE = "done"
    HELPFUL = "helpful"
    UNHELPFUL = "unhelpful"


class Notice(StrEnum):
    """What a page must say of itself."""

    UNCHECKED = "unchecked"  # nobody has reviewed the English
    UNCHECKED_TRANSLATION = "unchecked_translation"
    OVERDUE = "overdue"
    ENGLISH_ONLY = "english_only"  # there is no page in the reader's language


@dataclass(frozen=True)
class Reading:
    """The page that this reader gets, and what is known of its review."""

    page: Page
    review: Review
    notices: tuple[Notice, ...]


def reading(
    library: Library,
    topic: str,
    lang: str,
    *,
    signatures: Sequence[Signature],
    today: date,
    production: bool,
) -> Reading | None:
    """The topic in this language, else in English; None where neither may be shown."""
    for wanted in dict.fromkeys((lang, SOURCE)):
        page = library.pages.get((topic, wanted))
        if page is None:
            continue
        found = review(page, signatures, today)
        if may_show(found, production=production):
            return Reading(page, found, _notices(page, found, lang))
    return None


def may_show(found: Review, *, production: bool) -> bool:
    """Production shows what is signed and not too old; elsewhere all but what was withdrawn."""
    if production:
        return found.is_shown_in_production
    return found.standing not in {Standing.WITHDRAWN, Standing.HIDDEN}


def _notices(page: Page, found: Review, lang: str) -> tuple[Notice, ...]:
    notices = [Notice.ENGLISH_ONLY] if page.lang != lang else []
    if found.standing is Standing.UNREVIEWED:
        is_source = page.lang == SOURCE
        notices.append(Notice.UNCHECKED if is_source else Notice.UNCHECKED_TRANSLATION)
    if found.standing is Standing.OVERDUE:
        notices.append(Notice.OVERDUE)
    return tuple(notices)


def suits(page: Page, audience: str) -> bool:
    """Whether a page stands in the list for this audience: carers see the general pages as well.

    People with ME/CFS get theirs and the general ones, never what is marked as not for them (N01).
    """
    if audience in page.not_for:
        return False
    return audience in page.audience or (audience in {"carer", ME_CFS} and "all" in page.audience)


@dataclass(frozen=True)
class Occasion:
    """A moment at which topics are offered by themselves."""

    name: str
    days: int
    """After the event that it counts from."""
    after_discharge: bool
    topics: tuple[str, ...]


# N43: education is not a one-off but offered again through the illness, also after discharge. The days
# are ours until the service's lead for education sets them; each is offered once per episode.
AGAIN_EARLY = Occasion("discharge+30", 30, True, ("flare-ups", "coming-back", "pacing"))
AGAIN_LATE = Occasion("discharge+180", 180, True, ("ways-to-manage", "sleep", "goals-review"))
START = "start"
WINDOW = timedelta(days=60)  # an occasion that long past is no longer made up for


def occasions(start_here: Sequence[str]) -> tuple[Occasion, ...]:
    """All of them; the first is the path of six when the referral arrives."""
    return (Occasion(START, 0, False, tuple(start_here)), AGAIN_EARLY, AGAIN_LATE)


def offered_to(library: Library, topics: Sequence[str], cohort: str) -> list[str]:
    """Those of the topics that this group is ever sent; ME/CFS gets its own page first (N01)."""
    kept = [topic for topic in topics if cohort not in library.page(topic, SOURCE).not_for]
    return ["me-cfs", *kept] if cohort == ME_CFS else kept


def last_months(today: date, count: int) -> list[date]:
    """The first days of this month and those before it."""
    at = today.year * 12 + today.month - 1
    return [date((at - n) // 12, (at - n) % 12 + 1, 1) for n in range(count)]
