"""The texts that a visit calls for (patient-experience.md section 7).

On booking, 7 days before, 2 working days before, and 2 hours before one by video; and on the next
working day at half past five, once, whether the person would say how it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta

from patientapp.messaging.rules import WINDOW_OPENS, last_sending_time, next_sending_time
from patientapp.reminders.decision import StaffTask
from patientapp.reminders.facts import DAY, Person, Step, Visit, VisitState
from patientapp.workdays import at_london, london_day, working_days_after, working_days_before

BOOKED, WEEK, TWO_DAYS, VIDEO, FEEDBACK = "appt-booked", "appt-7d", "appt-2d", "appt-video", "fft"
SHARED = "appt-shared"
HELP_WITH_VISIT = "visit_booking_help"  # the reason of a task beside the text (N33)
TO_REPLY_TO = frozenset({BOOKED, WEEK, TWO_DAYS, "appt-2d-plain"})  # they ask for 1, 2 or 3
BOOKING_IS_NEWS = 2 * DAY  # an import of old bookings is none
WEEK_BEFORE = 7 * DAY
NEAR = 14 * DAY  # working days are counted only then: next year's holidays may not be known yet
VIDEO_BEFORE = timedelta(hours=2)
FEEDBACK_TIME = time(17, 30)
FEEDBACK_FRESH = 3 * DAY
_COMING = frozenset({VisitState.BOOKED, VisitState.CONFIRMED})


def visit_steps(visit: Visit, person: Person, now: datetime) -> list[Step]:
    """Every text of this visit whose moment is known, in order."""
    if visit.state is VisitState.ATTENDED:
        return [_feedback(visit)]
    if not is_coming(visit, now):
        return []
    return sorted(_coming(visit, person, now), key=lambda step: step.at)


def is_coming(visit: Visit, now: datetime) -> bool:
    """Whether this visit is still to happen."""
    return visit.state in _COMING and visit.starts_at > now


def _coming(visit: Visit, person: Person, now: datetime) -> Iterator[Step]:
    if visit.state is VisitState.BOOKED:
        until = min(visit.booked_at + BOOKING_IS_NEWS, visit.starts_at)
        at = next_sending_time(visit.booked_at)
        yield _step(visit, "booked", BOOKED, at, until, keeps_apart=False)
    day = london_day(visit.starts_at)
    two_days = working_days_before(day, 2) if visit.starts_at - now < NEAR else None
    if visit.state is VisitState.BOOKED:
        until = at_london(two_days or day, time(0))
        yield from _reminder(
            visit, person, "week", WEEK, at_london(day - WEEK_BEFORE, person.chosen_at), until
        )
    if two_days is not None:
        at = at_london(two_days, person.chosen_at)
        until = at_london(day, time(0))  # on the day itself nobody else could use the time
        yield from _reminder(visit, person, "two", TWO_DAYS, at, until)
    if visit.is_video:
        at = max(visit.starts_at - VIDEO_BEFORE, at_london(day, WINDOW_OPENS))
        yield _step(visit, "video", VIDEO, at, visit.starts_at, keeps_apart=False)


def _reminder(
    visit: Visit, person: Person, name: str, template: str, at: datetime, until: datetime
) -> Iterator[Step]:
    """Only what lies after the booking: who has just agreed on a time needs no reminder of it."""
    if visit.booked_at < at < until:
        yield _step(visit, name, template, at, until, not_before=person.chosen_at)


def _step(
    visit: Visit,
    name: str,
    template: str,
    at: datetime,
    until: datetime,
    *,
    not_before: time = WINDOW_OPENS,
    keeps_apart: bool = True,
) -> Step:
    return Step(
        key=f"{visit.appointment_id}:{visit.occurrence}:{name}",
        template=template,
        at=at,
        until=until,
        not_before=not_before,
        keeps_apart=keeps_apart,
    )


def _feedback(visit: Visit) -> Step:
    day = working_days_after(london_day(visit.starts_at), 1)
    return Step(
        key=f"{visit.appointment_id}:fft",
        template=FEEDBACK,
        at=at_london(day, FEEDBACK_TIME),
        until=last_sending_time(day + FEEDBACK_FRESH),
        not_before=FEEDBACK_TIME,
    )


def next_count(visit: Visit, now: datetime) -> datetime | None:
    """When working days before this visit can be counted; None where they have been."""
    near = visit.starts_at - NEAR
    return near + timedelta(minutes=1) if is_coming(visit, now) and near >= now else None


def template_for(step: Step, visit: Visit, person: Person, coming: frozenset[object]) -> str:
    """The same text with a link instead of digits where a reply could mean another visit (SMS-12).

    Only one prompt may be open to a number: of a person with two visits coming, and of two people
    who share a phone, a reply would not say which it is about.
    """
    if step.template not in TO_REPLY_TO:
        return step.template
    others = (text for text in person.texts if text.counts and text.about != visit.appointment_id)
    is_open = any(text.template in TO_REPLY_TO and text.about in coming for text in others)
    return SHARED if person.shares_phone or is_open else step.template


def help_calls(person: Person, visits: Iterable[Visit], now: datetime) -> Iterator[StaffTask]:
    """Who needs help with booking is rung about each time of a visit that they have not confirmed."""
    for visit in visits:
        source = f"{visit.appointment_id}:{visit.occurrence}:{HELP_WITH_VISIT}"
        is_open = visit.state is VisitState.BOOKED and is_coming(visit, now)
        if person.booking_help and is_open and source not in person.told:
            yield StaffTask(reason=HELP_WITH_VISIT, source=source)
