"""What the planner knows of one person: plain facts, read by queries.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from patientapp.messaging.claim_rules import Receiver, why_not_text
from patientapp.messaging.kinds import kind_of
from patientapp.messaging.rules import WINDOW_OPENS, last_sending_time
from patientapp.patients.contact_rules import TextKind
from patientapp.workdays import at_london, london_day, london_time

DAY = timedelta(days=1)
APART = 2 * DAY  # between two texts about the same thing


class VisitState(StrEnum):
    """Where a visit is, as far as texts go."""

    BOOKED = "booked"
    CONFIRMED = "confirmed"
    ATTENDED = "attended"
    OTHER = "other"  # cancelled or missed: nothing is said


@dataclass(frozen=True, kw_only=True)
class Course:
    """One pack of one person."""

    pack_id: UUID
    is_entry: bool
    opens_on: date
    due_on: date
    closes_on: date
    done: bool = False
    visit_on: date | None = None  # the day of the first visit, where it is known
    last_answer_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One visit of one person."""

    appointment_id: UUID
    occurrence: int  # which time this is: a visit that was moved is told anew
    starts_at: datetime
    booked_at: datetime  # when this time was set
    state: VisitState = VisitState.BOOKED
    is_video: bool = False
    place: str = ""  # as a text names it


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A text of this person's in the outbox, whatever became of it."""

    key: str
    about: UUID
    template: str
    at: datetime  # when it was sent, else when it is due
    is_open: bool = False  # still on its way
    counts: bool = True  # sent, or on its way: counts against the ceilings


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person: may they be texted, when do they like it, and what they were sent."""

    receiver: Receiver
    chosen_at: time
    paused_until: date | None = None
    shares_phone: bool = False
    booking_help: bool = False  # is rung about each visit, beside any text (N33)
    texts: tuple[Sent, ...] = ()
    told: frozenset[str] = frozenset()  # sources of the tasks that staff were given

    @property
    def may_text(self) -> bool:
        """Whether this person can and may get texts at all (CLIN-11)."""
        mobile = self.receiver.mobile
        return bool(mobile) and why_not_text(self.receiver, to_number=mobile) is None

    @property
    def keys(self) -> frozenset[str]:
        """Every text that was ever recorded for them."""
        return frozenset(text.key for text in self.texts)

    def newest_about(self, about: UUID) -> datetime | None:
        """When they last got, or will get, a text about this."""
        return max((text.at for text in self.texts if text.about == about and text.counts), default=None)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One text that a pack or a visit calls for, and the moments between which it makes sense."""

    key: str
    template: str
    at: datetime
    until: datetime
    not_before: time = WINDOW_OPENS  # of any day: the person's chosen time
    keeps_apart: bool = True  # days away from the last text about the same thing

    @property
    def kind(self) -> TextKind:
        """What it is for."""
        return kind_of(self.template)


def next_leaving(step: Step, wished: datetime) -> datetime:
    """The first moment from then on at which this text may leave (SMS-05, TIME-02)."""
    day = london_day(wished)
    if london_time(wished) < step.not_before:
        return at_london(day, step.not_before)
    if wished + timedelta(minutes=1) < last_sending_time(day):
        return wished
    return at_london(day + DAY, step.not_before)
