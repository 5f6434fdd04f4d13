"""What a rule is asked: one line of a contract, over one period, of one service's facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from patientapp.kpi import days
from patientapp.kpi.cases import Cases, Why
from patientapp.kpi.facts import DAY_SECONDS, NEVER, Bools, Facts, Ints

HALF_PAST_FIVE = 17 * 3600 + 30 * 60


@dataclass(frozen=True)
class Period:
    """From a first to a last London day, both inclusive, as numbers."""

    first: int
    last: int

    def has(self, wall: Ints) -> Bools:
        """Which moments are in it."""
        given = wall // DAY_SECONDS
        return np.asarray((wall != NEVER) & (given >= self.first) & (given <= self.last))


@dataclass(frozen=True, kw_only=True, eq=False)
class Ask:
    """The question: facts, period, the contract's closing time and how its clauses are read."""

    facts: Facts
    period: Period
    today: int
    closing: int | None
    outcomes: tuple[str, ...]
    choices: Mapping[str, str]

    def reads(self, name: str, *values: str) -> bool:
        """Whether a clause is read in one of these ways."""
        return self.choices[name] in values

    def otherwise(self, name: str, value: str) -> Ask:
        """The same question with one clause read another way."""
        return replace(self, choices={**self.choices, name: value})

    def closes(self, *, receipt: bool) -> int | None:
        """After which second a clock's start counts from the next working day."""
        every = self.reads("cutoff_applies_to", "every_clock_start")
        if self.reads("cutoff", "none") or not (receipt or every):
            return None
        return HALF_PAST_FIVE if self.reads("cutoff", "1730_all") else self.closing

    def day_zero(self, began: Ints, *, receipt: bool) -> Ints:
        """Day 0 of each clock."""
        rolls = self.reads("closed_day_receipt", "next_working_day_is_day_0")
        return days.day_zero(began, self.closes(receipt=receipt), roll_closed_days=rolls)

    def in_time(self, began: Ints, ended: Ints, limit: int, *, receipt: bool = True) -> Bools:
        """Which acts came within so many working days; what never came, or never began, did not."""
        met = np.zeros(len(began), bool)
        both = (began != NEVER) & (ended != NEVER)
        zero = self.day_zero(began[both], receipt=receipt)
        act = ended[both] // DAY_SECONDS
        if self.reads("cutoff_on_end", "yes"):
            act = days.day_zero(ended[both], self.closes(receipt=True))
        if self.reads("closed_day_act", "after_deadline_is_late"):
            met[both] = act <= days.deadline(zero, limit)
        else:
            met[both] = days.working_days(zero, act) <= limit
        return met

    def wait_for_missing(self, found: Cases, limit: int, *, receipt: bool = True) -> Cases:
        """An act that is missing counts against, unless the reading waits until it is due."""
        if self.reads("missing_act", "counts_against"):
            return found
        open_ = (found.ended == NEVER) & (found.began != NEVER)
        due = np.zeros(len(found), np.int64)
        due[open_] = days.deadline(self.day_zero(found.began[open_], receipt=receipt), limit)
        return found.without(open_ & (due >= self.today), Why.NOT_DUE)

    def chose_to_wait(self, referral: Ints, began: Ints, ended: Ints) -> Bools:
        """Whose wait overlaps a stated wish to wait longer (K14, K15)."""
        wish = self.facts.first("wait_by_choice_from")[referral]
        over = self.facts.events.of("wait_by_choice_to")
        until = self.facts.last_of(over.referral, over.at)[referral]
        begun = (wish != NEVER) & (days_of(wish) <= days_of(ended))
        return np.asarray(begun & ((until == NEVER) | (days_of(until) >= days_of(began))))


def days_of(wall: Ints) -> Ints:
    """The day of each moment that happened."""
    return wall // DAY_SECONDS
