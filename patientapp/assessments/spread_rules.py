"""A service's own spread at baseline: when it is worth reckoning, and how (instruments.md section 9)."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from patientapp.questionnaires.comparison import ENOUGH_PEOPLE

GROWTH_PERCENT = 110  # reckoned again with a tenth more people: figures that creep help nobody


@dataclass(frozen=True)
class Series:
    """The answers whose scores mean the same: one service, one version, one set of rules."""

    service_id: object
    instrument: str
    instrument_version: int
    rule_version: str


def is_worth_reckoning(people: int, *, before: int) -> bool:
    """Whether so many people make a figure, and a newer one than that of `before` people."""
    return people >= ENOUGH_PEOPLE and 100 * people >= before * GROWTH_PERCENT


class Running:
    """Mean and SD of numbers that come one by one (Welford 1962): exact, and in constant memory."""

    def __init__(self) -> None:
        self.people = 0
        self.mean = 0.0
        self._squares = 0.0

    def add(self, value: float) -> None:
        """One person's score."""
        self.people += 1
        step = value - self.mean
        self.mean += step / self.people
        self._squares += step * (value - self.mean)

    @property
    def sd(self) -> float:
        """The sample standard deviation; 0 for fewer than two people."""
        return sqrt(self._squares / (self.people - 1)) if self.people > 1 else 0.0
