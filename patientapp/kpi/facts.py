"""The facts of one service as columns of numbers: what the KPI engine sees, and nothing else.

A moment is London wall time in whole seconds since 1970, because contracts count days and hours as
people in England see them; NEVER stands for what did not happen. Rows of events, visits and answers
are in order of time, so the first of several is simply the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[Any]  # numpy's types do not follow a column through sums and masks
Bools = npt.NDArray[Any]
Floats = npt.NDArray[Any]

NEVER = np.iinfo(np.int64).min
DAY_SECONDS = 86_400
COHORTS = ("pain", "cfs", "neuromodulation")
VISIT_KINDS = ("first", "follow_up", "group", "pifu", "review")
MODES = ("face_to_face", "video", "telephone")
STATES = ("booked", "confirmed", "cancelled_by_patient", "cancelled_by_service", "attended", "missed")


def days_of(wall: Ints) -> Ints:
    """The day of each moment, counted from 1970; NEVER stays NEVER."""
    return np.where(wall == NEVER, NEVER, wall // DAY_SECONDS)


@dataclass(frozen=True, eq=False)
class Referrals:
    """One row a referral: an episode of one person."""

    key: npt.NDArray[Any]
    patient: Ints
    received: Ints
    urgent: Bools
    cohort: Ints
    cancer: Bools

    def __len__(self) -> int:
        return len(self.received)


@dataclass(frozen=True, eq=False)
class Events:
    """What happened, in order of time; `referral` is -1 for what belongs to none.

    A kind is its place in `names`: a column of words of a million rows would fill the memory.
    """

    names: tuple[str, ...]
    kind: Ints
    referral: Ints
    at: Ints
    detail: npt.NDArray[Any]

    def of(self, *kinds: str) -> Events:
        """Those of some kinds."""
        return self.where(np.isin(self.kind, [self.names.index(k) for k in kinds if k in self.names]))

    def where(self, chosen: Bools) -> Events:
        """Some of them."""
        columns = (self.kind, self.referral, self.at, self.detail)
        return Events(self.names, *(column[chosen] for column in columns))

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, eq=False)
class Visits:
    """Appointments, in order of their start."""

    referral: Ints
    kind: Ints
    mode: Ints
    state: Ints
    starts: Ints

    def are(self, name: str) -> Bools:
        """Which are of a kind, of a mode or in a state; each name is of one of the three."""
        column: Ints = self.kind
        names: tuple[str, ...] = VISIT_KINDS
        if name in STATES:
            column, names = self.state, STATES
        elif name in MODES:
            column, names = self.mode, MODES
        return np.asarray(column == names.index(name))

    def __len__(self) -> int:
        return len(self.starts)


@dataclass(frozen=True, eq=False)
class Answers:
    """Responses to one instrument, in order of completion; a value that is not there is NaN."""

    referral: Ints
    point: npt.NDArray[Any]
    at: Ints
    proxy: Bools
    values: Mapping[str, Floats]

    def where(self, chosen: Bools, values: Mapping[str, Floats]) -> Answers:
        """Some of them, with these columns as their values."""
        some = {name: column[chosen] for name, column in values.items()}
        return Answers(
            self.referral[chosen], self.point[chosen], self.at[chosen], self.proxy[chosen], some
        )

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, eq=False)
class Feedback:
    """Friends and Family Test counts: response 1 to 6, or 0 for how many were offered."""

    day: Ints
    method: npt.NDArray[Any]
    response: Ints
    count: Ints


_NONE = np.zeros(0, np.int64)
NO_ANSWERS = Answers(_NONE, np.zeros(0, "U6"), _NONE, np.zeros(0, bool), {})
NO_FEEDBACK = Feedback(_NONE, np.zeros(0, object), _NONE, _NONE)


@dataclass(frozen=True, eq=False)
class Dimension:
    """One way to group people: its name, its groups, and the group of each referral's person."""

    name: str
    groups: tuple[str, ...]
    of: Ints


@dataclass(frozen=True, eq=False)
class Facts:
    """Everything of one service, or of some of its people, that its return may ask."""

    referrals: Referrals
    events: Events
    visits: Visits
    answers: Mapping[str, Answers]
    feedback: Feedback
    dimensions: tuple[Dimension, ...] = ()
    _first: dict[tuple[str, ...], Ints] = field(default_factory=dict)

    def first(self, *kinds: str) -> Ints:
        """When the first event of these kinds happened to each referral."""
        if kinds not in self._first:
            some = self.events.of(*kinds)
            self._first[kinds] = self.first_of(some.referral, some.at)
        return self._first[kinds]

    def first_of(self, referral: Ints, at: Ints) -> Ints:
        """The first of some moments, in order of time, of each referral."""
        return self._scatter(referral[::-1], at[::-1])

    def last_of(self, referral: Ints, at: Ints) -> Ints:
        """The last of some moments, in order of time, of each referral."""
        return self._scatter(referral, at)

    def _scatter(self, referral: Ints, at: Ints) -> Ints:
        """numpy assigns in order: the last write of a place stays."""
        out = np.full(len(self.referrals), NEVER)
        known = referral >= 0
        out[referral[known]] = at[known]
        return out

    def attended(self, *, only: Bools | None = None) -> Ints:
        """When the first attended visit of each referral was, of some visits only if said."""
        kept = self.visits.are("attended")
        if only is not None:
            kept = kept & only
        return self.first_of(self.visits.referral[kept], self.visits.starts[kept])

    def of_instrument(self, name: str) -> Answers:
        """The responses to one instrument; none where it was never asked."""
        return self.answers.get(name, NO_ANSWERS)


def earliest(*moments: Ints) -> Ints:
    """The earliest of several moments that did happen."""
    never = np.iinfo(np.int64).max
    least = np.minimum.reduce([np.where(one == NEVER, never, one) for one in moments])
    return np.where(least == never, NEVER, least)
