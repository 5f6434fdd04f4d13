"""Change between two occasions: what it is, whether it matters, and whether it is beyond noise.

Two facts are given side by side and never one verdict: a change can matter to a person and still be
inside the noise of the measure. Changes are follow-up minus baseline; gains are changes turned so
that more is better. Thresholds are met inclusively and with a tolerance, because a fall of exactly
one point in means of sevenths is not exactly 1.0 in binary.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from patientapp.scoring.scale import Important

    Floats = npt.NDArray[np.float64]
    Codes = npt.NDArray[np.int64]

NEAR = 1e-9
"""Far below one step of any scale, far above the noise of binary fractions."""


class Direction(StrEnum):
    """Which way a score went, however little."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"


class ImportantChange(StrEnum):
    """Whether the change is at least the smallest that matters to people."""

    UNCHANGED = "unchanged"
    IMPROVED = "improved"
    DETERIORATED = "deteriorated"


class ReliableChange(StrEnum):
    """Whether the change is larger than the noise of the measure (95%)."""

    NONE = "no_reliable_change"
    IMPROVEMENT = "reliable_improvement"
    DETERIORATION = "reliable_deterioration"


class Paretian(StrEnum):
    """Devlin, Parkin and Browne 2010: dimension by dimension, without any weights."""

    NONE = "No change"
    IMPROVE = "Improve"
    WORSEN = "Worsen"
    MIXED = "Mixed change"
    NO_PROBLEMS = "No problems"
    """An option: 11111 at both times, told apart from other profiles that did not change."""


class Reduction(StrEnum):
    """Fall of pain intensity as a share of its baseline (Dworkin 2008; the edges are ours)."""

    WORSE = "worse"
    NONE = "none"
    MINIMAL = "minimal"
    MODERATE = "moderate"
    SUBSTANTIAL = "substantial"
    UNDEFINED = "undefined"
    """From a baseline of 0 there is no share."""


REDUCTION_STARTS = (0.0, 10.0, 30.0, 50.0)
NO_CLASS = -1
"""The code of a pair that cannot be classed, in the arrays below."""


def direction(gain: float) -> Direction:
    """Better, same or worse.

    >>> direction(-0.5)
    <Direction.WORSE: 'worse'>
    """
    if abs(gain) <= NEAR:
        return Direction.SAME
    return Direction.BETTER if gain > 0 else Direction.WORSE


def important_size(important: Important, base: npt.ArrayLike) -> Floats:
    """How large a change must be to matter, from each baseline; from 0 there is no share.

    >>> from patientapp.scoring.scale import Important
    >>> important_size(Important(2.2, "Mease 2011", percent=30), [0, 5, 10]).tolist()
    [2.2, 1.5, 2.2]
    """
    before = np.asarray(base, dtype=np.float64)
    if important.percent is None:
        return np.full(before.shape, important.change)
    share = np.where(before > 0, before * important.percent / 100, np.inf)
    return np.minimum(share, important.change)


def important_codes(gain: npt.ArrayLike, threshold: npt.ArrayLike) -> Codes:
    """Places in `ImportantChange`: a gain or loss of at least the threshold counts.

    >>> important_codes([30 / 7 - 23 / 7, 0.9, -1.0, float("nan")], 1.0).tolist()
    [1, 0, 2, -1]
    """
    gains, least = np.asarray(gain, dtype=np.float64), np.asarray(threshold) - NEAR
    return _three_way(gains, gains >= least, gains <= -least)


def reliable_codes(gain: npt.ArrayLike, sdc95: float) -> Codes:
    """Places in `ReliableChange`: beyond the smallest detectable change, not merely equal to it."""
    gains = np.asarray(gain, dtype=np.float64)
    return _three_way(gains, gains > sdc95 + NEAR, gains < -sdc95 - NEAR)


def _three_way(gains: Floats, up: Any, down: Any) -> Codes:
    return np.where(np.isnan(gains), NO_CLASS, up * 1 + down * 2)


def paretian_codes(base: npt.ArrayLike, follow: npt.ArrayLike, *, no_problems: bool = False) -> Codes:
    """Places in `Paretian` for people x dimensions; a missing dimension (below 1) gives none.

    >>> base, follow = [[2, 2, 2, 2, 2], [1, 2, 1, 1, 1]], [[1, 2, 2, 2, 2], [2, 1, 1, 1, 1]]
    >>> paretian_codes(base, follow).tolist()
    [1, 3]
    """
    before, after = np.asarray(base), np.asarray(follow)
    better, worse = (after < before).any(axis=1), (after > before).any(axis=1)
    whole = (before >= 1).all(axis=1) & (after >= 1).all(axis=1)
    codes = np.where(whole, better * 1 + worse * 2, NO_CLASS)
    if no_problems:
        codes[((before == 1) & (after == 1)).all(axis=1)] = list(Paretian).index(Paretian.NO_PROBLEMS)
    return codes


def reduction_percent(base: npt.ArrayLike, follow: npt.ArrayLike) -> Floats:
    """By how much of its baseline a score fell, in percent; NaN from a baseline of 0.

    >>> reduction_percent([10, 6, 0], [7, 8, 3]).round(1).tolist()
    [30.0, -33.3, nan]
    """
    before = np.asarray(base, dtype=np.float64)
    fallen = 100 * (before - np.asarray(follow, dtype=np.float64))
    percent = np.full(fallen.shape, np.nan)
    np.divide(fallen, before, out=percent, where=before > 0)
    return percent


def reduction_codes(base: npt.ArrayLike, follow: npt.ArrayLike) -> Codes:
    """Places in `Reduction`, from percentages compared with a tolerance.

    >>> reduction_codes([10, 10, 10, 0, float("nan")], [7, 9.5, 12, 3, 2]).tolist()
    [3, 1, 0, 5, -1]
    """
    before, after = np.asarray(base, dtype=np.float64), np.asarray(follow, dtype=np.float64)
    percent = reduction_percent(before, after) + NEAR
    place = np.searchsorted(REDUCTION_STARTS, percent, side="right")
    place[before == 0] = list(Reduction).index(Reduction.UNDEFINED)
    return np.where(np.isnan(before) | np.isnan(after), NO_CLASS, place)
