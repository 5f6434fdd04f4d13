"""The planner: facts about one person in, at most one text out, and when to look again.

One stream a person over everything: visits before questionnaires before feedback; at most one text
about the same thing, the latest step reached and never an older one as well; beside visits one text
a day; and what cannot be texted is a task for staff. Everything is decided again at the claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from patientapp.messaging.rules import (
    PATIENT_DAY_CEILING,
    PATIENT_WEEK_CEILING,
    day_began,
    may_call_now,
    week_began,
)
from patientapp.patients.contact_rules import TextKind
from patientapp.patients.rules import Need
from patientapp.reminders.courses import course_steps
from patientapp.reminders.decision import Decision, StaffTask, Text
from patientapp.reminders.facts import APART, DAY, Course, Person, Step, Visit, next_leaving
from patientapp.reminders.visits import (
    help_calls,
    is_coming,
    next_count,
    template_for,
    visit_steps,
)
from patientapp.workdays import at_london, london_day, london_time

USEFUL_FOR = timedelta(days=2)  # then too little of the link's seven days would be left
LOOK_AGAIN = timedelta(hours=1)  # while another text is on its way
OTHERS_A_DAY = 1  # questionnaires and feedback: a second text a day is for visits only
PRIORITY = (TextKind.VISIT, TextKind.QUESTIONNAIRE, TextKind.FEEDBACK)
NO_TEXT_FOR_PACK = "no_mobile"  # reasons of tasks: something is due and no text may go
NO_TEXT_FOR_VISIT = "visit_no_text"
ON_PAPER = "pack_on_paper"


@dataclass(frozen=True, kw_only=True)
class _Cause:
    """Something that may call for texts, with all its steps."""

    about: UUID
    steps: Sequence[Step]
    task: StaffTask | None = None
    course: Course | None = None
    visit: Visit | None = None


def decide(person: Person, courses: Iterable[Course], visits: Iterable[Visit], now: datetime) -> Decision:
    """The one text to record now, the tasks to raise, and when to look again."""
    if person.receiver.died:
        return Decision()
    visits = tuple(visits)
    causes = [*_of_visits(visits, person, now), *_of_courses(courses, person)]
    if not person.may_text:
        return _for_staff(person, causes, now)
    unwished = [cause for cause in causes if _is_unwished(cause, person, now)]
    tasks = (*_tasks(person, unwished, now), *help_calls(person, visits, now))
    looks = [*_coming_looks(causes, person, visits, now)]
    for cause, step in _in_order(causes, person, now):
        wait = _held_until(step, cause, person, now)
        if wait is None:
            text = _text(step, cause, person, visits, now)
            return Decision(text=text, tasks=tasks, next_look=now)
        if wait < step.until:
            looks.append(wait)
    return Decision(tasks=tasks, next_look=min(looks, default=None))


def _of_courses(courses: Iterable[Course], person: Person) -> Iterator[_Cause]:
    for course in courses:
        reason = ON_PAPER if Need.PAPER in person.receiver.needs else NO_TEXT_FOR_PACK
        task = StaffTask(reason=reason, source=f"{course.pack_id}:{reason}")
        steps = course_steps(course, person)
        yield _Cause(about=course.pack_id, steps=steps, task=task, course=course)


def _of_visits(visits: Iterable[Visit], person: Person, now: datetime) -> Iterator[_Cause]:
    for visit in visits:
        source = f"{visit.appointment_id}:{visit.occurrence}:{NO_TEXT_FOR_VISIT}"
        task = StaffTask(reason=NO_TEXT_FOR_VISIT, source=source)
        yield _Cause(
            about=visit.appointment_id,
            steps=visit_steps(visit, person, now),
            task=task if is_coming(visit, now) else None,  # nobody is rung for feedback
            visit=visit,
        )


def due_step(steps: Sequence[Step], person: Person, now: datetime) -> Step | None:
    """The latest step reached that still makes sense, unless it or a later one was recorded."""
    got = {text.key: text.at for text in person.texts}
    last = max((min(step.at, got[step.key]) for step in steps if step.key in got), default=None)
    reached = [step for step in steps if step.at <= now < step.until and step.key not in got]
    fresh = [step for step in reached if last is None or step.at > last]
    return max(fresh, key=lambda step: step.at, default=None)


def _in_order(causes: Iterable[_Cause], person: Person, now: datetime) -> Iterator[tuple[_Cause, Step]]:
    """What is due, the most pressing first."""
    due = [(cause, due_step(cause.steps, person, now)) for cause in causes]
    wished = [
        (cause, step)
        for cause, step in due
        if step is not None and step.kind not in person.receiver.refused
    ]
    yield from sorted(wished, key=lambda pair: (PRIORITY.index(pair[1].kind), pair[1].until))


def _held_until(step: Step, cause: _Cause, person: Person, now: datetime) -> datetime | None:
    """Until when this step waits; None where it may leave now."""
    newest = person.newest_about(cause.about)
    if step.keeps_apart and newest is not None and london_day(now) < london_day(newest) + APART:
        return next_leaving(step, at_london(london_day(newest) + APART, step.not_before))
    if not may_call_now(now) or london_time(now) < step.not_before:
        return next_leaving(step, now)
    if step.kind is not TextKind.VISIT and any(text.is_open for text in person.texts):
        return next_leaving(step, now + LOOK_AGAIN)
    if _is_full(step, person, now):
        return at_london(london_day(now) + DAY, step.not_before)
    return None


def _is_full(step: Step, person: Person, now: datetime) -> bool:
    a_day = PATIENT_DAY_CEILING if step.kind is TextKind.VISIT else OTHERS_A_DAY
    return not has_room(person, now, a_day=a_day)


def has_room(person: Person, now: datetime, *, a_day: int = PATIENT_DAY_CEILING) -> bool:
    """Whether another text would not be one too many (SMS-07)."""
    counted = [text.at for text in person.texts if text.counts]
    today = sum(at >= day_began(now) for at in counted)
    this_week = sum(at >= week_began(now) for at in counted)
    return today < a_day and this_week < PATIENT_WEEK_CEILING


def _text(step: Step, cause: _Cause, person: Person, visits: Sequence[Visit], now: datetime) -> Text:
    template = step.template
    if cause.visit is not None:
        coming = frozenset(one.appointment_id for one in visits if is_coming(one, now))
        template = template_for(step, cause.visit, person, coming)
    return Text(
        key=step.key,
        template=template,
        due_at=now,
        useful_until=min(now + USEFUL_FOR, step.until),
        course=cause.course,
        visit=cause.visit,
    )


def _coming_looks(
    causes: Iterable[_Cause], person: Person, visits: Iterable[Visit], now: datetime
) -> Iterator[datetime]:
    """The moments at which something may become due by itself."""
    for cause in causes:
        for step in cause.steps:
            if step.at > now and step.key not in person.keys:
                yield next_leaving(step, step.at)
    for visit in visits:
        if (counted := next_count(visit, now)) is not None:
            yield counted
    if person.paused_until is not None and london_day(now) < person.paused_until:
        yield at_london(person.paused_until, time(8))


def _is_unwished(cause: _Cause, person: Person, now: datetime) -> bool:
    """Whether this person has said no to such texts; a pause is no such no."""
    if person.paused_until is not None and london_day(now) < person.paused_until:
        return cause.visit is not None and TextKind.VISIT in person.receiver.refused
    kind = TextKind.VISIT if cause.visit is not None else TextKind.QUESTIONNAIRE
    return kind in person.receiver.refused


def _for_staff(person: Person, causes: Sequence[_Cause], now: datetime) -> Decision:
    """Nobody who cannot be texted is forgotten: each thing that is due is a task, once."""
    coming = [step.at for cause in causes for step in cause.steps if step.at > now and cause.task]
    return Decision(tasks=tuple(_tasks(person, causes, now)), next_look=min(coming, default=None))


def _tasks(person: Person, causes: Iterable[_Cause], now: datetime) -> Iterator[StaffTask]:
    for cause in causes:
        is_due = due_step(cause.steps, person, now) is not None
        if cause.task is not None and is_due and cause.task.source not in person.told:
            yield cause.task
