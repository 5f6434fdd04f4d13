"""Finding out what became of texts by asking the carrier, and never by guess (SMS-04, SMS-10)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from patientapp.db import transaction
from patientapp.messaging.asking import Asked, keep, known, lease, missing, row_of
from patientapp.messaging.claimed import trouble_of
from patientapp.messaging.evidence_rules import (
    TELL_AFTER,
    Listed,
    Seen,
    Step,
    after_absence,
    ask_again,
    ask_sooner,
    look,
    next_look,
)
from patientapp.messaging.gateway import CannotAsk, Evidence
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.moves import move
from patientapp.messaging.reports import Report, take_report
from patientapp.messaging.rules import CLOCK_SLACK, MessageState, Trouble, Why
from patientapp.messaging.sending import Tell, tell_nobody

A_RUN = 20  # questions a run: the carrier limits those as well

_S = MessageState


@dataclass(frozen=True, kw_only=True)
class Settler:
    """Asks the carrier about texts that are unknown, or accepted and silent since."""

    carrier: Evidence
    now_fn: Callable[[], datetime]
    on_trouble: Tell = tell_nobody

    def run(self, *, limit: int = A_RUN) -> int:
        """Ask what is due to be asked; how many got news.

        A carrier that cannot be asked is asked once a run; the rest have no news, and are shown to
        staff in their time all the same (CLIN-12).
        """
        with transaction():
            asked = lease(now=self.now_fn(), limit=limit)
        settled, can_ask = 0, True
        for one in asked:
            told = None
            try:
                told = self._ask(one) if can_ask else None
            except CannotAsk:
                can_ask = False
            settled += self._news(one, told)
        return settled

    def _ask(self, one: Asked) -> Listed | Sequence[Listed] | None:
        """With no transaction open."""
        if one.carrier_id is not None:
            return self.carrier.text(one.carrier_id)
        return self.carrier.texts_to(one.to_number, since=one.sent_at - CLOCK_SLACK)

    def _news(self, one: Asked, told: Listed | Sequence[Listed] | None) -> bool:
        with transaction():
            if isinstance(told, Listed):
                return self._found(one, told)
            if told is None:
                return self._still_open(one)
            return self._looked(one, told)

    def _looked(self, one: Asked, listed: Sequence[Listed]) -> bool:
        row = row_of(one)
        if row is None:
            return False
        seen = look(missing(row), listed, known=known(listed, but=one.id))
        if seen.listed is not None:
            return self._found(one, seen.listed)
        can_be_known = row.body_hash is not None and row.carrier_id is None
        if seen.seen is Seen.ABSENT and one.state is _S.UNKNOWN and can_be_known:
            return self._absent(row)
        return self._still_open(one)

    def _found(self, one: Asked, listed: Listed) -> bool:
        report = Report(
            message_id=one.id,
            attempt=one.attempt,
            carrier_id=listed.carrier_id,
            state=listed.state,
            reason=listed.reason,
        )
        self._tell(take_report(report, now=self.now_fn()))
        return True if row_of(one) is None else self._still_open(one)

    def _absent(self, row: OutboxMessage) -> bool:
        """Not there: the second time, long enough after the first, the text is due again."""
        now, text = self.now_fn(), missing(row)
        match after_absence(text, now):
            case Step.WAIT:
                first = text.absent_at or now
                keep(row, absent_at=first, ask_at=next_look(text, now))
                return False
            case Step.SEND_AGAIN:
                state, values = _S.DUE, {"due_at": now, "sent_at": None}
            case Step.EXPIRE:
                state, values = _S.EXPIRED, {}
        why = Why.NOT_AT_CARRIER
        ended = {"ask_at": None, "absent_at": None} | values
        moved = move(row.id, state, attempt=row.attempt, now=now, reason=why, **ended)
        if moved and state is _S.EXPIRED:
            self._tell(trouble_of(row, state, why, at=now))
        return moved

    def _still_open(self, one: Asked) -> bool:
        """No answer that settles it: ask again later; after long enough it is for staff to know."""
        row, now = row_of(one), self.now_fn()
        if row is None:
            return False
        if one.state is _S.UNKNOWN:
            keep(row, ask_at=ask_sooner(one.sent_at, now))
            if now - one.sent_at >= TELL_AFTER:
                self._tell(trouble_of(row, _S.UNKNOWN, Why.NO_ANSWER, at=now))
            return False
        if (again := ask_again(one.sent_at, now)) is not None:
            keep(row, ask_at=again)
            return False
        silent = move(row.id, _S.UNKNOWN, attempt=row.attempt, now=now, reason=Why.SILENT, ask_at=None)
        if silent:
            self._tell(trouble_of(row, _S.UNKNOWN, Why.SILENT, at=now))
        return silent

    def _tell(self, trouble: Trouble | None) -> None:
        if trouble is not None:
            self.on_trouble(trouble)
