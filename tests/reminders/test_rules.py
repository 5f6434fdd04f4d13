"""The planner: at most one text for a person, at the right hour, or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from patientapp.messaging.claim_rules import Receiver
from patientapp.messaging.rules import may_call_now
from patientapp.patients.contact_rules import TextKind, Wishes, refused_kinds
from patientapp.reminders.decision import Text
from patientapp.reminders.facts import Course, Person, Sent, Visit, VisitState
from patientapp.reminders.rules import decide
from patientapp.workdays import LONDON, london_day, london_time

PACK, VISIT_ID, OTHER_VISIT = UUID(int=5), UUID(int=6), UUID(int=7)
RECEIVER = Receiver(mobile="+447700900001", texts_ok=True, died=False)
PERSON = Person(receiver=RECEIVER, chosen_at=time(10))
ENTRY = Course(
    pack_id=PACK,
    is_entry=True,
    opens_on=date(2026, 9, 22),
    due_on=date(2026, 10, 20),
    closes_on=date(2026, 11, 3),
)
LATER = replace(
    ENTRY,
    is_entry=False,
    opens_on=date(2026, 9, 15),
    due_on=date(2026, 9, 22),
    closes_on=date(2026, 10, 13),
)
QUARTER = timedelta(minutes=15)


def at(text: str) -> datetime:
    """A London wall time."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def visit(starts: str, **over: Any) -> Visit:
    facts: dict[str, Any] = {
        "appointment_id": VISIT_ID,
        "occurrence": 1,
        "starts_at": at(starts),
        "booked_at": at("2026-09-01T11:00"),
    }
    return Visit(**(facts | over))


def refusing(*kinds: TextKind) -> Receiver:
    return replace(RECEIVER, refused=frozenset(kinds))


def lived_through(
    person: Person,
    courses: Iterable[Course],
    visits: Iterable[Visit],
    first: str,
    days: int,
) -> list[tuple[str, str]]:
    """(template, London time) of each text, asking when the planner itself says to look next.

    Between two looks it is asked every quarter of an hour too, and must have nothing to say.
    """
    now, end = at(first), at(first) + timedelta(days=days)
    courses, visits, sent = tuple(courses), tuple(visits), list[tuple[str, str]]()
    look: datetime | None = now
    while now < end:
        found = decide(person, courses, visits, now)
        if found.text is not None:
            assert look is not None, "a text that no look would have found"
            assert look <= now, "a text that no look would have found in time"
            sent.append((found.text.template, f"{now.astimezone(LONDON):%Y-%m-%dT%H:%M}"))
            person = given(person, found.text)
            look = now
            continue
        look = found.next_look
        assert look is None or look > now
        now = min(now + QUARTER, look or end)
    return sent


def given(person: Person, text: Text) -> Person:
    """They got this text."""
    got = Sent(key=text.key, about=text.about, template=text.template, at=text.due_at)
    return replace(person, texts=(*person.texts, got))


# ---- who gets nothing -------------------------------------------------------------------------

NOBODY: list[tuple[str, Person, Course, str]] = [
    ("not open yet", PERSON, ENTRY, "2026-09-21T12:00"),
    ("closed", PERSON, ENTRY, "2026-11-04T12:00"),
    ("done", PERSON, replace(ENTRY, done=True), "2026-09-22T12:00"),
    ("opted out", replace(PERSON, receiver=replace(RECEIVER, texts_ok=False)), ENTRY, "2026-09-22T12:00"),
    ("no mobile", replace(PERSON, receiver=replace(RECEIVER, mobile="")), ENTRY, "2026-09-22T12:00"),
    ("died", replace(PERSON, receiver=replace(RECEIVER, died=True)), ENTRY, "2026-09-22T12:00"),
    (
        "no texts",
        replace(PERSON, receiver=replace(RECEIVER, needs=("no_texts",))),
        ENTRY,
        "2026-09-22T12:00",
    ),
    (
        "phone only",
        replace(PERSON, receiver=replace(RECEIVER, needs=("phone_only",))),
        ENTRY,
        "2026-09-22T12:00",
    ),
    ("audio", replace(PERSON, receiver=replace(RECEIVER, needs=("audio",))), ENTRY, "2026-09-22T12:00"),
    (
        "no consent to questionnaires",
        replace(PERSON, receiver=refusing(TextKind.QUESTIONNAIRE)),
        ENTRY,
        "2026-09-22T12:00",
    ),
    ("before the chosen time", PERSON, ENTRY, "2026-09-22T09:59"),
    ("before the chosen evening", replace(PERSON, chosen_at=time(17, 30)), ENTRY, "2026-09-22T17:29"),
    ("in the night", PERSON, ENTRY, "2026-09-23T02:00"),
    ("after eight in the evening", PERSON, ENTRY, "2026-09-22T20:00"),
    ("day 0 is the due day, not the day of opening", PERSON, LATER, "2026-09-21T12:00"),
]


