"""The texts that a pack of questionnaires calls for (patient-experience.md section 7).

Entry: when it opens, three days on, and two days before the visit. Discharge and the months after:
on days 0, 3, 7 and 12, counted from the first text, and the last of them offers paper or a call.
A day after the last answer to a set that is not finished: one text more, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from patientapp.messaging.rules import last_sending_time, next_sending_time
from patientapp.reminders.facts import APART, DAY, Course, Person, Step
from patientapp.workdays import at_london, london_day

INVITE = "invite"
ENTRY_INVITE = "q-invite"
LATER_INVITE = "after-care"
REMINDER = "q-remind"
LAST = "q-last"
ENTRY_DAYS = ((3, REMINDER),)
LATER_DAYS = ((3, REMINDER), (7, REMINDER), (12, LAST))
BEFORE_VISIT = 2 * DAY
AFTER_ANSWER = timedelta(hours=24)


def course_steps(course: Course, person: Person) -> list[Step]:
    """Every text of this pack whose moment is known, in order; none for a finished one (SMS-06)."""
    if course.done:
        return []
    made = [_step(course, *parts, chosen_at=person.chosen_at) for parts in _days(course, person)]
    if course.last_answer_at is not None:
        made.append(_part_finished(course, course.last_answer_at))
    return sorted(made, key=lambda step: step.at)


def _days(course: Course, person: Person) -> Iterator[tuple[str, str, date]]:
    """(name, template, London day) of each text; those after the first count from the first."""
    first = course.opens_on if course.is_entry else course.due_on
    yield INVITE, ENTRY_INVITE if course.is_entry else LATER_INVITE, first
    invited_at = invited(course, person)
    if invited_at is None:
        return
    before = course.visit_on - BEFORE_VISIT if course.is_entry and course.visit_on else None
    for days, template in ENTRY_DAYS if course.is_entry else LATER_DAYS:
        day = london_day(invited_at) + days * DAY
        if before is None or abs(day - before) >= APART:  # else the one before the visit does both
            yield f"day{days}", template, day
    if before is not None:
        yield "before", REMINDER, before


def invited(course: Course, person: Person) -> datetime | None:
    """When they got, or will get, the first text about this pack."""
    key = f"{course.pack_id}:{INVITE}"
    return next((text.at for text in person.texts if text.key == key), None)


def _step(course: Course, name: str, template: str, day: date, *, chosen_at: time) -> Step:
    until = _closes(course)
    if name == "before" and course.visit_on is not None:
        until = min(until, at_london(course.visit_on, time(0)))
    return Step(
        key=f"{course.pack_id}:{name}",
        template=template,
        at=at_london(day, chosen_at),
        until=until,
        not_before=chosen_at,
    )


def _part_finished(course: Course, last_answer_at: datetime) -> Step:
    return Step(
        key=f"{course.pack_id}:part",
        template=REMINDER,
        at=next_sending_time(last_answer_at + AFTER_ANSWER),
        until=_closes(course),
        keeps_apart=False,
    )


def _closes(course: Course) -> datetime:
    return last_sending_time(course.closes_on)
