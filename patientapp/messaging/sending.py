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
from patientapp.messaging.outcomes import Ended, Outcome, give_back, record_outcomes, stops_the_run
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
    """One batch on its way: marked, called in lanes, recorded as the calls end."""

    def __init__(self, post: Means, lanes: Lanes[Came], *, ends: float) -> None:
        self._post, self._lanes, self._ends = post, lanes, ends
        self._writer = Writer(post.address_of)
        self._waiting: deque[Claimed] = deque()
        self._under_way: dict[Future[Came], Claimed] = {}
        self._going, self._taken = True, 0

    def send(self, claimed: Sequence[Claimed]) -> int:
        """Send what was claimed; how many the carrier took. What is not tried is given back."""
        self._waiting.extend(claimed)
        while self._waiting or self._under_way:
            if self._post.stopping():
                self._give_back(Why.STOPPING)
            elif not self._going:
                self._give_back(Why.NOT_HANDED_OVER)
            elif group := self._next_group():
                self._start(group)
            if self._under_way:
                self._record(Lanes.ended(self._under_way, within=self._until_next_slot()))
            elif self._waiting and (wait := self._until_next_slot()):
                self._post.sleep(wait)
        return self._taken

    def _give_back(self, why: Why) -> None:
        if self._waiting:
            with transaction():
                give_back(self._waiting, why, now=self._post.now_fn())
            self._waiting.clear()

    def _next_group(self) -> list[Claimed]:
        """Those whose slot has come, one for each free lane."""
        now, free = self._post.now_fn(), self._lanes.count - len(self._under_way)
        group: list[Claimed] = []
        while self._waiting and len(group) < free and _has_come(self._waiting[0].slot, now):
            group.append(self._waiting.popleft())
        return group

    def _until_next_slot(self) -> float | None:
        """Seconds until the next text may leave; None where there is no use in waiting for that."""
        if not self._waiting or len(self._under_way) >= self._lanes.count:
            return None
        slot = self._waiting[0].slot
        return max((slot - self._post.now_fn()).total_seconds(), 0.0) if slot else 0.0

    def _start(self, group: Sequence[Claimed]) -> None:
        written = self._written(group)
        hashes: dict[Attempt, bytes] = {
            (text.id, text.attempt): body_hash(body) for text, body in written
        }
        with transaction():
            marked = mark_sending(hashes, now=self._post.now_fn())
            left = [text for text, _body in written if text.id not in marked]
            give_back(left, Why.NO_LONGER_SUITS, now=self._post.now_fn())
        for text, body in written:
            if text.id in marked:
                self._under_way[self._lanes.start(partial(self._call, text, body))] = text

    def _written(self, group: Sequence[Claimed]) -> list[tuple[Claimed, str]]:
        written: list[tuple[Claimed, str]] = []
        for text in group:
            try:
                body = self._writer.body(text, service=text.service, phone=text.phone)
            except (LookupError, ValueError) as error:
                # The type only: the message of an error may repeat a number or a body (OPS-01).
                log.error("a text cannot be written", message=str(text.id), error=type(error).__name__)
                self._commit([(text, Refused(reason=Why.NOT_RENDERED, permanent=True))])
            else:
                written.append((text, body))
        return written

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

    def _record(self, calls: Iterable[Future[Came]]) -> None:
        came = [(self._under_way.pop(call), call.result()) for call in calls]
        self._commit([(text, outcome) for text, outcome in came if not isinstance(outcome, Why)])
        for text, why in came:
            if isinstance(why, Why):
                with transaction():
                    give_back([text], why, now=self._post.now_fn())

    def _commit(self, ended: Sequence[Ended]) -> None:
        """What came of them and what staff are told of it, in one transaction (CLIN-12)."""
        if not ended:
            return
        with transaction():
            self._post.tell(record_outcomes(ended, now=self._post.now_fn()))
        self._taken += sum(isinstance(outcome, Accepted) for _text, outcome in ended)
        self._going = self._going and not any(stops_the_run(outcome) for _text, outcome in ended)


def _has_come(slot: datetime | None, now: datetime) -> bool:
    return slot is None or slot <= now