@pytest.mark.parametrize(
    ("person", "course", "now"), [case[1:] for case in NOBODY], ids=[case[0] for case in NOBODY]
)
def test_sms_06_clin_11_no_text(person: Person, course: Course, now: str) -> None:
    assert decide(person, [course], [], at(now)).text is None


# ---- the cadences -----------------------------------------------------------------------------

ENTRY_COURSES = [
    (
        "no visit known",
        ENTRY,
        [("q-invite", "2026-09-22T10:00"), ("q-remind", "2026-09-25T10:00")],
    ),
    (
        "two days before the visit",
        replace(ENTRY, visit_on=date(2026, 10, 20)),
        [
            ("q-invite", "2026-09-22T10:00"),
            ("q-remind", "2026-09-25T10:00"),
            ("q-remind", "2026-10-18T10:00"),
        ],
    ),
    (
        "a visit so near that two reminders would meet",
        replace(ENTRY, visit_on=date(2026, 9, 28)),
        [("q-invite", "2026-09-22T10:00"), ("q-remind", "2026-09-26T10:00")],
    ),
    (
        "a visit tomorrow",
        replace(ENTRY, visit_on=date(2026, 9, 23)),
        [("q-invite", "2026-09-22T10:00"), ("q-remind", "2026-09-25T10:00")],
    ),
]


@pytest.mark.parametrize(
    ("course", "texts"), [case[1:] for case in ENTRY_COURSES], ids=[case[0] for case in ENTRY_COURSES]
)
def test_the_course_before_the_first_visit(course: Course, texts: list[tuple[str, str]]) -> None:
    assert lived_through(PERSON, [course], [], "2026-09-20T00:00", 60) == texts


@pytest.mark.parametrize("chosen", [time(10), time(17, 30)], ids=str)
def test_the_twelve_day_course_after_discharge(chosen: time) -> None:
    person = replace(PERSON, chosen_at=chosen)
    assert lived_through(person, [LATER], [], "2026-09-14T00:00", 40) == [
        ("after-care", f"2026-09-22T{chosen:%H:%M}"),
        ("q-remind", f"2026-09-25T{chosen:%H:%M}"),
        ("q-remind", f"2026-09-29T{chosen:%H:%M}"),
        ("q-last", f"2026-10-04T{chosen:%H:%M}"),
    ]


def test_time_04_a_planner_that_was_away_sends_the_latest_step_only() -> None:
    person = given(PERSON, _first(LATER, "2026-09-22T10:00"))
    found = decide(person, [LATER], [], at("2026-09-30T11:00")).text
    assert found is not None
    assert found.key == f"{PACK}:day7"
    assert lived_through(person, [LATER], [], "2026-09-30T11:00", 30) == [
        ("q-remind", "2026-09-30T11:00"),
        ("q-last", "2026-10-04T10:00"),
    ]


def _first(course: Course, when: str) -> Text:
    text = decide(PERSON, [course], [], at(when)).text
    assert text is not None
    return text


def test_part_finished_is_reminded_a_day_after_the_last_answer_once() -> None:
    begun = replace(LATER, last_answer_at=at("2026-09-22T14:10"))
    texts = lived_through(
        given(PERSON, _first(LATER, "2026-09-22T10:00")), [begun], [], "2026-09-22T14:15", 30
    )
    assert texts == [
        ("q-remind", "2026-09-23T14:10"),
        ("q-remind", "2026-09-25T10:00"),
        ("q-remind", "2026-09-29T10:00"),
        ("q-last", "2026-10-04T10:00"),
    ]
    person = given(PERSON, _first(LATER, "2026-09-22T10:00"))
    nudge = decide(person, [begun], [], at("2026-09-23T14:10")).text
    assert nudge is not None
    assert nudge.key == f"{PACK}:part"
    again = replace(begun, last_answer_at=at("2026-09-23T20:00"))
    after = lived_through(given(person, nudge), [again], [], "2026-09-23T14:15", 2)
    assert after == [("q-remind", "2026-09-25T10:00")], "once: more answers bring no second one"


