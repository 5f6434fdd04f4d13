"""Who approves, until when one can recall, and who gets no text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from patientapp.contact.rules import (
    RECALL,
    Bulk,
    BulkState,
    Refusal,
    Which,
    WhyNot,
    bulk_text,
    is_wanted,
    needs_second_person,
    why_not_approve,
    why_not_new_link,
    why_not_recall,
    why_not_text,
)
from patientapp.messaging.claim_rules import Receiver
from patientapp.patients.contact_rules import TextKind
from patientapp.reminders.facts import Course, Person, Sent

ONE, OTHER = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 9, 22, 10, 30, tzinfo=UTC)
COURSE = Course(
    pack_id=UUID(int=5),
    is_entry=True,
    opens_on=date(2026, 9, 1),
    due_on=date(2026, 9, 15),
    closes_on=date(2026, 10, 20),
)
RECEIVER = Receiver(mobile="+447700900001", texts_ok=True, died=False)
PERSON = Person(receiver=RECEIVER, chosen_at=time(10))


@pytest.mark.parametrize(("people", "second"), [(1, False), (50, False), (51, True), (5000, True)])
def test_sms_08_more_than_50_people_need_a_second_person(people: int, second: bool) -> None:
    assert needs_second_person(people) is second
    refusal = why_not_approve(Bulk(people=people, prepared_by=ONE), by=ONE)
    assert refusal is (Refusal.SECOND_PERSON if second else None)
    assert why_not_approve(Bulk(people=people, prepared_by=ONE), by=OTHER) is None


APPROVED = Bulk(people=60, prepared_by=ONE, approved_at=NOW)
STATES = [
    (Bulk(people=60, prepared_by=ONE), BulkState.PREPARED),
    (APPROVED, BulkState.LEAVING),
    (replace(APPROVED, recalled_at=NOW), BulkState.RECALLED),
    (replace(APPROVED, sent_at=NOW), BulkState.SENT),
]


@pytest.mark.parametrize(("bulk", "state"), STATES, ids=[case[1].value for case in STATES])
def test_a_bulk_send_is_approved_once(bulk: Bulk, state: BulkState) -> None:
    assert bulk.state is state
    allowed = why_not_approve(bulk, by=OTHER) is None
    assert allowed is (state is BulkState.PREPARED)


RECALLS = [
    ("not approved yet", Bulk(people=60, prepared_by=ONE), NOW, None),
    ("at once", APPROVED, NOW, None),
    ("in the last second", APPROVED, NOW + RECALL - timedelta(seconds=1), None),
    ("after five minutes", APPROVED, NOW + RECALL, Refusal.TOO_LATE),
    ("recalled before", replace(APPROVED, recalled_at=NOW), NOW, Refusal.NOT_NOW),
    ("sent", replace(APPROVED, sent_at=NOW), NOW, Refusal.NOT_NOW),
]


@pytest.mark.parametrize(
    ("bulk", "now", "refusal"), [c[1:] for c in RECALLS], ids=[c[0] for c in RECALLS]
)
def test_sms_08_five_minutes_to_recall(bulk: Bulk, now: datetime, refusal: Refusal | None) -> None:
    assert why_not_recall(bulk, now=now) is refusal


TODAY = [
    Sent(key=str(n), about=UUID(int=80), template="new-link", at=NOW - timedelta(hours=n)) for n in (1, 2)
]
WEEK = [
    Sent(key=str(n), about=UUID(int=80), template="new-link", at=NOW - timedelta(days=n))
    for n in range(1, 5)
]
OPEN = Sent(key="open", about=UUID(int=80), template="q-remind", at=NOW, is_open=True)
REFUSED = frozenset({TextKind.QUESTIONNAIRE})

CASES = [
    ("fine", PERSON, COURSE, None, None),
    ("no such set", PERSON, None, WhyNot.CLOSED, WhyNot.CLOSED),
    ("not open yet", PERSON, replace(COURSE, opens_on=date(2026, 9, 23)), WhyNot.CLOSED, WhyNot.CLOSED),
    ("closed", PERSON, replace(COURSE, closes_on=date(2026, 9, 21)), WhyNot.CLOSED, WhyNot.CLOSED),
    ("finished", PERSON, replace(COURSE, done=True), WhyNot.FINISHED, WhyNot.FINISHED),
    ("died", replace(PERSON, receiver=replace(RECEIVER, died=True)), COURSE, WhyNot.DIED, WhyNot.DIED),
    (
        "no mobile",
        replace(PERSON, receiver=replace(RECEIVER, mobile="")),
        COURSE,
        WhyNot.CANNOT_TEXT,
        WhyNot.CANNOT_TEXT,
    ),
    (
        "reminders not wished, a link asked for is",
        replace(PERSON, receiver=replace(RECEIVER, refused=REFUSED)),
        COURSE,
        WhyNot.NOT_WISHED,
        None,
    ),
    ("another on its way", replace(PERSON, texts=(OPEN,)), COURSE, WhyNot.ON_ITS_WAY, None),
    ("two today", replace(PERSON, texts=tuple(TODAY)), COURSE, WhyNot.CEILING, WhyNot.CEILING),
    ("four in seven days", replace(PERSON, texts=tuple(WEEK)), COURSE, WhyNot.CEILING, WhyNot.CEILING),
]


@pytest.mark.parametrize(
    ("person", "course", "bulk", "link"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_sms_07_clin_11_who_gets_no_text_from_staff(
    person: Person, course: Course | None, bulk: WhyNot | None, link: WhyNot | None
) -> None:
    assert why_not_text(person, course, NOW) is bulk
    assert why_not_new_link(person, course, NOW) is link


def test_which_people_are_on_the_list() -> None:
    soon = replace(COURSE, due_on=date(2026, 9, 22))
    for course, which, wanted in [
        (COURSE, Which.OVERDUE, True),
        (soon, Which.OVERDUE, False),
        (soon, Which.OPEN, True),
        (replace(COURSE, done=True), Which.OPEN, False),
    ]:
        assert is_wanted(course, which, today=date(2026, 9, 22)) is wanted


def test_who_was_never_invited_gets_the_invite_and_the_planner_knows_it() -> None:
    text = bulk_text(ONE, COURSE, PERSON, NOW)
    assert (text.template, text.key) == ("q-invite", f"{COURSE.pack_id}:invite")
    got = Sent(key=text.key, about=COURSE.pack_id, template=text.template, at=NOW - timedelta(days=5))
    again = bulk_text(ONE, COURSE, replace(PERSON, texts=(got,)), NOW)
    assert (again.template, again.key) == ("q-remind", f"{COURSE.pack_id}:bulk:{ONE}")
