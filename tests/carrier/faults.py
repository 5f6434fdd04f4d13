"""What goes wrong at a call, and in what way the carrier calls back."""

from __future__ import annotations

import random  # noqa: TID251 - a seed makes it the same each time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """One way to fail; AFTER says that the text was taken all the same."""

    SLOW = "slow"  # takes it and answers after some seconds
    HANG = "hang"  # takes it and never answers
    DRIP = "drip"  # takes it and answers letter by letter, without end
    RESET_BEFORE = "reset-before"
    RESET_AFTER = "reset-after"
    ERROR_BEFORE = "error-before"  # 500
    ERROR_AFTER = "error-after"
    JUNK = "junk"  # takes it and answers what nobody can read
    MOVED = "moved"  # a redirect
    BUSY = "busy"  # 429
    REFUSE = "refuse"  # 400 with a code


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One planned failure of one call."""

    kind: Kind
    seconds: float = 0.0
    code: int = 21211
    status: int = 400
    retry_after: str = ""

    @property
    def takes_it(self) -> bool:
        """Whether the text is in the ledger afterwards."""
        return self.kind in {
            Kind.SLOW,
            Kind.HANG,
            Kind.DRIP,
            Kind.RESET_AFTER,
            Kind.ERROR_AFTER,
            Kind.JUNK,
        }


Plan = Callable[[int, Mapping[str, str]], Fault | None]  # call number from 0, its form


def all_well(_number: int, _form: Mapping[str, str]) -> Fault | None:
    """Nothing goes wrong."""
    return None


def in_turn(faults: Sequence[Fault | None]) -> Plan:
    """The fault of each call by its number; none after the last."""
    return lambda number, _form: faults[number] if number < len(faults) else None


def share(part: float, fault: Fault, *, seed: int = 1) -> Plan:
    """About this part of all calls fail so, by chance that is the same each time."""
    chance = random.Random(seed)
    drawn: dict[int, bool] = {}

    def plan(number: int, _form: Mapping[str, str]) -> Fault | None:
        return fault if drawn.setdefault(number, chance.random() < part) else None

    return plan


@dataclass(frozen=True, kw_only=True)
class CallBacks:
    """How the carrier calls back about each text."""

    times: int = 1  # each report is sent so often; 0: all are lost
    shuffled: bool = False
    before_answer: bool = False
    after: float = 0.0  # seconds
    statuses: Sequence[str] = field(default=("queued", "sent", "delivered"))
    error_code: int | None = None
    seed: int = 1

    def reports(self, number: int) -> list[str]:
        """The statuses to report of this text, in order."""
        planned = [status for status in self.statuses for _time in range(self.times)]
        if self.shuffled:
            random.Random(self.seed * 1_000_003 + number).shuffle(planned)
        return planned


LOST = CallBacks(times=0)