def test_part_finished_in_the_evening_waits_for_ten_o_clock() -> None:
    begun = replace(LATER, last_answer_at=at("2026-09-22T22:00"))
    person = given(PERSON, _first(LATER, "2026-09-22T10:00"))
    assert lived_through(person, [begun], [], "2026-09-22T22:15", 2) == [("q-remind", "2026-09-24T10:00")]


FACE = "2026-10-21T14:30"  # a Wednesday
VISITS = [
    (
        "booked long before",
        visit(FACE),
        "2026-09-01T11:00",
        [
            ("appt-booked", "2026-09-01T11:00"),
            ("appt-7d", "2026-10-14T10:00"),
            ("appt-2d", "2026-10-19T10:00"),
        ],
    ),
    (
        "by video",
        visit(FACE, is_video=True),
        "2026-10-21T00:00",
        [("appt-video", "2026-10-21T12:30")],
    ),
    (
        "by video at nine: not before eight",
        visit("2026-10-21T09:00", is_video=True),
        "2026-10-21T00:00",
        [("appt-video", "2026-10-21T08:00")],
    ),
    (
        "confirmed: no question whether they come",
        visit(FACE, state=VisitState.CONFIRMED),
        "2026-09-10T00:00",
        [("appt-2d", "2026-10-19T10:00")],
    ),
    (
        "two working days over a weekend",
        visit("2026-10-19T14:30"),
        "2026-09-10T00:00",
        [("appt-7d", "2026-10-12T10:00"), ("appt-2d", "2026-10-15T10:00")],
    ),
    (
        "two working days over Easter",
        visit("2027-03-30T14:30", booked_at=at("2027-02-01T10:00")),
        "2027-03-01T00:00",
        [("appt-7d", "2027-03-23T10:00"), ("appt-2d", "2027-03-25T10:00")],
    ),
    (
        "booked five days before: no weekly reminder after it",
        visit(FACE, booked_at=at("2026-10-16T11:00")),
        "2026-10-16T11:00",
        [("appt-booked", "2026-10-16T11:00"), ("appt-2d", "2026-10-19T10:00")],
    ),
    (
        "booked the day before",
        visit(FACE, booked_at=at("2026-10-20T11:00")),
        "2026-10-20T11:00",
        [("appt-booked", "2026-10-20T11:00")],
    ),
    (
        "booked late in the evening",
        visit(FACE, booked_at=at("2026-09-01T21:00")),
        "2026-09-01T21:00",
        [
            ("appt-booked", "2026-09-02T10:00"),
            ("appt-7d", "2026-10-14T10:00"),
            ("appt-2d", "2026-10-19T10:00"),
        ],
    ),
    (
        "an import of an old booking is no news",
        visit(FACE, booked_at=at("2026-06-01T21:00")),
        "2026-09-15T12:00",
        [("appt-7d", "2026-10-14T10:00"), ("appt-2d", "2026-10-19T10:00")],
    ),
    ("cancelled or missed", visit(FACE, state=VisitState.OTHER), "2026-10-10T00:00", []),
    (
        "attended: the next working day at half past five",
        visit("2026-10-23T14:30", state=VisitState.ATTENDED),  # a Friday
        "2026-10-23T16:00",
        [("fft", "2026-10-26T17:30")],
    ),
    (
        "attended, and marked so a week later: no longer fresh",
        visit("2026-10-14T14:30", state=VisitState.ATTENDED),
        "2026-10-21T16:00",
        [],
    ),
]


@pytest.mark.parametrize(
    ("coming", "first", "texts"), [case[1:] for case in VISITS], ids=[case[0] for case in VISITS]
)
def test_the_texts_of_a_visit(coming: Visit, first: str, texts: list[tuple[str, str]]) -> None:
    assert lived_through(PERSON, [], [coming], first, 70) == texts


def test_a_visit_that_was_moved_is_told_anew() -> None:
    person = given(PERSON, _of_visit(visit(FACE), "2026-09-01T11:00"))
    moved = visit("2026-10-28T09:00", occurrence=2, booked_at=at("2026-09-01T13:00"))
    text = decide(person, [], [moved], at("2026-09-01T13:00")).text
    assert text is not None
    assert (text.key, text.template) == (f"{VISIT_ID}:2:booked", "appt-booked")


def _of_visit(one: Visit, when: str) -> Text:
    text = decide(PERSON, [], [one], at(when)).text
    assert text is not None
    return text


