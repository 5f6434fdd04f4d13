"""Statistical process control: an XmR chart with the rules of NHS England's "Making Data Count".

Limits are the mean and 2.66 average moving ranges on either side (Shewhart; Wheeler's XmR constant
3 / 1.128). Special causes: a point outside the limits; seven points in a row on one side of the mean;
seven in a row rising or falling; two of three in a row in the outer third on one side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import fmean

XMR = 2.66  # 3 / 1.128: from the average moving range to three sigma
RUN = 7  # Making Data Count: seven points make a shift or a trend
FEWEST = 10  # before this many points, limits say little: shown without them


class Cause(StrEnum):
    """Why a point is not common variation."""

    OUTSIDE = "outside"
    SHIFT = "shift"
    TREND = "trend"
    NEAR_LIMIT = "near_limit"


@dataclass(frozen=True)
class Control:
    """A series with its mean, limits and special causes."""

    values: tuple[float, ...]
    mean: float
    lower: float | None
    upper: float | None
    causes: tuple[Cause | None, ...]


def control(values: Sequence[float]) -> Control | None:
    """The chart of a series; None of nothing, and without limits while it is short."""
    if not values:
        return None
    mean = fmean(values)
    if len(values) < FEWEST:
        return Control(tuple(values), mean, None, None, (None,) * len(values))
    ranges = [abs(after - before) for before, after in pairwise(values)]
    reach = XMR * fmean(ranges)
    causes = tuple(_cause(values, at, mean, reach) for at in range(len(values)))
    return Control(tuple(values), mean, mean - reach, mean + reach, causes)


def _cause(values: Sequence[float], at: int, mean: float, reach: float) -> Cause | None:
    if abs(values[at] - mean) > reach:
        return Cause.OUTSIDE
    sides = [(value > mean) - (value < mean) for value in values]
    if _in_run(sides, at):
        return Cause.SHIFT
    steps = [0] + [(b > a) - (b < a) for a, b in pairwise(values)]
    if _in_trend(steps, at):
        return Cause.TREND
    outer = [side if abs(v - mean) > reach * 2 / 3 else 0 for v, side in zip(values, sides, strict=True)]
    for start in range(max(0, at - 2), min(at, len(values) - 3) + 1):
        three = outer[start : start + 3]
        if outer[at] and three.count(outer[at]) >= 2:
            return Cause.NEAR_LIMIT
    return None


def _in_run(sides: Sequence[int], at: int) -> bool:
    """Whether a point is one of seven or more in a row on one side of the mean."""
    if not sides[at]:
        return False
    first = last = at
    while first > 0 and sides[first - 1] == sides[at]:
        first -= 1
    while last < len(sides) - 1 and sides[last + 1] == sides[at]:
        last += 1
    return last - first + 1 >= RUN


def _in_trend(steps: Sequence[int], at: int) -> bool:
    """Whether a point is one of seven or more that each rise, or each fall: six steps in a row."""
    for way in (1, -1):
        for start in range(max(0, at - RUN + 1), at + 1):
            run = steps[start + 1 : start + RUN]
            if len(run) == RUN - 1 and all(step == way for step in run):
                return True
    return False
