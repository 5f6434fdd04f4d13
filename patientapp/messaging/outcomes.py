"""What came of attempts, committed for those attempts only, and what staff must be told of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from patientapp.db import db
from patientapp.messaging import switch
from patientapp.messaging.claimed import Claimed, trouble_of
from patientapp.messaging.evidence_rules import FIRST_ASK, FIRST_POLL
from patientapp.messaging.gateway import (
    Accepted,
    NotHandedOver,
    NotTried,
    OutcomeUnknown,
    Refused,
)
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.moves import move, move_all, name_carrier, note
from patientapp.messaging.rules import (
    CLOCK_SLACK,
    MessageState,
    Trouble,
    Why,
    backoff,
    spread_of,
)

Outcome = Accepted | Refused | NotHandedOver | OutcomeUnknown
Ended = tuple[Claimed, Outcome]


def record_outcomes(ended: Sequence[Ended], *, now: datetime) -> list[Trouble]:
    """Move each text by what the carrier said; none that has gone on meanwhile (SMS-01)."""
    _accept([(text, outcome) for text, outcome in ended if isinstance(outcome, Accepted)], now=now)
    troubles = [_other(text, outcome, now=now) for text, outcome in ended]
    _look_after_the_carrier([outcome for _text, outcome in ended], now=now)
    return [trouble for trouble in troubles if trouble is not None]


def _other(text: Claimed, outcome: Outcome, *, now: datetime) -> Trouble | None:
    match outcome:
        case Refused(permanent=True):
            return _fail(text, MessageState.REFUSED, outcome.reason, now=now)
        case Refused():
            _try_again(text, outcome.reason, now=now, at_least=outcome.retry_after)
        case NotTried():
            give_back([text], Why.LITTLE_TIME_LEFT, now=now)
        case NotHandedOver():
            _try_again(text, Why.NOT_HANDED_OVER, now=now)
        case OutcomeUnknown():
            return _fail(text, MessageState.UNKNOWN, Why.NO_ANSWER, now=now, ask_at=now + FIRST_ASK)
    return None


def give_back(texts: Iterable[Claimed], why: Why, *, now: datetime) -> None:
    """Due again at once, for these attempts were surely not made."""
    attempts = [(text.id, text.attempt) for text in texts]
    move_all(attempts, MessageState.DUE, now=now, reason=why, claimed_until=None, sent_at=None)


def _accept(taken: Sequence[tuple[Claimed, Accepted]], *, now: datetime) -> None:
    names = {(text.id, text.attempt): outcome.carrier_id for text, outcome in taken}
    poll = now + FIRST_POLL
    move_all(list(names), MessageState.ACCEPTED, now=now, claimed_until=None, ask_at=poll)
    name_carrier(names)
    there = [(text.id, text.attempt) for text, outcome in taken if outcome.delivered]
    move_all(there, MessageState.DELIVERED, now=now, ask_at=None)


def _fail(
    text: Claimed, state: MessageState, reason: str, *, now: datetime, ask_at: datetime | None = None
) -> Trouble | None:
    moved = move(
        text.id,
        state,
        attempt=text.attempt,
        now=now,
        reason=reason,
        claimed_until=None,
        ask_at=ask_at,
        absent_at=None,
    )
    return trouble_of(text, state, reason, at=now) if moved else None


def _try_again(text: Claimed, reason: str, *, now: datetime, at_least: timedelta = timedelta(0)) -> None:
    """Only for what was surely not handed over: due again, later (SMS-03)."""
    spread = spread_of(text.id, text.attempt)
    wait = backoff(text.attempt, spread=spread, at_least=at_least)
    move(
        text.id,
        MessageState.DUE,
        attempt=text.attempt,
        now=now,
        reason=reason,
        due_at=min(now + wait, text.useful_until),
        claimed_until=None,
        sent_at=None,
    )


def _look_after_the_carrier(outcomes: Sequence[Outcome], *, now: datetime) -> None:
    """All dispatchers wait where it says so or cannot be reached; and go on when it answers."""
    waits = [one.retry_after for one in outcomes if isinstance(one, Refused) and one.for_all]
    if waits:
        switch.hold(now=now, wait=max(waits))
    if any(did_not_reach(one) for one in outcomes):
        switch.failed(now=now)
    elif any(isinstance(one, Accepted | Refused) for one in outcomes):
        switch.answered()


def did_not_reach(outcome: Outcome | Why) -> bool:
    """Whether the carrier could not be reached: the next text would fare no better."""
    return isinstance(outcome, NotHandedOver) and not isinstance(outcome, NotTried)


def stops_the_run(outcome: Outcome | Why) -> bool:
    """Whether no other text should be tried now."""
    return did_not_reach(outcome) or (isinstance(outcome, Refused) and outcome.for_all)


def end_claims_that_ran_out(*, now: datetime) -> list[Trouble]:
    """A text claimed by a dispatcher that is gone is due again; one it was sending is unknown."""
    _end_claims(MessageState.CLAIMED, MessageState.DUE, now=now)
    lost = _end_claims(MessageState.SENDING, MessageState.UNKNOWN, now=now, ask_at=now)
    return [trouble_of(text, MessageState.UNKNOWN, Why.CLAIM_RAN_OUT, at=now) for text in lost]


def _end_claims(
    before: MessageState, after: MessageState, *, now: datetime, ask_at: datetime | None = None
) -> Sequence[OutboxMessage]:
    ended = (
        sa.update(OutboxMessage)
        .where(OutboxMessage.state == before, OutboxMessage.claimed_until <= now - CLOCK_SLACK)
        .values(state=after, claimed_until=None, ask_at=ask_at, absent_at=None)
        .returning(OutboxMessage)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    texts = db.session.scalars(ended).all()
    note([text.id for text in texts], after, now=now, reason=Why.CLAIM_RAN_OUT)
    return texts
