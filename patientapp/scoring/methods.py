"""The closed vocabulary: how each kind of scale is made of a block of answers, columns x people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from patientapp.scoring import values as eq5d
from patientapp.scoring.change import NEAR
from patientapp.scoring.scale import Method, Scale

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from patientapp.scoring.plan import Plan

    Floats = npt.NDArray[np.float64]


@dataclass(slots=True)
class Work:
    """What the methods of one block see: item totals, answered items, the answers themselves."""

    plan: Plan
    totals: Floats
    answered: Floats
    given: Floats
    key: npt.NDArray[np.int64] | None = None

    def keys(self, row: int) -> npt.NDArray[np.int64]:
        """Each person's place in the tables of profiles; nonsense, blanked later, if incomplete."""
        if self.key is None:
            self.key = self.totals[row].astype(np.int64) - eq5d.KEY_OFFSET
        return self.key


def _total(work: Work, scale: Scale, row: int) -> Any:
    return work.totals[row]


def _mean(work: Work, scale: Scale, row: int) -> Any:
    return work.totals[row] / np.maximum(work.answered[row], 1)


def _prorated(work: Work, scale: Scale, row: int) -> Any:
    return work.totals[row] * len(scale.items) / np.maximum(work.answered[row], 1)


def _answered(work: Work, scale: Scale, row: int) -> Any:
    return work.answered[row]


def _top(work: Work, scale: Scale, row: int) -> Any:
    plan = work.plan
    highest = work.given[plan.at[scale.limit]] if scale.limit else plan.high[plan.at[scale.items[0]]]
    return work.totals[row] == highest * len(scale.items)


def _band(work: Work, scale: Scale, row: int) -> Any:
    return _edges(scale.starts).searchsorted(work.totals[row] + NEAR, side="right") - 1


@cache
def _edges(starts: tuple[float, ...]) -> Floats:
    """Where classes start, as an array made once: making it costs more than one person's score."""
    return np.array(starts, dtype=np.float64)


def _risk(work: Work, scale: Scale, row: int) -> Any:
    total = work.totals[work.plan.place[scale.total]]
    distress = work.totals[work.plan.place[scale.distress]]
    return (total > scale.low_up_to) * (1.0 + (distress > scale.medium_up_to))


def _profile(work: Work, scale: Scale, row: int) -> Floats:
    return eq5d.profile_codes()[work.keys(row)]


def _level_frequency(work: Work, scale: Scale, row: int) -> Floats:
    return eq5d.level_frequencies()[work.keys(row)]


def _value_set(work: Work, scale: Scale, row: int) -> Any:
    assert scale.value_set is not None
    if not scale.value_set.by_group:
        return scale.value_set.table[work.keys(row)]
    age, sex = (work.given[work.plan.at[name]].astype(np.int64) for name in ("age", "sex"))
    group = eq5d.age_groups()[age] * len(eq5d.SEXES) + sex
    return scale.value_set.table[work.keys(row) * eq5d.GROUPS + group]


METHODS: dict[Method, Callable[[Work, Scale, int], Any]] = {
    Method.SUM: _total,
    Method.EXTERNAL: _total,
    Method.MEAN: _mean,
    Method.PRORATED: _prorated,
    Method.ANSWERED: _answered,
    Method.TOP: _top,
    Method.BAND: _band,
    Method.RISK: _risk,
    Method.PROFILE: _profile,
    Method.LEVEL_FREQUENCY: _level_frequency,
    Method.VALUE_SET: _value_set,
}
