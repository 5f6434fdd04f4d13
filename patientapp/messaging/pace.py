"""The account's ceiling: at what moment each of the next texts may leave (SMS-05).

PURE. One row holds when the next text may leave; whoever claims moves it on by as many slots, so
all dispatchers together keep to one rate, and a backlog drains at it. Slots not used are lost:
after an outage there is no burst.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

HORIZON = timedelta(seconds=1)  # how far ahead slots are given out: a claim is not held for longer
CLOCKS_DIFFER = timedelta(seconds=30)  # a slot further off than this was given by a wrong clock

FIRST_HOLD = timedelta(seconds=5)  # after a try that did not reach the carrier
LONGEST_HOLD = timedelta(seconds=60)  # so that texts leave within a minute of its return (P3)
LONGEST_WISH = timedelta(hours=1)  # the most that we wait because the carrier asks us to


@dataclass(frozen=True)
class Slots:
    """How many texts may be claimed now, when the first may leave, and how far apart they are."""

    count: int
    first: datetime
    apart: timedelta

    def at(self, number: int) -> datetime:
        """When the text of this number, from 0, may leave."""
        return self.first + number * self.apart


def slots(*, next_slot: datetime, now: datetime, per_second: float, wanted: int) -> Slots:
    """The slots free within the horizon; a count of 0 says: come back when the first one begins."""
    apart = timedelta(seconds=1 / per_second)
    first = now if next_slot > now + CLOCKS_DIFFER else max(next_slot, now)
    free = (now + HORIZON - first) // apart + 1
    return Slots(max(0, min(wanted, free)), first, apart)


def hold_after(failures: int) -> timedelta:
    """How long all dispatchers leave the carrier alone after so many failures in a row."""
    return min(FIRST_HOLD * float(2 ** min(failures - 1, 10)), LONGEST_HOLD)
