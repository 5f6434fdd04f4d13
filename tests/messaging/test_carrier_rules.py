"""Rates, evidence and codes of the carrier's side: tables of cases."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from patientapp.messaging.carrier_codes import REFUSALS, STATUSES, Class, is_refusal, refusal
from patientapp.messaging.evidence_rules import (
    NOT_KNOWN_AFTER,
    Listed,
    Missing,
    Seen,
    Step,
    after_absence,
    ask_again,
    ask_sooner,
    body_hash,
    look,
    next_look,
)
from patientapp.messaging.pace import LONGEST_HOLD, hold_after, slots
from patientapp.messaging.rules import MOVES, MessageState
from patientapp.messaging.webhook_rules import read_attempt
from tests.factories import NOW

S = MessageState
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


SLOTS = [
    ("idle for long", NOW - MINUTE, 10, 6),
    ("just free", NOW, 5, 5),
    ("half a second off", NOW + SECOND / 2, 10, 3),
    ("more than a horizon off", NOW + 2 * SECOND, 10, 0),
    ("given by a clock that is five minutes ahead", NOW + 5 * MINUTE, 3, 3),
]


@pytest.mark.parametrize(
    ("next_slot", "wanted", "count"), [c[1:] for c in SLOTS], ids=[c[0] for c in SLOTS]
)
def test_sms_05_slots_are_given_out_at_the_rate(next_slot: object, wanted: int, count: int) -> None:
    found = slots(next_slot=next_slot, now=NOW, per_second=5.0, wanted=wanted)  # type: ignore[arg-type]
    assert found.count == count
    times = [found.at(number) for number in range(found.count)]
    assert all(later - earlier == SECOND / 5 for earlier, later in pairwise(times))
    assert all(NOW <= one <= NOW + SECOND for one in times)


def test_p3_the_carrier_is_tried_again_within_a_minute() -> None:
    holds = [hold_after(failures) for failures in range(1, 40)]
    assert holds == sorted(holds)
    assert holds[0] == 5 * SECOND
    assert holds[-1] == LONGEST_HOLD <= MINUTE


def listed(number: int, *, body: str = "ours", at: timedelta = SECOND) -> Listed:
    return Listed(carrier_id=f"SM{number}", to_number="x", body=body, at=NOW + at, state=S.ACCEPTED)


def missing(**over: object) -> Missing:
    facts = {"body_hash": body_hash("ours"), "sent_at": NOW, "useful_until": NOW + 60 * MINUTE}
    return Missing(**(facts | over))  # type: ignore[arg-type]


LOOKS = [
    ("an empty list", [], {}, Seen.ABSENT, None),
    ("there", [listed(1)], {}, Seen.FOUND, "SM1"),
    ("there under another text's name", [listed(1)], {"known": {"SM1"}}, Seen.ABSENT, None),
    ("the older of two", [listed(2, at=2 * SECOND), listed(1)], {}, Seen.FOUND, "SM1"),
    ("other words at that time", [listed(1, body="other")], {}, Seen.UNCLEAR, None),
    ("other words long after", [listed(1, body="other", at=20 * MINUTE)], {}, Seen.ABSENT, None),
    ("other words long before", [listed(1, body="other", at=-20 * MINUTE)], {}, Seen.ABSENT, None),
    ("the same words last week", [listed(1, at=-7 * 24 * 60 * MINUTE)], {}, Seen.ABSENT, None),
    ("the same words under way", [listed(1)], {"twin": True}, Seen.UNCLEAR, None),
    ("the same words under way, empty list", [], {"twin": True}, Seen.UNCLEAR, None),
    ("a clock five minutes behind", [listed(1, at=-5 * MINUTE)], {}, Seen.FOUND, "SM1"),
]


@pytest.mark.parametrize(
    ("there", "over", "seen", "which"), [c[1:] for c in LOOKS], ids=[c[0] for c in LOOKS]
)
def test_sms_04_what_a_list_says(
    there: list[Listed], over: dict[str, object], seen: Seen, which: str | None
) -> None:
    text = missing(twin_under_way=bool(over.get("twin")))
    found = look(text, there, known=over.get("known", set()))  # type: ignore[arg-type]
    assert found.seen is seen
    assert (found.listed.carrier_id if found.listed else None) == which


STEPS = [
    ("first time", None, 1, Step.WAIT),
    ("first time, after an hour", None, 59, Step.WAIT),
    ("twice, four minutes apart", 7, 11, Step.WAIT),
    ("twice, in nine minutes", 1, 9, Step.WAIT),
    ("twice, apart, ten minutes silent", 1, 10, Step.SEND_AGAIN),
    ("too late to be of use", 1, 60, Step.EXPIRE),
]


@pytest.mark.parametrize(("first", "now", "step"), [c[1:] for c in STEPS], ids=[c[0] for c in STEPS])
def test_sms_04_only_absence_that_is_proven_lets_it_go_again(
    first: int | None, now: int, step: Step
) -> None:
    text = missing(absent_at=None if first is None else NOW + first * MINUTE)
    assert after_absence(text, NOW + now * MINUTE) is step


def test_sms_04_the_next_look_is_when_it_can_prove_something() -> None:
    assert next_look(missing(), NOW + MINUTE) == NOW + 10 * MINUTE
    assert next_look(missing(), NOW + 8 * MINUTE) == NOW + 13 * MINUTE
    assert next_look(missing(absent_at=NOW + MINUTE), NOW + 30 * MINUTE) == NOW + 31 * MINUTE


@pytest.mark.parametrize("rule", [ask_again, ask_sooner])
def test_sms_10_asked_less_and_less_often_until_72_hours(rule: object) -> None:
    now, times = NOW + MINUTE, []
    while (after := rule(NOW, now)) is not None:  # type: ignore[operator]
        assert after > now
        times.append(now := after)
    assert 10 < len(times) < 40
    assert times[-1] - NOW >= NOT_KNOWN_AFTER
    assert times[-1] - NOW <= NOT_KNOWN_AFTER + timedelta(hours=6)


def test_sms_03_only_listed_refusals_are_tried_again() -> None:
    for code, kind in REFUSALS.items():
        assert refusal(400, code).permanent == (kind in {Class.REFUSED, Class.OPTED_OUT})
    assert refusal(400, 12345).permanent
    assert refusal(422, None).permanent
    assert not refusal(429, None).permanent


@pytest.mark.parametrize(
    ("status", "sure"), [(400, True), (429, True), (408, False), (500, False), (302, False), (0, False)]
)
def test_sms_03_only_a_4xx_says_that_it_was_not_taken(status: int, *, sure: bool) -> None:
    assert is_refusal(status) is sure


def test_sms_09_states_only_go_forward() -> None:
    final = {S.DELIVERED, S.UNDELIVERED, S.REFUSED, S.EXPIRED, S.WITHDRAWN}
    assert all(not MOVES[state] for state in final)
    assert S.DUE not in MOVES[S.ACCEPTED], "what the carrier has is never sent again"
    assert set(STATUSES.values()) == {S.ACCEPTED, S.DELIVERED, S.UNDELIVERED}


KEYS = ["", "x", "0f8fad5b-d9cb-469f-a165-70867728950e", "0f8fad5b-d9cb-469f-a165-70867728950e-",
        "0F8FAD5B-D9CB-469F-A165-70867728950E-1", "0f8fad5b-d9cb-469f-a165-70867728950e-1 ",
        "0f8fad5b-d9cb-469f-a165-70867728950e-99999", "0f8fad5b-d9cb-469f-a165-70867728950e--1",
        "0f8fad5b-d9cb-469f-a165-70867728950e-1\n", "0f8fad5bd9cb469fa16570867728950e-1"]  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_only_our_own_keys_name_an_attempt(key: str) -> None:
    assert read_attempt(key) is None
    assert read_attempt("0f8fad5b-d9cb-469f-a165-70867728950e-12") is not None
