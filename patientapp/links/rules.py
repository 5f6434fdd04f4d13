"""Words and limits of links (LINK-01, LINK-04)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

LIFE = timedelta(days=7)
LATE_WORK = timedelta(hours=72)  # work begun before a link expired is still accepted (REL-03)
FAILURES_PER_LINK = 5
FAILURES_PER_PATIENT = 10
FAILURE_WINDOW = timedelta(hours=24)


class LinkPurpose(StrEnum):
    """What a link is for; it opens nothing else."""

    QUESTIONNAIRES = "questionnaires"
    VISIT = "visit"
    COME_BACK = "come_back"  # the agreement to come back (PIFU)
    CARER = "carer"  # a trusted person's own way in (SEC-11)


class LinkEnd(StrEnum):
    """Why a link no longer works before its time."""

    REPLACED = "replaced"
    NUMBER_CHANGED = "number_changed"
    WITHDRAWN = "withdrawn"
    DIED = "died"
    STAFF = "staff"
    NOT_ME = "not_me"
    LOCKED = "locked"


def is_open(*, expires_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    """Whether the link can be opened now."""
    return ended_at is None and now < expires_at


def may_try_birth_date(*, link_failures: int, patient_failures: int) -> bool:
    """Whether another date of birth may be tried (LINK-04): nothing a phone sends resets these."""
    return tries_left(link_failures=link_failures, patient_failures=patient_failures) > 0


def tries_left(*, link_failures: int, patient_failures: int) -> int:
    """How many more dates of birth may be tried, on this link and for this patient (LINK-04)."""
    return max(0, min(FAILURES_PER_LINK - link_failures, FAILURES_PER_PATIENT - patient_failures))
