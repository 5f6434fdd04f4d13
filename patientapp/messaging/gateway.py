"""The port through which a text leaves; phone.py is one adapter, a carrier's client another.

An adapter is called with no transaction or lock open. It answers what it knows for sure and raises
what it does not know: guessing is nobody's business here (SMS-03, SMS-04).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from patientapp.messaging.evidence_rules import Incoming, Listed


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """The carrier has the text; some say at once that it has arrived as well."""

    carrier_id: str
    delivered: bool = False


@dataclass(frozen=True, kw_only=True)
class Refused:
    """The carrier will not take it: for good, or (a 429, a listed refusal) not just now."""

    reason: str  # a code, for staff and for counting; never the carrier's own words
    permanent: bool
    retry_after: timedelta = timedelta(0)
    for_all: bool = False  # every other text would be refused as well: all dispatchers wait


class NotHandedOver(Exception):
    """Surely not one byte was sent, so trying again cannot double the text."""


class NotTried(NotHandedOver):
    """Our own time ran out before the first byte: nothing is wrong with the carrier."""


class OutcomeUnknown(Exception):
    """The carrier may have the text: a time-out, a reset, a 5xx, an answer we cannot read."""


def always() -> bool:
    """Nothing stands against it."""
    return True


class Gateway(Protocol):
    """Hands one text to a carrier."""

    def send(
        self,
        to: str,
        body: str,
        *,
        attempt_key: str,
        may_begin: Callable[[], bool] = always,
    ) -> Accepted | Refused:
        """Try once, within rules.CALL_LIMIT; raises NotHandedOver or OutcomeUnknown.

        `attempt_key` names message and attempt in letters, digits and `-`, fit for an address: a
        carrier that calls back says it back to us. `may_begin` is asked right before the first byte:
        a process may have slept since anything that was looked at earlier (SMS-02).
        """
        ...


class CannotAsk(Exception):
    """The carrier's records could not be read: nothing follows from that."""


@runtime_checkable
class Evidence(Protocol):
    """A carrier whose own records can be asked what became of a text (SMS-04, SMS-10)."""

    def texts_to(self, number: str, *, since: datetime) -> Sequence[Listed]:
        """Every text that we sent to this number since then; raises CannotAsk unless that is all."""
        ...

    def texts_since(self, since: datetime) -> Sequence[Listed]:
        """Every text that we sent to anybody since then; raises CannotAsk unless that is all."""
        ...

    def text(self, carrier_id: str) -> Listed | None:
        """One text; None when the carrier knows none of this id; raises CannotAsk."""
        ...


@runtime_checkable
class Inbox(Protocol):
    """A carrier that keeps the texts that people sent to us (SMS-12)."""

    def texts_received(self, since: datetime) -> Sequence[Incoming]:
        """Every text to us since then, oldest first; raises CannotAsk unless that is all."""
        ...
