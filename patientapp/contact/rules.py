"""What decides about texts that staff send: to one person at a press, or to many at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from patientapp.messaging.rules import last_sending_time
from patientapp.patients.contact_rules import TextKind
from patientapp.reminders.courses import ENTRY_INVITE, INVITE, LATER_INVITE, REMINDER, invited
from patientapp.reminders.decision import Text
from patientapp.reminders.facts import Course, Person
from patientapp.reminders.rules import USEFUL_FOR, has_room
from patientapp.workdays import london_day

SECOND_PERSON_FROM = 51  # "more than 50 people" (SMS-08)
RECALL = timedelta(minutes=5)
NEW_LINK_USEFUL = timedelta(days=2)


class Which(StrEnum):
    """Whom a bulk send is for, of those with an unfinished set at a time point."""

    OVERDUE = "overdue"
    OPEN = "open"


class BulkState(StrEnum):
    """Where a bulk send is."""

    PREPARED = "prepared"
    LEAVING = "leaving"  # approved; can be recalled until it leaves
    RECALLED = "recalled"
    SENT = "sent"


class WhyNot(StrEnum):
    """Why a person gets no text that staff would send."""

    FINISHED = "finished"
    CLOSED = "closed"
    DIED = "died"
    CANNOT_TEXT = "cannot_text"
    NOT_WISHED = "not_wished"
    ON_ITS_WAY = "on_its_way"
    CEILING = "ceiling"
    NOT_READ = "not_read"  # their record could not be worked with


class Refusal(StrEnum):
    """Why a step of a bulk send cannot be taken."""

    NOT_NOW = "not_now"
    SECOND_PERSON = "second_person"
    TOO_LATE = "too_late"


@dataclass(frozen=True, kw_only=True)
class Bulk:
    """One bulk send, as far as its steps go."""

    people: int
    prepared_by: UUID
    approved_at: datetime | None = None
    recalled_at: datetime | None = None
    sent_at: datetime | None = None

    @property
    def state(self) -> BulkState:
        """Where it is."""
        if self.recalled_at is not None:
            return BulkState.RECALLED
        if self.sent_at is not None:
            return BulkState.SENT
        return BulkState.PREPARED if self.approved_at is None else BulkState.LEAVING


def needs_second_person(people: int) -> bool:
    """Whether somebody else must approve it (SMS-08)."""
    return people >= SECOND_PERSON_FROM


def leaves_at(approved_at: datetime) -> datetime:
    """Until then it can be recalled, and nothing is sent."""
    return approved_at + RECALL


def why_not_approve(bulk: Bulk, *, by: UUID) -> Refusal | None:
    """Why this person cannot approve it."""
    if bulk.state is not BulkState.PREPARED or not bulk.people:
        return Refusal.NOT_NOW
    if needs_second_person(bulk.people) and by == bulk.prepared_by:
        return Refusal.SECOND_PERSON
    return None


def why_not_recall(bulk: Bulk, *, now: datetime) -> Refusal | None:
    """Why it cannot be recalled now; one that was not approved can always be dropped."""
    if bulk.state in {BulkState.RECALLED, BulkState.SENT}:
        return Refusal.NOT_NOW
    if bulk.approved_at is not None and now >= leaves_at(bulk.approved_at):
        return Refusal.TOO_LATE
    return None


def is_wanted(course: Course, which: Which, *, today: date) -> bool:
    """Whether this set of questionnaires is one of those that the bulk send is for."""
    if course.done or not course.opens_on <= today <= course.closes_on:
        return False
    return which is Which.OPEN or today > course.due_on


def why_not_text(person: Person, course: Course | None, now: datetime) -> WhyNot | None:
    """Why this person gets no text about this set now; None where they do."""
    today = london_day(now)
    if course is None or not course.opens_on <= today <= course.closes_on:
        return WhyNot.CLOSED
    if course.done:
        return WhyNot.FINISHED
    if (unsuitable := why_not_reach(person)) is not None:
        return unsuitable
    if TextKind.QUESTIONNAIRE in person.receiver.refused:
        return WhyNot.NOT_WISHED
    if any(text.is_open for text in person.texts):
        return WhyNot.ON_ITS_WAY
    return None if has_room(person, now) else WhyNot.CEILING


def why_not_new_link(person: Person, course: Course | None, now: datetime) -> WhyNot | None:
    """Why no new link can be sent now; one that was asked for needs no wish for reminders."""
    today = london_day(now)
    if course is None or not course.opens_on <= today <= course.closes_on:
        return WhyNot.CLOSED
    if course.done:
        return WhyNot.FINISHED
    unsuitable = why_not_reach(person)
    return unsuitable or (None if has_room(person, now) else WhyNot.CEILING)


def why_not_reach(person: Person) -> WhyNot | None:
    """Why no text reaches this person at all (CLIN-11)."""
    if person.receiver.died:
        return WhyNot.DIED
    return None if person.may_text else WhyNot.CANNOT_TEXT


def bulk_text(bulk_id: UUID, course: Course, person: Person, now: datetime) -> Text:
    """The text of a bulk send to one person: the invite to whom was never invited."""
    template = REMINDER
    key = f"{course.pack_id}:bulk:{bulk_id}"
    if invited(course, person) is None:
        template = ENTRY_INVITE if course.is_entry else LATER_INVITE
        key = f"{course.pack_id}:{INVITE}"
    until = min(now + USEFUL_FOR, last_sending_time(course.closes_on))
    return Text(key=key, template=template, due_at=now, useful_until=until, course=course)
