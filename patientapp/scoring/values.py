"""EQ-5D-5L: the 3125 profiles, and value sets that give each an index."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from patientapp.scoring.scale import Important, Reliability

    Floats = npt.NDArray[np.float64]

DIMENSIONS = ("mo", "sc", "ua", "pd", "ad")
PROFILES = 5**5
KEY_WEIGHTS = (625, 125, 25, 5, 1)
"""A profile's place in every table here: 11111 is 0, 11112 is 1, 55555 is 3124."""
KEY_OFFSET = sum(KEY_WEIGHTS)
AGE_STARTS = (18, 35, 45, 55, 65)
AGE_BANDS = ("18-34", "35-44", "45-54", "55-64", "65+")
SEXES = ("female", "male")
GROUPS = len(AGE_BANDS) * len(SEXES)


@dataclass(frozen=True, slots=True, eq=False)
class ValueSet:
    """A named index: `table[key]`, or `table[key * 10 + age band * 2 + sex]` when `by_group`."""

    id: str
    title: str
    source: str
    table: Floats
    by_group: bool = False
    important: Important | None = None
    reliability: Reliability | None = None


@cache
def levels() -> npt.NDArray[np.int64]:
    """All profiles in the order of their keys, 3125 x 5."""
    return np.indices((5,) * 5).reshape(5, -1).T + 1


@cache
def profile_codes() -> Floats:
    """The profile of each key as a five-digit number: 11111.0 to 55555.0."""
    return np.asarray(levels() @ np.array([10000, 1000, 100, 10, 1]), dtype=np.float64)


@cache
def level_frequencies() -> Floats:
    """How many dimensions sit at levels 1 to 5, as five digits: 11234 gives 21110."""
    return np.asarray((10 ** (5 - levels())).sum(axis=1), dtype=np.float64)


@cache
def age_groups() -> npt.NDArray[np.int64]:
    """The age band of each age in whole years from 0 to 100; ages under 18 never reach it."""
    return np.maximum(np.searchsorted(AGE_STARTS, np.arange(101), side="right") - 1, 0)


def additive_table(decrements: Mapping[str, Sequence[int]]) -> Floats:
    """The index of every profile from decrements in thousandths, exact to three decimals.

    >>> steps = [0, 32, 58, 179, 279]
    >>> float(additive_table(dict.fromkeys(DIMENSIONS, steps))[3124])
    -0.395
    """
    places = levels() - 1
    lost = sum(np.array(decrements[name])[places[:, i]] for i, name in enumerate(DIMENSIONS))
    return np.asarray(1000 - lost, dtype=np.float64) / 1000


def key_of(profile: str) -> int:
    """The key of a profile in five digits; ValueError when it is none.

    >>> key_of("11112")
    1
    """
    if len(profile) != len(DIMENSIONS) or not set(profile) <= set("12345"):
        raise ValueError(f"{profile!r} is not an EQ-5D-5L profile")
    return sum(int(d) * w for d, w in zip(profile, KEY_WEIGHTS, strict=True)) - KEY_OFFSET
