"""What the help on each page says of the telephone, at every hour (B56, CLIN-09)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, g, render_template

from patientapp import clock
from patientapp.services.opening import opening
from patientapp.services.queries import contact
from patientapp.workdays import holidays, london_day, london_time
from tests.factories import make_service

WORDS = "Monday to Friday, 9am to 5pm; Saturday, 09:00 to 12:30"
HOUR = timedelta(hours=1)


def test_b56_clin_09_what_is_said_is_true_at_every_hour_of_two_years() -> None:
    """Week-ends, bank holidays and both clock changes: and true until the moment that is named."""
    now, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    while now < end:
        said = opening(WORDS, now)
        assert said is not None
        assert said.is_open == _answered(now), now
        assert _answered(said.changes_at) != said.is_open, now
        assert _answered(said.changes_at - timedelta(minutes=1)) == said.is_open, now
        now += HOUR


def _answered(moment: datetime) -> bool:
    day, wall = london_day(moment), london_time(moment)
    if day in holidays().days or day.weekday() == 6:
        return False
    shuts = (12, 30) if day.weekday() == 5 else (17, 0)
    return (9, 0) <= (wall.hour, wall.minute) < shuts


@pytest.mark.parametrize(
    "words",
    [
        "",
        "none",
        "09:00 to 17:30",
        "Monday to Friday, 9 to 5",
        "Friday to Monday, 9am to 5pm",
        "Monday to Friday, 9am to 5pm, not Tuesdays",
        "Monday, 5pm to 9am",
        "Monday, 9am to 5pm; ask",
    ],
)
def test_clin_09_hours_that_cannot_be_read_for_certain_are_not_judged(words: str) -> None:
    assert opening(words, datetime(2026, 9, 22, 12, tzinfo=UTC)) is None


def test_time_03_beyond_the_known_bank_holidays_nothing_is_claimed() -> None:
    assert opening(WORDS, datetime(holidays().last_year, 12, 31, 22, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("hour", "words"),
    [
        (11, "The phone is open until 22 September 2026, 17:00."),
        (19, "The phone is closed until 23 September 2026, 09:00. For urgent help call 111."),
    ],
)
def test_b56_the_help_of_a_page_changes_by_itself(
    app: Flask, session: object, monkeypatch: pytest.MonkeyPatch, hour: int, words: str
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 9, 22, hour, tzinfo=UTC))
    service = make_service(session, hours=WORDS)  # type: ignore[arg-type]
    with app.test_request_context("/"):
        g.service = contact(service)
        assert words in render_template("web/help.html")