def test_time_03_working_days_of_a_year_without_bank_holidays_are_not_needed_before_time() -> None:
    far = visit("2029-03-14T10:00", booked_at=at("2028-12-01T10:00"))
    found = decide(PERSON, [], [far], at("2028-12-04T10:00"))
    assert found.text is None
    assert found.next_look is not None


# ---- clock changes and quiet hours ------------------------------------------------------------

NIGHTS = [
    ("the clocks go forward", date(2026, 3, 28), ["2026-03-28T10:00", "2026-03-31T10:00"]),
    ("opening on the night itself", date(2026, 3, 29), ["2026-03-29T10:00", "2026-04-01T10:00"]),
    ("the clocks go back", date(2026, 10, 24), ["2026-10-24T10:00", "2026-10-27T10:00"]),
    ("opening on that night itself", date(2026, 10, 25), ["2026-10-25T10:00", "2026-10-28T10:00"]),
]


@pytest.mark.parametrize(("opens", "times"), [case[1:] for case in NIGHTS], ids=[c[0] for c in NIGHTS])
def test_time_02_ten_o_clock_stays_ten_o_clock(opens: date, times: list[str]) -> None:
    course = replace(ENTRY, opens_on=opens, closes_on=opens + timedelta(days=30))
    first = f"{opens - timedelta(days=1)}T20:00"
    assert [when for _name, when in lived_through(PERSON, [course], [], first, 12)] == times


@pytest.mark.parametrize(
    ("starts", "two_days"),
    [("2026-03-31T09:00", "2026-03-27T10:00"), ("2026-10-27T09:00", "2026-10-23T10:00")],
    ids=["March", "October"],
)
def test_time_02_two_working_days_across_the_clock_changes(starts: str, two_days: str) -> None:
    coming = visit(starts, booked_at=at("2026-01-05T10:00"))
    first = f"{london_day(at(two_days)) - timedelta(days=1)}T20:00"
    assert lived_through(PERSON, [], [coming], first, 6) == [("appt-2d", two_days)]


def test_sms_05_every_text_of_a_crowded_year_leaves_between_eight_and_eight() -> None:
    """Every hour of booking, answering and starting: nothing leaves outside of its window."""
    for hour in range(24):
        begun = replace(ENTRY, last_answer_at=at(f"2026-10-23T{hour:02d}:40"))
        coming = visit(
            f"2026-10-27T{hour:02d}:20", booked_at=at(f"2026-10-20T{hour:02d}:50"), is_video=True
        )
        now, person = at("2026-10-20T00:00"), PERSON
        while now < at("2026-10-28T00:00"):
            text = decide(person, [begun], [coming], now).text
            if text is not None:
                assert may_call_now(now), (hour, text)
                assert text.useful_until > now
                person = given(person, text)
            now += QUARTER


def test_sms_05_a_text_is_of_use_for_two_days_and_never_past_its_cause() -> None:
    early, late = _first(ENTRY, "2026-09-22T12:00"), _first(ENTRY, "2026-11-03T12:00")
    assert early.useful_until == at("2026-09-24T12:00")
    assert late.useful_until == at("2026-11-03T20:00")
    video = _of_visit(visit(FACE, is_video=True), "2026-10-21T12:30")
    assert video.useful_until == at(FACE)


# ---- one stream a person ----------------------------------------------------------------------


def test_two_causes_on_one_day_the_visit_goes_first_and_the_questions_wait() -> None:
    coming = visit("2026-09-24T14:30", booked_at=at("2026-09-01T10:00"))
    assert lived_through(PERSON, [ENTRY], [coming], "2026-09-22T00:00", 8) == [
        ("appt-2d", "2026-09-22T10:00"),
        ("q-invite", "2026-09-23T10:00"),
        ("q-remind", "2026-09-26T10:00"),
    ]


def test_two_packs_on_one_day_are_two_days() -> None:
    other = replace(LATER, pack_id=UUID(int=8))
    assert lived_through(PERSON, [ENTRY, other], [], "2026-09-22T00:00", 2) == [
        ("after-care", "2026-09-22T10:00"),
        ("q-invite", "2026-09-23T10:00"),
    ]


