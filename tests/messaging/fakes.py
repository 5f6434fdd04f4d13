"""A carrier in memory, with a plan of what goes wrong at each call."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from patientapp.messaging.gateway import (
    Accepted,
    NotHandedOver,
    NotTried,
    OutcomeUnknown,
    Refused,
    always,
)

Fault = Refused | NotHandedOver | OutcomeUnknown | Exception | None


@dataclass(frozen=True)
class Taken:
    """One text in the carrier's ledger."""

    to: str
    body: str
    attempt_key: str


class FakeGateway:
    """Takes texts unless its fault plan says otherwise for that call; `after` runs during a call.

    A fault that is raised after acceptance is in the ledger: the carrier has the text and we do not
    know it. `lost_answers` are such calls, by number from 0.
    """

    def __init__(
        self,
        faults: Iterable[Fault] = (),
        *,
        lost_answers: Iterable[int] = (),
        after: Callable[[str], None] | None = None,
    ) -> None:
        self.ledger: dict[str, Taken] = {}
        self.calls = 0
        self._faults = list(faults)
        self._lost = set(lost_answers)
        self._after = after

    def send(
        self,
        to: str,
        body: str,
        *,
        attempt_key: str,
        may_begin: Callable[[], bool] = always,
    ) -> Accepted | Refused:
        """One call, as planned."""
        if not may_begin():
            raise NotTried
        number, self.calls = self.calls, self.calls + 1
        fault = self._faults[number] if number < len(self._faults) else None
        if isinstance(fault, Exception):
            raise fault
        if fault is not None:
            return fault
        self.ledger.setdefault(attempt_key, Taken(to, body, attempt_key))
        if self._after:
            self._after(attempt_key)
        if number in self._lost:
            raise OutcomeUnknown
        return Accepted(carrier_id=f"fake-{attempt_key}")

    @property
    def bodies(self) -> list[str]:
        """The texts it has, in order."""
        return [taken.body for taken in self.ledger.values()]


@dataclass
class FakeClock:
    """A clock that stands still until it is moved, wall and monotonic alike."""

    at: datetime
    _start: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._start = self.at

    def now(self) -> datetime:
        """The wall time."""
        return self.at

    def monotonic(self) -> float:
        """Seconds since it was made."""
        return (self.at - self._start).total_seconds()

    def wait(self, **units: float) -> None:
        """Let time pass."""
        self.at += timedelta(**units)
