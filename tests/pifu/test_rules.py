"""Who may ask to come back, and by when it is read (B44, B46, C26, CLIN-08, CLIN-09)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from patientapp.pifu.form_rules import Step, answer_mistakes, first_gap, taken
from patientapp.pifu.rules import (
    Contract,
    Signs,
    Terms,
    Window,
    check_ins_due,
    due_at,
    next_working_day,
    read_by,
    terms_mistakes,
    usual_end,
    warnings_due,
    window,
    working_days,
)
from patientapp.workdays import LONDON

DISCHARGED = date(2026, 3, 2)
YEAR = Terms(starts_on=DISCHARGED, ends_on=usual_end(DISCHARGED, Contract()))
# Read from the government's published list; kept here apart from the app's own data.
HOLIDAYS = {
    "2026-01-01",
    "2026-04-03",
    "2026-04-06",
    "2026-05-04",
    "2026-05-25",
    "2026-08-31",
    "2026-12-25",
    "2026-12-28",
    "2027-01-01",
    "2027-03-26",
    "2027-03-29",
    "2027-05-03",
    "2027-05-31",
    "2027-08-30",
    "2027-12-27",
    "2027-12-28",
    "2028-01-03",
}


@pytest.mark.parametrize(
    ("days", "standing"),
    [
        (-1, Window.NOT_YET),
        (0, Window.OPEN),
        (364, Window.OPEN),
        (365, Window.OPEN),
        (366, Window.OVER),
    ],
)
def test_c26_day_364_is_accepted_and_day_366_refused(days: int, standing: Window) -> None:
    """C26, B44: within 12 months of discharge under an agreed plan."""
    assert window(YEAR, today=DISCHARGED + timedelta(days=days)) is standing


def test_c26_without_an_agreement_nobody_asks() -> None:
    assert window(None, today=DISCHARGED) is Window.NONE


def test_rel_03_begun_on_the_last_day_is_taken_three_days_later() -> None:
    last = YEAR.ends_on
    assert window(YEAR, today=last + timedelta(days=3), begun_on=last) is Window.OPEN
    assert window(YEAR, today=last + timedelta(days=4), begun_on=last) is Window.OVER
    assert window(YEAR, today=last + timedelta(days=1), begun_on=last + timedelta(days=1)) is Window.OVER


def oracle(received: datetime, days: int) -> date:
    """Day by day over a calendar of our own: closed days and hours wait for the next open day."""

    def is_open(day: date) -> bool:
        return day.strftime("%a") not in {"Sat", "Sun"} and day.isoformat() not in HOLIDAYS

    local = received.astimezone(LONDON)
    calendar = [local.date() + timedelta(days=n) for n in range(14)]
    open_days = [day for day in calendar if is_open(day)]
    if open_days[0] == local.date() and local.hour >= 17:
        open_days = open_days[1:]
    return open_days[days]


@pytest.mark.slow
def test_clin_09_the_day_is_right_at_every_hour_of_two_years() -> None:
    """CLIN-09: week-ends, bank holidays, both clock changes, before and after closing."""
    hour = datetime(2026, 1, 1, tzinfo=UTC)
    while hour < datetime(2027, 12, 10, tzinfo=UTC):
        for minute in (0, 59):
            at = hour + timedelta(minutes=minute)
            for days in (1, 3):
                assert read_by(at, days) == oracle(at, days), (at, days)
        hour += timedelta(hours=1)


def test_clin_08_a_request_is_never_refused_for_want_of_bank_holidays() -> None:
    assert read_by(datetime(2090, 6, 1, 9, tzinfo=UTC), 3) == date(2090, 6, 6)  # a Thursday, Tuesday
    assert next_working_day(datetime(2090, 6, 2, 9, tzinfo=UTC)) == date(2090, 6, 5)


def test_the_promise_ends_with_the_working_day() -> None:
    assert due_at(date(2026, 9, 25)).astimezone(LONDON).time() == time(17)


@pytest.mark.parametrize(
    ("answers", "days"),
    [
        ({"signs": Signs.NO, "changed": ["pain"]}, 3),
        ({"signs": "not_sure", "changed": ["pain"]}, 1),
        ({"signs": "yes"}, 1),
        ({"signs": "no", "changed": ["pain", "cannot_cope"]}, 1),
    ],
)
def test_clin_08_a_worry_is_read_within_one_working_day(answers: dict[str, object], days: int) -> None:
    assert working_days(answers) == days


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "wrong"),
    [
        (DISCHARGED, DISCHARGED, {}),
        (None, DISCHARGED, {"starts_on": "no_day"}),
        (DISCHARGED, None, {"ends_on": "no_day"}),
        (DISCHARGED, date(2026, 3, 1), {"ends_on": "before_start"}),
        (DISCHARGED, date(2036, 3, 1), {"ends_on": "too_long"}),
    ],
)
def test_b46_the_days_of_an_agreement(
    starts_on: date | None, ends_on: date | None, wrong: dict[str, str]
) -> None:
    assert terms_mistakes(starts_on, ends_on, Contract()) == wrong


@pytest.mark.parametrize(
    ("step", "given", "wrong"),
    [
        (Step.SIGNS, {}, {"signs": "choose"}),
        (Step.SIGNS, {"signs": ["perhaps"]}, {"signs": "choose"}),
        (Step.CHANGED, {"changed": ["pain", "sleep"], "words": ["x" * 4000]}, {}),
        (Step.CHANGED, {"changed": ["pain"], "words": ["x" * 4001]}, {"words": "too_long"}),
        (Step.TRIED, {}, {}),
        (Step.REACH, {"by": ["phone"], "when": ["noon"]}, {"when": "choose"}),
    ],
)
def test_what_a_page_may_say(step: Step, given: dict[str, list[str]], wrong: dict[str, str]) -> None:
    assert answer_mistakes(step, given) == wrong


def test_what_is_kept_of_a_page() -> None:
    given = {"changed": ["pain", "pain", "sleep"], "words": ["  worse \n"], "csrf_token": ["x"]}
    assert taken(Step.CHANGED, given) == {"changed": ["pain", "sleep"], "words": "worse"}


def test_the_first_page_that_lacks_its_answer() -> None:
    assert first_gap({}) is Step.SIGNS
    assert first_gap({"signs": "no", "who": "self", "changed": ["pain"]}) is Step.HELP
    assert (
        first_gap({"signs": "no", "who": "self", "changed": ["a"], "help": "call", "by": "text"}) is None
    )


@pytest.mark.parametrize(("left", "due"), [(31, []), (30, [30]), (8, [30]), (7, [7]), (0, [7]), (-1, [])])
def test_clin_08_warnings_at_30_and_7_days(left: int, due: list[int]) -> None:
    assert list(warnings_due(date(2026, 9, 1) + timedelta(days=left), today=date(2026, 9, 1))) == due


@pytest.mark.parametrize(
    ("every", "today", "count"),
    [
        (0, date(2027, 1, 1), 0),
        (3, date(2026, 6, 1), 0),
        (3, date(2026, 6, 2), 1),
        (3, date(2030, 1, 1), 4),
    ],
)
def test_b46_set_points_at_which_we_look_in(every: int, today: date, count: int) -> None:
    assert check_ins_due(DISCHARGED, YEAR.ends_on, every=every, today=today) == count


def test_c26_x9_a_contract_may_end_the_window_and_forbid_it() -> None:
    """C26: within 12 months of discharge; X9: under 004 only a referrer sends somebody back."""
    year = Contract(is_limit=True)
    last = date(2027, 3, 2)
    assert terms_mistakes(date(2026, 4, 1), last, year, since=DISCHARGED) == {}
    late = terms_mistakes(date(2026, 4, 1), last + timedelta(days=1), year, since=DISCHARGED)
    assert late == {"ends_on": "beyond_contract"}
    nobody = Contract(may_agree=False)
    assert terms_mistakes(DISCHARGED, last, nobody) == {"starts_on": "referrer_only"}


def test_clin_09_the_contracts_own_closing_hour_counts() -> None:
    at = datetime(2026, 9, 22, 16, 45, tzinfo=UTC)  # 17:45 in London
    assert read_by(at, 1, closes=time(18, 30)) == date(2026, 9, 23)
    assert read_by(at, 1, closes=time(17, 30)) == date(2026, 9, 24)
