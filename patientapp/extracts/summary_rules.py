"""What a cohort's changes come to: means and shares, each with its 95% interval."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from patientapp.assessments.rules import TimePoint
from patientapp.scoring.change import ImportantChange, important_codes
from patientapp.scoring.scale import Scale

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Z95 = 1.959963984540054  # the 97.5% point of the normal distribution


@dataclass(frozen=True, kw_only=True)
class Mean:
    """A mean with its 95% interval; no interval for one person."""

    value: float
    low: float | None
    high: float | None
    sd: float | None


@dataclass(frozen=True, kw_only=True)
class Share:
    """So many of so many, in percent, with the 95% interval."""

    count: int
    of: int
    percent: float
    low: float
    high: float


class Key(NamedTuple):
    """What may be put together: one scale by one set of rules, to one time point."""

    scale: str
    instrument_version: int
    rule_version: str
    time_point: TimePoint


class Pairs(NamedTuple):
    """Baselines and follow-ups, in step."""

    base: array[float]
    follow: array[float]


def sums(scale: Scale, pairs: Pairs) -> dict[str, Any]:
    """What these pairs come to; shares only where it is known which change matters."""
    assert scale.better is not None
    base, follow = np.asarray(pairs.base), np.asarray(pairs.follow)
    told: dict[str, Any] = {"people": len(base)}
    told |= {"baseline": mean_of(base), "follow_up": mean_of(follow), "change": mean_of(follow - base)}
    if scale.important is None:
        return told | dict.fromkeys(CLASSES.values())
    codes = important_codes((follow - base) * scale.better.sign, scale.important.change)
    counts = np.bincount(codes, minlength=len(CLASSES)).tolist()
    places = {one: place for place, one in enumerate(ImportantChange)}
    return told | {name: share_of(counts[places[one]], len(base)) for one, name in CLASSES.items()}


CLASSES = {one: one.value for one in ImportantChange}


def mean_of(values: Floats) -> Mean:
    """Student's interval: mean +- t x SD / root n; none for one person."""
    mean = float(values.mean())
    if len(values) < 2:
        return Mean(value=mean, low=None, high=None, sd=None)
    sd = float(values.std(ddof=1))
    half = t95(len(values) - 1) * sd / sqrt(len(values))
    return Mean(value=mean, low=mean - half, high=mean + half, sd=sd)


# Student's t, two-sided 95%, for 1 to 8 degrees of freedom (any table); beyond them the expansion of
# Abramowitz and Stegun 26.7.5 is within 0.001.
_SMALL = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306)


def t95(freedom: int) -> float:
    """The 97.5% point of Student's t.

    >>> [round(t95(n), 2) for n in (1, 5, 6, 10, 30, 1000)]
    [12.71, 2.57, 2.45, 2.23, 2.04, 1.96]
    """
    if freedom <= len(_SMALL):
        return _SMALL[freedom - 1]
    z, n = Z95, freedom
    return (
        z
        + (z**3 + z) / (4 * n)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
    )


def share_of(count: int, of: int) -> Share | None:
    """Wilson's interval (1927), which stays within 0 and 100%; None of nobody.

    >>> found = share_of(9, 10)
    >>> round(found.low, 1), round(found.high, 1)
    (59.6, 98.2)
    """
    if of == 0:
        return None
    part, square = count / of, Z95**2 / of
    middle = (part + square / 2) / (1 + square)
    half = Z95 * sqrt(part * (1 - part) / of + square / (4 * of)) / (1 + square)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Share(count=count, of=of, percent=100 * part, low=100 * low, high=100 * high)
