"""What can happen to a visit, by tables of cases."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import product

import pytest

from patientapp.appointments.details_rules import mistakes, parse_clock, place_word
from patientapp.appointments.rules import (
    CANCELLED,
    MOVES,
    OPEN,
    OVER,
    Details,
    FreeTime,
    Refusal,
    VisitKind,
    VisitMode,
    VisitState,
    first_day,
    may_undo,
    why_not,
)
from patientapp.appointments.said_rules import Said, next_step
from tests.appointments.world import IN_TEN_DAYS, a_visit, details
from tests.factories import NOW

S = VisitState


def test_b22_every_state_says_what_may_follow() -> None:
    assert set(MOVES) == set(VisitState)
    assert set(VisitState) == OPEN | CANCELLED | OVER
    assert FreeTime(id=a_visit().id, details=details()).details.place == "Moorside Hub"


WAYS = [
    ("keep", S.BOOKED, S.CONFIRMED, True, None),
    ("keep a moved one", S.MOVED, S.CONFIRMED, True, None),
    ("cancel", S.CONFIRMED, S.CANCELLED_BY_PATIENT, True, None),
    ("a patient cannot say that we cancel", S.BOOKED, S.CANCELLED_BY_SERVICE, True, Refusal.NOT_YOURS),
    ("nor that they came", S.BOOKED, S.ATTENDED, True, Refusal.NOT_YOURS),
    ("nor that they did not", S.BOOKED, S.MISSED, True, Refusal.NOT_YOURS),
    ("we cancel", S.BOOKED, S.CANCELLED_BY_SERVICE, False, None),
    ("nobody came yet", S.BOOKED, S.ATTENDED, False, Refusal.TOO_EARLY),
    ("nobody missed it yet", S.CONFIRMED, S.MISSED, False, Refusal.TOO_EARLY),
    ("keep a cancelled one", S.CANCELLED_BY_PATIENT, S.CONFIRMED, True, Refusal.NOT_NOW),
    ("cancel what we cancelled", S.CANCELLED_BY_SERVICE, S.CANCELLED_BY_PATIENT, True, Refusal.NOT_YOURS),
    ("put back what we cancelled", S.CANCELLED_BY_SERVICE, S.BOOKED, True, Refusal.NOT_YOURS),
    ("move what is over", S.ATTENDED, S.MOVED, False, Refusal.NOT_NOW),
    ("a slip of the desk", S.ATTENDED, S.MISSED, False, None),
]


@pytest.mark.parametrize(
    ("state", "to", "by_patient", "refusal"), [w[1:] for w in WAYS], ids=[w[0] for w in WAYS]
)
def test_b22_who_may_do_what(
    state: VisitState, to: VisitState, by_patient: bool, refusal: Refusal | None
) -> None:
    starts = NOW - timedelta(hours=1) if state in OVER else IN_TEN_DAYS
    visit = a_visit(state=state, details=details(starts_at=starts))
    assert why_not(visit, to, by_patient=by_patient, now=NOW) is refusal


@pytest.mark.parametrize(("state", "to"), list(product(VisitState, VisitState)))
def test_b22_nothing_happens_that_the_table_does_not_hold(state: VisitState, to: VisitState) -> None:
    visit = a_visit(state=state, details=details(starts_at=NOW + timedelta(hours=3)), at=NOW)
    allowed = why_not(visit, to, by_patient=False, now=NOW) is None
    assert not allowed or to in MOVES[state]


@pytest.mark.parametrize("to", [S.CONFIRMED, S.CANCELLED_BY_PATIENT, S.MOVED])
def test_b22_a_patient_changes_nothing_once_it_has_begun(to: VisitState) -> None:
    visit = a_visit(details=details(starts_at=NOW))
    assert why_not(visit, to, by_patient=True, now=NOW) is Refusal.TOO_LATE


UNDO = [
    ("at once", timedelta(0), timedelta(days=2), True),
    ("a second before two hours", timedelta(hours=2, seconds=-1), timedelta(days=2), True),
    ("at two hours", timedelta(hours=2), timedelta(days=2), False),
    ("the visit begins before that", timedelta(hours=1), timedelta(hours=1), False),
]


@pytest.mark.parametrize(("after", "starts", "expected"), [u[1:] for u in UNDO], ids=[u[0] for u in UNDO])
@pytest.mark.parametrize("by_patient", [True, False])
def test_rel_09_a_cancel_can_be_undone_for_two_hours(
    after: timedelta, starts: timedelta, expected: bool, by_patient: bool
) -> None:
    visit = a_visit(state=S.CANCELLED_BY_PATIENT, at=NOW, details=details(starts_at=NOW + starts))
    assert may_undo(visit, NOW + after) is expected
    refusal = why_not(visit, S.BOOKED, by_patient=by_patient, now=NOW + after)
    assert (refusal is None) is expected


def test_rel_09_the_two_hours_are_hours_also_when_the_clocks_change() -> None:
    from datetime import UTC, datetime

    night = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 01:30 in London, which comes twice
    visit = a_visit(
        state=S.CANCELLED_BY_PATIENT, at=night, details=details(starts_at=night + timedelta(days=2))
    )
    assert may_undo(visit, night + timedelta(minutes=119))
    assert not may_undo(visit, night + timedelta(minutes=120))


WRONG = [
    ("fine", {}, set()),
    ("past", {"starts_at": NOW}, {"starts_at"}),
    ("far", {"starts_at": NOW + timedelta(days=900)}, {"starts_at"}),
    ("no minutes", {"minutes": 0}, {"minutes"}),
    ("all day", {"minutes": 481}, {"minutes"}),
    ("long place", {"place": "x" * 101}, {"place"}),
    ("link in person", {"video_link": "https://a.example/x"}, {"video_link"}),
    ("video", {"mode": VisitMode.VIDEO, "video_link": "https://a.example/x"}, set()),
    ("not https", {"mode": VisitMode.VIDEO, "video_link": "http://a.example"}, {"video_link"}),
    ("script", {"mode": VisitMode.VIDEO, "video_link": "javascript:alert(1)"}, {"video_link"}),
    ("no host", {"mode": VisitMode.VIDEO, "video_link": "https://"}, {"video_link"}),
    ("no domain", {"mode": VisitMode.VIDEO, "video_link": "https://x"}, {"video_link"}),
    ("space", {"mode": VisitMode.VIDEO, "video_link": "https://a b"}, {"video_link"}),
]


@pytest.mark.parametrize(("over", "fields"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_b22_what_a_time_and_place_must_be(over: dict[str, object], fields: set[str]) -> None:
    assert set(mistakes(details(**over), now=NOW)) == fields


def test_a_past_time_is_fine_where_history_is_told() -> None:
    assert mistakes(details(starts_at=NOW - timedelta(days=9)), now=NOW, past_is_fine=True) == {}


PLACES = [
    ("Moorside Hub", VisitMode.FACE_TO_FACE, "Moorside Hub"),
    ("P" * 16, VisitMode.FACE_TO_FACE, "P" * 16),
    ("P" * 17, VisitMode.FACE_TO_FACE, "@letter"),
    ("", VisitMode.FACE_TO_FACE, "@letter"),
    ("Café Łódź", VisitMode.FACE_TO_FACE, "@letter"),  # would make the text cost more
    ("@video", VisitMode.FACE_TO_FACE, "@letter"),  # no code from outside
    ("{phone}", VisitMode.FACE_TO_FACE, "@letter"),
    ("Room 1", VisitMode.VIDEO, "@video"),
    ("", VisitMode.TELEPHONE, "@telephone"),
]


@pytest.mark.parametrize(("place", "mode", "word"), PLACES)
def test_link_07_a_place_fits_its_text(place: str, mode: VisitMode, word: str) -> None:
    assert place_word(details(place=place, mode=mode)) == word


CLOCKS = [
    ("10:30", time(10, 30)),
    ("10.30", time(10, 30)),
    ("1030", time(10, 30)),
    ("9:05am", time(9, 5)),
    ("2pm", time(14)),
    ("12:15 PM", time(12, 15)),
    ("12am", time(0)),
    ("२:१५pm", time(14, 15)),
    ("23:59", time(23, 59)),
    ("24:00", None),
    ("10:60", None),
    ("13pm", None),
    ("0am", None),
    ("10", None),
    ("half ten", None),
    ("", None),
    ("10:30:00", None),
]


@pytest.mark.parametrize(("typed", "read"), CLOCKS)
def test_times_as_people_write_them(typed: str, read: time | None) -> None:
    assert parse_clock(typed) == read


def _first(state: VisitState, days: int) -> object:
    return a_visit(
        kind=VisitKind.FIRST, state=state, details=details(starts_at=NOW + timedelta(days=days))
    )


FIRSTS = [
    ("none", [], None),
    ("hoped for", [_first(S.BOOKED, 5)], 5),
    ("the earlier one", [_first(S.BOOKED, 9), _first(S.CONFIRMED, 5)], 5),
    ("what was attended counts", [_first(S.ATTENDED, -2), _first(S.BOOKED, -9)], -2),
    (
        "missed and cancelled do not",
        [_first(S.MISSED, -2), _first(S.CANCELLED_BY_PATIENT, 2), _first(S.MOVED, 7)],
        7,
    ),
    ("nothing left", [_first(S.CANCELLED_BY_SERVICE, 3)], None),
    ("follow-ups do not count", [a_visit()], None),
]


@pytest.mark.parametrize(("visits", "days"), [f[1:] for f in FIRSTS], ids=[f[0] for f in FIRSTS])
def test_k14_the_day_of_the_first_visit(visits: list[object], days: int | None) -> None:
    expected = None if days is None else date(2026, 9, 22) + timedelta(days=days)
    assert first_day(visits) == expected  # type: ignore[arg-type]


def said(state: VisitState = S.BOOKED, **over: object) -> Said:
    return Said(details=details(**over), state=state)


LATER = IN_TEN_DAYS + timedelta(days=1)
SENDER = [
    ("the same", a_visit(), said(), None),
    ("a new time", a_visit(), said(starts_at=LATER), S.MOVED),
    ("by phone now", a_visit(state=S.CONFIRMED), said(mode=VisitMode.TELEPHONE), S.MOVED),
    ("the sender knows no place", a_visit(state=S.CONFIRMED), said(place=""), None),
    ("longer", a_visit(state=S.CONFIRMED), said(minutes=60), S.CONFIRMED),
    ("booked is no news to one who said yes here", a_visit(state=S.CONFIRMED), said(), None),
    (
        "booked is no news to one who cancelled here",
        a_visit(state=S.CANCELLED_BY_PATIENT, by="patient:x"),
        said(),
        None,
    ),
    (
        "a new time is",
        a_visit(state=S.CANCELLED_BY_PATIENT, by="patient:x"),
        said(starts_at=LATER),
        S.BOOKED,
    ),
    (
        "the sender takes back its own",
        a_visit(state=S.CANCELLED_BY_SERVICE, by="import:x"),
        said(),
        S.BOOKED,
    ),
    ("but not ours", a_visit(state=S.CANCELLED_BY_SERVICE, by="staff:x"), said(), None),
    ("they told the sender yes", a_visit(), said(S.CONFIRMED), S.CONFIRMED),
    ("they came", a_visit(state=S.CONFIRMED), said(S.ATTENDED), S.ATTENDED),
    ("a slip of theirs", a_visit(state=S.ATTENDED), said(S.MISSED), S.MISSED),
    ("they cancelled there", a_visit(), said(S.CANCELLED_BY_PATIENT), S.CANCELLED_BY_PATIENT),
]


@pytest.mark.parametrize(("visit", "row", "state"), [s[1:] for s in SENDER], ids=[s[0] for s in SENDER])
def test_b23_what_the_booking_system_changes_here(
    visit: object, row: Said, state: VisitState | None
) -> None:
    found = next_step(visit, row)  # type: ignore[arg-type]
    assert (found and found[0]) == state


def test_b23_the_sender_knows_no_video_link_and_takes_none_away() -> None:
    link = "https://video.example/1"
    visit = a_visit(details=details(mode=VisitMode.VIDEO, video_link=link))
    found = next_step(visit, said(mode=VisitMode.VIDEO, minutes=60))
    assert found is not None
    assert found[1].video_link == link
    moved = next_step(visit, said(mode=VisitMode.TELEPHONE))
    assert moved is not None
    assert moved[1] == Details(
        starts_at=IN_TEN_DAYS, minutes=45, mode=VisitMode.TELEPHONE, place="Moorside Hub"
    )
