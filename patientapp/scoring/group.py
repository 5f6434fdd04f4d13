"""What may be said of a group: mean change and shares, each with its 95% interval."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan, cos, pi, sin, sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

Z = 1.959963984540054
"""The 97.5% point of the normal distribution."""
ENOUGH_ENCOUNTERS = 25
"""CollaboRATE: a clinician or clinic is reported from so many complete encounters on
(glynelwyn.com, scoring)."""
EXACT_UP_TO = 200
"""Beyond so many degrees of freedom the series in 1/df is exact to eight decimals."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of people who have the figure; the interval is None for fewer than two of them."""

    people: int
    mean: float | None
    sd: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Share:
    """A share in percent of those who could be counted, with its Wilson interval."""

    count: int
    out_of: int
    percent: float | None
    low: float | None
    high: float | None


def mean_change(base: npt.ArrayLike, follow: npt.ArrayLike) -> Mean:
    """The mean change of the people who have both scores, with a t interval.

    >>> found = mean_change([10, 20, 30, float("nan")], [12, 25, 32, 40])
    >>> found.people, found.mean, round(found.low, 3), round(found.high, 3)
    (3, 3.0, -1.303, 7.303)
    """
    return _mean(np.asarray(follow, dtype=np.float64) - np.asarray(base, dtype=np.float64))


def group_mean(scores: npt.ArrayLike, scale_max: npt.ArrayLike) -> Mean:
    """CollaboRATE: the mean of individual means; ValueError when 0-9 and 0-4 are mixed."""
    _one_scale(scale_max)
    return _mean(np.asarray(scores, dtype=np.float64))


def _mean(values: npt.NDArray[np.float64]) -> Mean:
    values = values[~np.isnan(values)]
    people = len(values)
    if people < 2:
        return Mean(people, float(values[0]) if people else None, None, None, None)
    mean, sd = float(values.mean()), float(values.std(ddof=1))
    reach = t_975(people - 1) * sd / sqrt(people)
    return Mean(people, mean, sd, mean - reach, mean + reach)


def share(flags: npt.ArrayLike) -> Share:
    """How many are 1 out of those that are 0 or 1; NaN is left out, not repaired.

    >>> found = share([1, 1, 0, float("nan")])
    >>> found.count, found.out_of, round(found.percent, 1), round(found.low, 1), round(found.high, 1)
    (2, 3, 66.7, 20.8, 93.9)
    """
    values = np.asarray(flags, dtype=np.float64)
    known = values[~np.isnan(values)]
    count, out_of = int(known.sum()), len(known)
    if not out_of:
        return Share(0, 0, None, None, None)
    low, high = _wilson(count, out_of)
    return Share(count, out_of, 100 * count / out_of, 100 * low, 100 * high)


def top_share(top: npt.ArrayLike, scale_max: npt.ArrayLike) -> Share:
    """CollaboRATE: encounters at the top of the scale; ValueError when 0-9 and 0-4 are mixed.

    Report a clinician or clinic only where `out_of` is at least ENOUGH_ENCOUNTERS.

    >>> top_share([1, 0], [9, 4])
    Traceback (most recent call last):
    ValueError: the group mixes scales with tops 4 and 9
    """
    _one_scale(scale_max)
    return share(top)


def _one_scale(scale_max: npt.ArrayLike) -> None:
    tops = np.unique(np.asarray(scale_max))
    if len(tops) > 1:
        raise ValueError(f"the group mixes scales with tops {' and '.join(map(str, tops))}")


def t_975(df: int) -> float:
    """The 97.5% point of Student's t for whole degrees of freedom.

    >>> [round(t_975(df), 4) for df in (1, 2, 10, 30, 1000)]
    [12.7062, 4.3027, 2.2281, 2.0423, 1.9623]
    """
    if df > EXACT_UP_TO:
        return _t_by_series(df)
    low, high = 1.0, 100.0
    while high - low > 1e-13 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _inside(middle, df) < 0.95 else (low, middle)
    return (low + high) / 2


def _inside(t: float, df: int) -> float:
    """The share of Student's t between -t and t (Abramowitz & Stegun 26.7.3 and 26.7.4)."""
    angle = atan(t / sqrt(df))
    odd = df % 2
    term = cos(angle) if odd else 1.0
    total = term if df > 1 else 0.0
    for k in range(2 + odd, df - 1, 2):
        term *= (k - 1) / k * cos(angle) ** 2
        total += term
    inner = sin(angle) * total
    return 2 / pi * (angle + inner) if odd else inner


def _t_by_series(df: int) -> float:
    """Cornish and Fisher's expansion around the normal point."""
    z = Z
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / df + second / df**2 + third / df**3


def _wilson(count: int, out_of: int) -> tuple[float, float]:
    """The interval of Wilson 1927, which stays between 0 and 1 for small groups."""
    centre = (count + Z**2 / 2) / (out_of + Z**2)
    reach = Z / (out_of + Z**2) * sqrt(count * (out_of - count) / out_of + Z**2 / 4)
    return max(0.0, centre - reach), min(1.0, centre + reach)
