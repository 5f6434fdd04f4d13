"""States, hours, ceilings and waiting: what decides about a text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from patientapp.messaging.claim_rules import (
    Candidate,
    Decision,
    Receiver,
    Verdict,
    at_claim,
    why_not_text,
)
from patientapp.messaging.rules import (
    CALL_LIMIT,
    CALL_MARGIN,
    CLAIM,
    LONGEST_BACKOFF,
    MOVES,
    MessageState,
    Why,
    backoff,
    day_began,
    is_trouble,
    may_call_now,
    next_sending_time,
    sources,
    spread_of,
    week_began,
)

S = MessageState
NUMBER = "+447700900001"
NOON = datetime(2026, 9, 22, 11, tzinfo=UTC)  # 12:00 in London
WILLING = Receiver(mobile=NUMBER, texts_ok=True, died=False)
TEXT = Candidate(
    to_number=NUMBER,
    useful_until=NOON + timedelta(days=1),
    receiver=WILLING,
    service_sent_today=0,
    service_ceiling=10,
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_sms_01_every_state_has_its_moves() -> None:
    assert set(MOVES) == set(S)


@pytest.mark.parametrize("final", [S.REFUSED, S.DELIVERED, S.UNDELIVERED, S.EXPIRED, S.WITHDRAWN])
def test_sms_09_a_final_state_stays(final: MessageState) -> None:
    assert MOVES[final] == frozenset()


def test_sms_03_sms_04_what_the_carrier_says_it_has_never_goes_back() -> None:
    """An unknown one may, by proof that the carrier has it not: see test_settling.py."""
    assert sources(S.DUE) == {S.DUE, S.CLAIMED, S.SENDING, S.UNKNOWN}
    has_it = {S.ACCEPTED, S.DELIVERED, S.UNDELIVERED}
    assert not set().union(*(MOVES[state] for state in has_it)) - has_it - {S.UNKNOWN}


def test_sms_06_only_what_is_not_on_its_way_can_be_withdrawn() -> None:
    assert sources(S.WITHDRAWN) == {S.DUE, S.CLAIMED}


def test_sms_02_a_claim_outlasts_a_call() -> None:
    assert CALL_LIMIT + CALL_MARGIN < CLAIM


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        ("2026-01-15T07:59:59", False),
        ("2026-01-15T08:00:00", True),
        ("2026-01-15T19:59:49", True),
        ("2026-01-15T19:59:50", False),  # the call might end after eight
        ("2026-01-15T20:00:00", False),
        ("2026-07-15T06:59:59", False),  # summer: London is an hour ahead of UTC
        ("2026-07-15T07:00:00", True),
        ("2026-07-15T19:00:00", False),
        ("2026-03-28T07:59:59", False),  # the day before the clocks go forward
        ("2026-03-29T07:00:00", True),  # and the day itself
        ("2026-10-24T07:00:00", True),
        ("2026-10-25T07:30:00", False),  # the clocks went back
        ("2026-10-25T08:00:00", True),
        ("2026-10-25T23:59:55", False),
    ],
)
def test_sms_05_texts_leave_between_eight_and_eight_in_london(moment: str, allowed: bool) -> None:
    assert may_call_now(utc(moment)) is allowed


@pytest.mark.parametrize(
    ("wished", "sent"),
    [
        ("2026-09-22T11:00:00", "2026-09-22T11:00:00"),
        ("2026-09-21T23:00:00", "2026-09-22T09:00:00"),  # midnight: ten in the morning
        ("2026-09-22T19:30:00", "2026-09-23T09:00:00"),  # half past eight in the evening
        ("2026-03-28T23:30:00", "2026-03-29T09:00:00"),  # the night the clocks go forward
        ("2026-03-29T01:30:00", "2026-03-29T09:00:00"),
        ("2026-10-24T23:30:00", "2026-10-25T10:00:00"),  # the night they go back
        ("2026-10-25T00:30:00", "2026-10-25T10:00:00"),
        ("2026-10-25T01:30:00", "2026-10-25T10:00:00"),
        ("2026-12-31T21:00:00", "2027-01-01T10:00:00"),
    ],
)
def test_time_02_a_wish_in_quiet_hours_becomes_ten_o_clock(wished: str, sent: str) -> None:
    assert next_sending_time(utc(wished)) == utc(sent)
    assert may_call_now(next_sending_time(utc(wished)))


def test_time_03_days_and_weeks_of_the_ceilings_are_london_ones() -> None:
    late_evening = utc("2026-07-15T23:30:00")  # already the 16th in London
    assert day_began(late_evening) == utc("2026-07-15T23:00:00")
    assert week_began(late_evening) == utc("2026-07-09T23:00:00")


CASES = [
    ("suits", TEXT, Decision(Verdict.CLAIM)),
    ("too late", replace(TEXT, useful_until=NOON), Decision(Verdict.EXPIRE, Why.TOO_LATE)),
    (
        "died",
        replace(TEXT, receiver=replace(WILLING, died=True)),
        Decision(Verdict.WITHDRAW, Why.DIED),
    ),
    (
        "opted out",
        replace(TEXT, receiver=replace(WILLING, texts_ok=False)),
        Decision(Verdict.WITHDRAW, Why.NO_TEXTS),
    ),
    (
        "another number now",
        replace(TEXT, receiver=replace(WILLING, mobile="+447700900002")),
        Decision(Verdict.WITHDRAW, Why.NUMBER_CHANGED),
    ),
    (
        "second text of the day",
        replace(TEXT, receiver=replace(WILLING, sent_today=1, sent_this_week=1)),
        Decision(Verdict.CLAIM),
    ),
    (
        "third text of the day",
        replace(TEXT, receiver=replace(WILLING, sent_today=2, sent_this_week=2)),
        Decision(Verdict.POSTPONE, Why.PATIENT_CEILING, utc("2026-09-23T09:00:00")),
    ),
    (
        "fifth text of the week",
        replace(TEXT, receiver=replace(WILLING, sent_this_week=4)),
        Decision(Verdict.POSTPONE, Why.PATIENT_CEILING, utc("2026-09-23T09:00:00")),
    ),
    (
        "service has sent its fill",
        replace(TEXT, service_sent_today=10),
        Decision(Verdict.POSTPONE, Why.SERVICE_CEILING, utc("2026-09-23T09:00:00")),
    ),
    (
        "waiting ends where the use ends",
        replace(
            TEXT,
            useful_until=NOON + timedelta(hours=2),
            receiver=replace(WILLING, sent_today=2),
        ),
        Decision(Verdict.POSTPONE, Why.PATIENT_CEILING, NOON + timedelta(hours=2)),
    ),
    (
        "duty staff have no ceiling",
        replace(TEXT, receiver=None, service_sent_today=99),
        Decision(Verdict.CLAIM),
    ),
]


@pytest.mark.parametrize(("text", "decision"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_sms_06_sms_07_decided_again_at_the_claim(text: Candidate, decision: Decision) -> None:
    assert at_claim(text, NOON) == decision


def test_sms_05_patients_sleep_and_duty_staff_do_not() -> None:
    night = utc("2026-09-22T01:00:00")
    until = utc("2026-09-22T09:00:00")
    waiting = Decision(Verdict.POSTPONE, Why.QUIET_HOURS, until)
    assert at_claim(TEXT, night) == waiting
    assert at_claim(replace(TEXT, receiver=None), night) == Decision(Verdict.CLAIM)


@pytest.mark.parametrize("need", ["no_texts", "phone_only"])
def test_clin_11_recorded_needs_are_followed(need: str) -> None:
    """B20, N32: nobody is texted who cannot use texts."""
    assert why_not_text(replace(WILLING, needs=(need,)), to_number=NUMBER) is Why.NO_TEXTS
    assert why_not_text(replace(WILLING, needs=("large_print",)), to_number=NUMBER) is None


def test_sms_03_waiting_doubles_up_to_a_limit_and_differs_from_text_to_text() -> None:
    waits = [backoff(attempt, spread=1.0) for attempt in range(1, 40)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=30)
    assert waits[1] == timedelta(seconds=60)
    assert waits[-1] == LONGEST_BACKOFF
    assert backoff(1, spread=0.0) == timedelta(seconds=15)
    spreads = {spread_of(uuid4(), 1) for _ in range(50)}
    assert len(spreads) > 25
    assert all(0 <= spread <= 1 for spread in spreads)
    assert spread_of(UUID(int=7), 1) != spread_of(UUID(int=7), 2)


def test_sms_03_the_carrier_s_retry_after_is_obeyed() -> None:
    assert backoff(1, spread=0.0, at_least=timedelta(hours=1)) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("state", "reason", "told"),
    [
        (S.REFUSED, "21610", True),
        (S.UNKNOWN, Why.NO_ANSWER, True),
        (S.UNDELIVERED, "30005", True),
        (S.EXPIRED, Why.TOO_LATE, True),
        (S.WITHDRAWN, Why.NO_TEXTS, True),
        (S.WITHDRAWN, Why.NUMBER_CHANGED, True),
        (S.WITHDRAWN, Why.CAUSE_ENDED, False),
        (S.WITHDRAWN, Why.DIED, False),
        (S.DUE, Why.PATIENT_CEILING, False),
        (S.DELIVERED, "", False),
    ],
)
def test_clin_12_what_staff_are_told(state: MessageState, reason: str, told: bool) -> None:
    assert is_trouble(state, reason) is told
