"""Cases: who was counted, who was left out and why; a figure is a sum over them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from patientapp.kpi.facts import NEVER, Bools, Ints


class Why(StrEnum):
    """Why a case is left out of a figure."""

    PATIENT_CHOICE = "patient_choice"
    NO_START = "clock_never_started"
    SENT_BACK = "referral_sent_back"
    NOT_DUE = "not_due_yet"
    NO_BASELINE = "no_entry_answer"
    NO_PAIR = "no_pair"
    OUT_OF_ORDER = "entry_after_discharge_answer"
    PROXY_ONLY = "answered_by_proxy"
    INCOMPLETE = "incomplete"
    OTHER_VERSION = "other_version"
    NO_MEDICINES = "takes_no_medicines"
    DIED = "died"
    OTHER_REASON = "other_reason"
    DONT_KNOW = "does_not_know"


COUNTED = -1
_PLACE = {why: place for place, why in enumerate(Why)}


@dataclass(frozen=True, eq=False, kw_only=True)
class Cases:
    """One row a case: what it adds to each side, its dates, and why it is left out if it is."""

    referral: Ints
    began: Ints
    ended: Ints
    numerator: Ints
    denominator: Ints
    why: npt.NDArray[np.int8]

    @property
    def counted(self) -> Bools:
        """Which are in the figure."""
        return np.asarray(np.equal(self.why, COUNTED))

    def sums(self) -> tuple[int, int]:
        """Numerator and denominator."""
        kept = self.counted
        return int(self.numerator[kept].sum()), int(self.denominator[kept].sum())

    def excluded(self) -> dict[str, int]:
        """How many were left out, by reason."""
        counts = np.bincount(self.why[~self.counted], minlength=len(_PLACE))
        return {why.value: int(counts[place]) for why, place in _PLACE.items() if counts[place]}

    def without(self, which: Bools, why: Why) -> Cases:
        """The same with some left out; who was left out before keeps the first reason."""
        reasons = np.where(which & self.counted, _PLACE[why], self.why).astype(np.int8)
        return _like(self, why=reasons)

    def counting(self, numerator: Bools) -> Cases:
        """The same with another numerator."""
        return _like(self, numerator=numerator.astype(np.int64))

    def one(self, chosen: Bools) -> Cases:
        """Some of them."""
        return Cases(**{name: value[chosen] for name, value in vars(self).items()})

    def __len__(self) -> int:
        return len(self.referral)


def _like(cases: Cases, **over: npt.NDArray[np.generic]) -> Cases:
    return Cases(**(vars(cases) | over))


def cases(
    referral: Ints,
    *,
    began: Ints | None = None,
    ended: Ints | None = None,
    numerator: Bools | Ints,
    denominator: Ints | None = None,
) -> Cases:
    """Cases that are all counted: one in the denominator each, unless told otherwise."""
    size = len(referral)
    never = np.full(size, NEVER)
    return Cases(
        referral=referral,
        began=never if began is None else began,
        ended=never if ended is None else ended,
        numerator=numerator.astype(np.int64),
        denominator=np.ones(size, np.int64) if denominator is None else denominator,
        why=np.full(size, COUNTED, np.int8),
    )


def joined(*some: Cases) -> Cases:
    """Several lots of cases as one."""
    return Cases(**{name: np.concatenate([vars(one)[name] for one in some]) for name in vars(some[0])})
