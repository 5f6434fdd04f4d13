"""Which regular backups there are to be: one each quarter of an hour, fewer of older days (OPS-02)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

EVERY = timedelta(minutes=15)  # OPS-02; at most so much is lost with the whole disk (P8)
LATE = 2 * EVERY  # older than this, the newest one raises the alarm
ALL_OF = timedelta(hours=24)
DAILY_FOR = timedelta(days=30)  # after that the first of each day goes too
_STAMP = "%Y%m%d-%H%M"
_NAME = re.compile(r"patientapp-(\d{8}-\d{4})Z\.zip\Z")


def name_of(now: datetime) -> str:
    """The name of the backup of this quarter of an hour: two clocks at once make one file."""
    at = now.astimezone(UTC)
    return f"patientapp-{at.replace(minute=at.minute // 15 * 15):{_STAMP}}Z.zip"


def taken_at(name: str) -> datetime | None:
    """When the backup of this name was due; None for a file that is none of ours."""
    found = _NAME.match(name)
    try:
        return datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


def age(names: Iterable[str], *, now: datetime) -> timedelta | None:
    """How old the newest one is; None where there is none."""
    times = [at for name in names if (at := taken_at(name))]
    return now - max(times) if times else None


def to_let_go(names: Iterable[str], *, now: datetime) -> Iterator[str]:
    """Those past their use: never the newest one, and never a file that is none of ours."""
    ours = sorted((at, name) for name in names if (at := taken_at(name)))
    days = set()
    for at, name in ours[:-1]:
        is_first_of_day = at.date() not in days
        days.add(at.date())
        if now - at > DAILY_FOR or (now - at > ALL_OF and not is_first_of_day):
            yield name
