"""Sending what is due: claim a batch, send it, and again until nothing is due.

Any number of dispatchers may run, each with several calls under way. Each step is one committed
change that names its attempt, so one that stalled and woke late changes nothing (SMS-01). What is
not known is recorded so; `settling.py` finds out, by evidence and never by guess (SMS-04).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from patientapp.db import transaction
from patientapp.messaging.claimed import Round
from patientapp.messaging.claims import claim
from patientapp.messaging.gateway import Gateway
from patientapp.messaging.lanes import Lanes
from patientapp.messaging.outcomes import end_claims_that_ran_out
from patientapp.messaging.rules import CLAIM
from patientapp.messaging.sending import Came, Means, Sending, Tell, tell_nobody

BATCH = 10  # few, for a crash leaves a batch waiting until its claim has run out
LONGEST_WAIT = timedelta(seconds=2)  # for a slot; the next tick is near


@dataclass(frozen=True, kw_only=True)
class Dispatcher(Means):
    """One that sends; any number may."""

    def run(self, *, batch: int = BATCH) -> int:
        """Send all that is due now; how many the carrier took."""
        with transaction():
            self.tell(end_claims_that_ran_out(now=self.now_fn()))
        with Lanes[Came](self.lanes) as lanes:
            sending = Sending(self, lanes)
            while not self.stopping():
                ends = self.monotonic() + CLAIM.total_seconds()
                found = self._claim(batch, after=sending)
                if not found.moved and not self._can_wait(found):
                    break
                sending.send(found.claimed, ends=ends)
            sending.record()
        return sending.taken

    def _claim(self, batch: int, *, after: Sending) -> Round:
        with transaction():
            after.record()
            found = claim(now=self.now_fn(), batch=batch, per_second=self.per_second)
            self.tell(found.troubles)
            self.on_round()
        return found

    def _can_wait(self, found: Round) -> bool:
        """Wait for the next slot where it is near."""
        if not timedelta(0) < found.wait <= LONGEST_WAIT:
            return False
        self.sleep(found.wait.total_seconds())
        return True


def dispatch(
    gateway: Gateway,
    *,
    address_of: Callable[[UUID], str],
    now_fn: Callable[[], datetime],
    batch: int = BATCH,
    on_trouble: Tell = tell_nobody,
) -> int:
    """Send all that is due now; how many texts the carrier took."""
    post = Dispatcher(gateway=gateway, address_of=address_of, now_fn=now_fn, on_trouble=on_trouble)
    return post.run(batch=batch)