def test_sms_07_no_more_than_two_a_day_and_four_in_seven_days() -> None:
    visits = [
        visit(f"2026-10-{day:02d}T14:30", appointment_id=UUID(int=100 + day), is_video=True)
        for day in range(19, 24)
    ]
    texts = lived_through(PERSON, [ENTRY], visits, "2026-10-05T00:00", 21)
    days = [london_day(at(when)) for _name, when in texts]
    assert max(days.count(day) for day in days) <= 2
    for day in days:
        assert sum(timedelta(0) <= later - day < timedelta(days=7) for later in days) <= 4


def test_a_text_on_its_way_holds_back_questions_but_not_a_visit() -> None:
    stuck = Sent(key="x", about=UUID(int=9), template="q-remind", at=at("2026-10-21T10:00"), is_open=True)
    person = replace(PERSON, texts=(stuck,))
    found = decide(person, [ENTRY], [], at("2026-10-22T12:00"))
    assert found.text is None
    assert found.next_look == at("2026-10-22T13:00")
    video = decide(person, [ENTRY], [visit(FACE, is_video=True)], at("2026-10-21T12:30")).text
    assert video is not None
    assert video.template == "appt-video"


def test_sms_06_one_finished_task_silences_its_rest() -> None:
    person = given(PERSON, _first(LATER, "2026-09-22T10:00"))
    found = decide(person, [replace(LATER, done=True)], [], at("2026-09-25T10:00"))
    assert (found.text, found.tasks, found.next_look) == (None, (), None)


# ---- consent, pauses, shared phones -----------------------------------------------------------

CONSENT = [
    ("visits", (TextKind.VISIT,), ["q-invite"]),
    ("questionnaires", (TextKind.QUESTIONNAIRE,), ["appt-2d"]),
    ("feedback", (TextKind.FEEDBACK,), ["appt-2d", "q-invite"]),
]


@pytest.mark.parametrize(("no", "texts"), [case[1:] for case in CONSENT], ids=[c[0] for c in CONSENT])
def test_consent_to_each_kind_stands_apart(no: Sequence[TextKind], texts: list[str]) -> None:
    """B20, N32."""
    person = replace(PERSON, receiver=refusing(*no))
    coming = visit("2026-09-24T14:30")
    over = visit("2026-09-21T14:30", appointment_id=OTHER_VISIT, state=VisitState.ATTENDED)
    found = lived_through(person, [ENTRY], [coming, over], "2026-09-22T00:00", 2)
    assert [name for name, _when in found if name != "fft"] == texts
    assert ("fft" in dict(found)) is (TextKind.FEEDBACK not in no and len(texts) == 1)


def test_a_bereavement_silences_questions_and_feedback_until_its_day_and_not_visits() -> None:
    until = date(2026, 9, 29)
    coming = visit("2026-09-24T14:30")
    over = visit("2026-09-21T14:30", appointment_id=OTHER_VISIT, state=VisitState.ATTENDED)
    grieving = replace(
        PERSON, receiver=refusing(TextKind.QUESTIONNAIRE, TextKind.FEEDBACK), paused_until=until
    )
    quiet = lived_through(grieving, [ENTRY], [coming, over], "2026-09-22T00:00", 6)
    assert quiet == [("appt-2d", "2026-09-22T10:00")]
    after = decide(grieving, [ENTRY], [coming, over], at("2026-09-27T12:00"))
    assert (after.tasks, after.next_look) == ((), at("2026-09-29T08:00"))
    later = lived_through(PERSON, [ENTRY], [coming, over], "2026-09-29T08:00", 2)
    assert later == [("q-invite", "2026-09-29T10:00")]


def test_sms_12_people_who_share_a_phone_get_links_not_digits() -> None:
    sharing = replace(PERSON, shares_phone=True)
    names = [name for name, _when in lived_through(sharing, [], [visit(FACE)], "2026-09-01T11:00", 70)]
    assert names == ["appt-shared"] * 3


def test_sms_12_one_open_prompt_per_number() -> None:
    first = visit(FACE)
    second = visit("2026-10-28T14:30", appointment_id=OTHER_VISIT)
    texts = lived_through(PERSON, [], [first, second], "2026-09-01T11:00", 60)
    assert texts == [
        ("appt-booked", "2026-09-01T11:00"),
        ("appt-shared", "2026-09-01T11:00"),
        ("appt-7d", "2026-10-14T10:00"),
        ("appt-2d", "2026-10-19T10:00"),
        ("appt-shared", "2026-10-21T10:00"),
        ("appt-2d", "2026-10-26T10:00"),  # the first visit is over
    ]


# ---- staff instead ----------------------------------------------------------------------------

