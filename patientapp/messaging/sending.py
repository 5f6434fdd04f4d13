"""One batch on its way: marked "sending", called in lanes with nothing held, recorded as calls end."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog

from patientapp.db import transaction
from patientapp.messaging.claimed import Claimed
from patientapp.messaging.evidence_rules import body_hash
from patientapp.messaging.gateway import (
    Accepted,
    Evidence,
    Gateway,
    NotHandedOver,
    OutcomeUnknown,
    Refused,
)
from patientapp.messaging.lanes import Lanes
from patientapp.messaging.letters import Writer
from patientapp.messaging.moves import Attempt, mark_sending
from patientapp.messaging.outcomes import Outcome, give_back, record_outcomes, stops_the_run
from patientapp.messaging.rules import (
    CALL_LIMIT,
    CALL_MARGIN,
    MessageState,
    Trouble,
    Why,
    may_call_now,
)

log = structlog.get_logger(__name__)

Tell = Callable[[Trouble], None]
Came = Outcome | Why  # what came of a text, or why it was not tried after all
Written = tuple[Claimed, str]  # a text and its words


def tell_nobody(trouble: Trouble) -> None:
    """Where there is no worklist."""
    log.warning("text in trouble", message=str(trouble.message_id), state=trouble.state)


def _nothing() -> None:
    """No heart to beat."""


@dataclass(frozen=True, kw_only=True)
class Means:
    """What sending needs from outside; `monotonic` measures how long a claim still holds."""

    gateway: Gateway
    address_of: Callable[[UUID], str]
    now_fn: Callable[[], datetime]
    on_trouble: Tell = tell_nobody
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    stopping: Callable[[], bool] = lambda: False  # asked between texts: finish and go
    on_round: Callable[[], None] = _nothing  # in the transaction of each claim: the heartbeat
    per_second: float | None = None  # the account's ceiling, over all dispatchers
    lanes: int = 1  # calls at once; more than one only for gateways that use no database

    def tell(self, troubles: Iterable[Trouble]) -> None:
        """Tell staff of what is certain; an unknown text may yet be found out (SMS-04)."""
        can_be_asked = isinstance(self.gateway, Evidence)
        for trouble in troubles:
            if not (can_be_asked and trouble.state is MessageState.UNKNOWN):  # settling.py will
                self.on_trouble(trouble)


class Sending:
    """What one run sends: marked, called in lanes, recorded as the calls end.

    What came of the last calls and the marks of the next ones are one commit, for on SQLite all
    dispatchers wait for one another's (REL-05). All is written before the first call, so that little
    lies between the end of a call and its record.
    """

    def __init__(self, post: Means, lanes: Lanes[Came]) -> None:
        self._post, self._lanes = post, lanes
        self._writer = Writer(post.address_of)
        self._waiting: deque[Written] = deque()
        self._under_way: dict[Future[Came], Claimed] = {}
        self._ended: list[tuple[Claimed, Came]] = []
        self._going, self._ends = True, 0.0
        self.taken = 0  # by the carrier, of those recorded

    def send(self, claimed: Sequence[Claimed], *, ends: float) -> None:
        """Send these, claimed until then; what is not tried is given back.

        What came of the last ones is left for `record`, in the transaction of the next claim.
        """
        self._going, self._ends = True, ends
        self._waiting += self._written(claimed)
        while self._waiting or self._under_way:
            self._mark_and_call(self._next_group())
            if self._under_way:
                self._take_in(Lanes.ended(self._under_way, within=self._until_next_slot()))
            elif self._waiting and (wait := self._until_next_slot()):
                self._post.sleep(wait)

    def record(self) -> None:
        """What came of the calls that have ended, and what staff are told of it (CLIN-12)."""
        if not self._ended:
            return
        now, ended = self._post.now_fn(), self._ended
        outcomes = [(text, came) for text, came in ended if not isinstance(came, Why)]
        with transaction():
            self._post.tell(record_outcomes(outcomes, now=now))
            for why in {came for _text, came in ended if isinstance(came, Why)}:
                give_back([text for text, came in ended if came is why], why, now=now)
        self.taken += sum(isinstance(came, Accepted) for _text, came in ended)
        self._ended = []

    def _written(self, claimed: Sequence[Claimed]) -> list[Written]:
        written: list[Written] = []
        for text in claimed:
            try:
                body = self._writer.body(text, service=text.service, phone=text.phone)
            except (LookupError, ValueError) as error:
                # The type only: the message of an error may repeat a number or a body (OPS-01).
                log.error("a text cannot be written", message=str(text.id), error=type(error).__name__)
                self._ended.append((text, Refused(reason=Why.NOT_RENDERED, permanent=True)))
            else:
                written.append((text, body))
        return written

    def _next_group(self) -> list[Written]:
        """Those whose slot has come, one for each free lane; none where no more are to be tried."""
        if not self._going or self._post.stopping():
            why = Why.STOPPING if self._going else Why.NOT_HANDED_OVER
            self._ended += [(text, why) for text, _body in self._waiting]
            self._waiting.clear()
        now, free = self._post.now_fn(), self._lanes.count - len(self._under_way)
        group: list[Written] = []
        while self._waiting and len(group) < free and _has_come(self._waiting[0][0].slot, now):
            group.append(self._waiting.popleft())
        return group

    def _until_next_slot(self) -> float | None:
        """Seconds until the next text may leave; None where there is no use in waiting for that."""
        if not self._waiting or len(self._under_way) >= self._lanes.count:
            return None
        slot = self._waiting[0][0].slot
        return max((slot - self._post.now_fn()).total_seconds(), 0.0) if slot else 0.0

    def _mark_and_call(self, group: Sequence[Written]) -> None:
        """Also where there is none to mark, for what has ended does not wait for slots or calls."""
        if not group and not (self._ended and (self._waiting or self._under_way)):
            return
        hashes: dict[Attempt, bytes] = {(text.id, text.attempt): body_hash(body) for text, body in group}
        with transaction():
            self.record()
            now = self._post.now_fn()
            marked = mark_sending(hashes, now=now) if hashes else set()
            left = [text for text, _body in group if text.id not in marked]
            give_back(left, Why.NO_LONGER_SUITS, now=now)
        for text, body in group:
            if text.id in marked:
                self._under_way[self._lanes.start(partial(self._call, text, body))] = text

    def _take_in(self, calls: Iterable[Future[Came]]) -> None:
        came = [(self._under_way.pop(call), call.result()) for call in calls]
        self._ended += came
        self._going = self._going and not any(stops_the_run(outcome) for _text, outcome in came)

    def _call(self, text: Claimed, body: str) -> Came:
        """In a lane, with nothing held; the time left is looked at right before (SMS-02)."""
        if (late := self._why_not_call(text)) is not None:
            return late
        try:
            return self._post.gateway.send(text.to_number, body, attempt_key=f"{text.id}-{text.attempt}")
        except (NotHandedOver, OutcomeUnknown) as outcome:
            return outcome
        except Exception:
            log.exception("a gateway failed", message=str(text.id), attempt=text.attempt)
            return OutcomeUnknown()

    def _why_not_call(self, text: Claimed) -> Why | None:
        now = self._post.now_fn()
        if text.useful_until <= now:
            return Why.TOO_LATE
        if text.patient_id is not None and not may_call_now(now):
            return Why.QUIET_HOURS
        enough = (CALL_LIMIT + CALL_MARGIN).total_seconds()
        return None if self._ends - self._post.monotonic() >= enough else Why.LITTLE_TIME_LEFT


def _has_come(slot: datetime | None, now: datetime) -> bool:
    return slot is None or slot <= now
