"""When a name is locked, and which code counts (SEC-10)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from patientapp.signin.staff_rules import code_form, locked_until, matching_step, who

NOW = datetime(2026, 9, 22, 9, 30, 10, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HERE = int(NOW.timestamp()) // 30


def ago(*minutes: float) -> list[datetime]:
    return [NOW - timedelta(minutes=one) for one in minutes]


@pytest.mark.parametrize(
    ("failures", "opens_in"),
    [
        ([], None),
        (ago(4, 3, 2, 1), None),
        (ago(5, 4, 3, 2, 1), 14),
        (ago(1, 2, 3, 4, 5), 14),
        (ago(14, 10, 5, 1, 0), 15),
        (ago(29, 29, 28, 15, 14.5), 0.5),
        (ago(16, 4, 3, 2, 0.5), None),  # the five are not within 15 minutes
        (ago(20, 19, 18, 17, 15), None),  # the lock is over
        (ago(90, 80, 5, 4, 3, 2, 1), 14),
    ],
)
def test_sec_10_five_failures_lock_for_fifteen_minutes_from_the_fifth(
    failures: list[datetime], opens_in: float | None
) -> None:
    expected = None if opens_in is None else NOW + timedelta(minutes=opens_in)
    assert locked_until(failures, now=NOW) == expected


@pytest.mark.parametrize(
    ("step", "after", "counts"),
    [
        (HERE, 0, True),
        (HERE - 1, 0, True),
        (HERE + 1, 0, True),
        (HERE - 2, 0, False),
        (HERE + 2, 0, False),
        (HERE, HERE - 1, True),
        (HERE, HERE, False),  # used already
        (HERE - 1, HERE, False),  # older than one used already
    ],
)
def test_sec_10_a_code_counts_one_step_around_now_and_once(step: int, after: int, counts: bool) -> None:
    code = pyotp.TOTP(SECRET).at(step * 30)
    assert matching_step(SECRET, code, now=NOW, after=after) == (step if counts else None)


@pytest.mark.parametrize("code", ["", "000000 ", "abc", "\u0660", "1" * 500])
def test_a_wrong_code_is_no_error(code: str) -> None:
    right = pyotp.TOTP(SECRET).at(HERE * 30)
    assert code_form(code) != right
    assert matching_step(SECRET, code, now=NOW, after=0) is None


def test_a_code_may_be_spaced_and_in_any_digits() -> None:
    assert code_form(" 123 456") == "123456"
    assert code_form("١٢٣٤٥٦") == "123456"


def test_a_name_is_counted_as_one_however_it_is_typed() -> None:
    assert who(" Robin@Moorside.Example") == who("robin@moorside.example")
    assert who("robin@moorside.example") != who("robyn@moorside.example")