STAFF = [
    ("no mobile", {"mobile": ""}, True),
    ("opted out", {"texts_ok": False}, True),
    ("phone only", {"needs": ("phone_only",)}, True),
    ("audio", {"needs": ("audio",)}, True),
    ("no to questionnaires", {"refused": frozenset({TextKind.QUESTIONNAIRE})}, True),
    ("no to feedback", {"refused": frozenset({TextKind.FEEDBACK})}, False),
    ("died", {"mobile": "", "died": True}, False),
    ("large print is no reason not to text", {"needs": ("large_print", "interpreter")}, False),
]


@pytest.mark.parametrize(("over", "told"), [case[1:] for case in STAFF], ids=[case[0] for case in STAFF])
def test_clin_12_staff_hear_of_those_who_cannot_be_texted_once(over: dict[str, Any], told: bool) -> None:
    person = replace(PERSON, receiver=replace(RECEIVER, **over))
    found = decide(person, [ENTRY], [], at("2026-09-22T12:00"))
    assert [task.source for task in found.tasks] == ([f"{PACK}:no_mobile"] if told else [])
    again = replace(person, told=frozenset(task.source for task in found.tasks))
    assert decide(again, [ENTRY], [], at("2026-09-22T12:00")).tasks == ()


def test_clin_12_a_visit_of_somebody_who_cannot_be_texted_is_a_task() -> None:
    person = replace(PERSON, receiver=replace(RECEIVER, needs=("no_texts",)))
    found = decide(person, [], [visit(FACE)], at("2026-09-01T12:00"))
    assert [task.reason for task in found.tasks] == ["visit_no_text"]
    over = visit(FACE, state=VisitState.ATTENDED)
    assert decide(person, [], [over], at("2026-10-22T17:30")).tasks == (), "nobody is rung for feedback"


def test_n48_c60_who_needs_paper_gets_a_pack_by_post_and_visits_by_text() -> None:
    needs = ("paper", "large_print")
    refused = refused_kinds(Wishes(), today=date(2026, 9, 22), needs=needs)
    person = replace(PERSON, receiver=replace(RECEIVER, needs=needs, refused=refused))
    assert decide(person, [], [visit(FACE)], at("2026-09-01T12:00")).text is not None
    found = decide(person, [ENTRY], [], at("2026-09-22T12:00"))
    assert [task.reason for task in found.tasks] == ["pack_on_paper"]
    told = replace(person, told=frozenset(task.source for task in found.tasks))
    assert decide(told, [ENTRY], [], at("2026-09-22T12:00")).tasks == ()
    assert decide(told, [ENTRY], [], at("2026-09-22T12:00")).text is None


def test_n33_who_needs_help_with_booking_is_rung_once_about_each_time_and_texted_too() -> None:
    person, now = replace(PERSON, booking_help=True), at("2026-09-01T12:00")
    found = decide(person, [], [visit(FACE)], now)
    [task] = found.tasks
    assert task.reason == "visit_booking_help"
    assert found.text is not None, "a call is beside the text, not instead of it"
    rung = replace(person, told=frozenset({task.source}))
    assert decide(rung, [], [visit(FACE)], now).tasks == ()
    assert decide(person, [], [visit(FACE, state=VisitState.CONFIRMED)], now).tasks == ()
    assert decide(PERSON, [], [visit(FACE)], now).tasks == ()
    [again] = decide(rung, [], [visit(FACE, occurrence=9)], now).tasks
    assert again.source != task.source, "another time is another call"


def test_clin_12_who_cannot_be_texted_is_looked_at_when_their_questions_open() -> None:
    person = replace(PERSON, receiver=replace(RECEIVER, mobile=""))
    found = decide(person, [ENTRY], [], at("2026-09-20T12:00"))
    assert (found.tasks, found.next_look) == ((), at("2026-09-22T10:00"))


def test_perf_9_who_has_nothing_to_come_is_not_looked_at() -> None:
    assert decide(PERSON, [], [], at("2026-09-22T12:00")).next_look is None
    over = replace(ENTRY, done=True)
    assert decide(PERSON, [over], [], at("2026-09-22T12:00")).next_look is None


def test_no_step_leaves_before_the_chosen_time_of_any_day() -> None:
    evening = replace(PERSON, chosen_at=time(17, 30))
    texts = lived_through(evening, [LATER], [visit(FACE)], "2026-09-22T12:00", 40)
    assert {london_time(at(when)) for _name, when in texts} == {time(17, 30)}
