"""Planning: who may be due is read in bulk, and each person is decided and recorded alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from patientapp.assessments.left import system_minutes
from patientapp.db import transaction
from patientapp.links.actions import new_link
from patientapp.links.rules import LinkPurpose
from patientapp.messaging.actions import enqueue
from patientapp.messaging.texts import TEMPLATES
from patientapp.patients.carer_queries import system_carers_to_text
from patientapp.patients.looks import Look, is_unchanged, look_at_all, move_on, system_due_looks
from patientapp.reminders.decision import Decision, StaffTask, Text
from patientapp.reminders.facts import Sent
from patientapp.reminders.packs import system_forgotten, system_still_to_do
from patientapp.reminders.queries import Planned, system_planned
from patientapp.reminders.rules import decide
from patientapp.reminders.trials import choose, trials
from patientapp.reminders.words import words_of
from patientapp.workdays import london_day
from patientapp.worklist.actions import raise_item
from patientapp.worklist.rules import ItemKind

log = structlog.get_logger(__name__)
PAGE = 500
COPIED = "appt-"  # texts about a visit, not the question how it was
CARERS_COPY = "carer-visit"
TRY_AGAIN = timedelta(minutes=10)  # at a person whose record could not be planned


class Overtaken(Exception):
    """Something happened meanwhile, or another planner was first: nothing of ours may stand."""


@dataclass(frozen=True, kw_only=True)
class Keys:
    """What planning needs of the settings."""

    link_key: str
    public_url: str


def plan(*, now: datetime, link_key: str, public_url: str) -> int:
    """Record every text that is due and tell staff of those who cannot be texted; texts recorded.

    Planning again changes nothing. One bad record is logged and never silences the others.
    """
    keys, queued, last = Keys(link_key=link_key, public_url=public_url), 0, None
    while looks := system_due_looks(now, after=last, limit=PAGE):
        last = looks[-1]
        queued += _plan_page(looks, now=now, keys=keys)
    return queued


def _plan_page(looks: Sequence[Look], *, now: datetime, keys: Keys) -> int:
    """Those who need nothing now are moved on together; the others are planned one by one."""
    planned = system_planned([look.patient_id for look in looks], now=now)
    queued, quiet = 0, list[tuple[Look, datetime | None]]()
    for look in looks:
        found = planned.get(look.patient_id)
        decision = _decision(found, now) if found else Decision()
        if decision is None:
            _try_again(look, now=now)
        elif found is None or (decision.text is None and not decision.tasks):
            quiet.append((look, decision.next_look))
        else:
            queued += _plan_alone(look, found, decision, now=now, keys=keys)
    if quiet:
        with transaction():
            move_on(quiet)
    return queued


def _decision(found: Planned, now: datetime) -> Decision | None:
    """What the rules say; None where they cannot say anything of this record."""
    try:
        return decide(found.person, found.courses, found.visits, now)
    except Exception:
        log.exception("a person could not be planned", patient=str(found.patient_id))
        return None


def _plan_alone(look: Look, found: Planned, decision: Decision, *, now: datetime, keys: Keys) -> int:
    """Everything that is due for one person, all or nothing."""
    try:
        with transaction():
            return _record(look, found, decision, now=now, keys=keys)
    except Overtaken:
        return 0  # the row still says that it is time: the next round looks at what happened
    except Exception:
        log.exception("a person could not be planned", patient=str(look.patient_id))
        _try_again(look, now=now)
        return 0


def _record(look: Look, found: Planned, decision: Decision, *, now: datetime, keys: Keys) -> int:
    queued = 0
    if decision.text is not None and not _still_true(look, found, now=now):
        raise Overtaken
    while decision.text is not None:
        record_text(found, decision.text, now=now, keys=keys)
        queued += 1
        found = _with(found, decision.text)
        decision = replace(decide(found.person, found.courses, found.visits, now), tasks=decision.tasks)
    for task in decision.tasks:
        _tell_staff(found, task, now=now)
    move_on([(look, decision.next_look)])
    return queued


def _still_true(look: Look, found: Planned, *, now: datetime) -> bool:
    """Whether nothing was answered, booked, moved or said since; nothing can be until we commit.

    Questionnaires are locked before the person's row, in the order in which answering takes them.
    """
    to_do = [course.pack_id for course in found.courses if not course.done]
    today = london_day(now)
    undone = all(system_still_to_do(pack_id, today=today) for pack_id in sorted(to_do))
    return undone and is_unchanged(look)


def _with(found: Planned, text: Text) -> Planned:
    """The facts as they are once this text is recorded."""
    sent = Sent(key=text.key, about=text.about, template=text.template, at=text.due_at, is_open=True)
    person = replace(found.person, texts=(*found.person.texts, sent))
    return replace(found, person=person)


def record_text(found: Planned, text: Text, *, now: datetime, keys: Keys) -> None:
    """Record this text with its link; Overtaken where it was there before."""
    chosen = choose(
        text.template,
        found.patient_id,
        day=london_day(text.visit.starts_at if text.visit else now),  # as its results are counted
        key=keys.link_key,
        among=trials(),
    )
    minutes = system_minutes(text.course.pack_id, today=london_day(now)) if text.course else 0
    page = f"{keys.public_url.rstrip('/')}/feedback/{found.service_slug}"
    is_new = enqueue(
        key=text.key,
        service_id=found.service_id,
        patient_id=found.patient_id,
        about=text.about,
        template=chosen.template,
        words=words_of(chosen.template, text, minutes=minutes, page=page),
        to_number=found.person.receiver.mobile,
        link_id=_link(found, text, chosen.template, now=now, keys=keys),
        language=found.language,
        arm=chosen.arm,
        due_at=text.due_at,
        useful_until=text.useful_until,
        now=now,
    )
    if not is_new:
        raise Overtaken
    if text.visit is not None and chosen.template.startswith(COPIED):
        _copy_to_carers(found, text, now=now)


def _copy_to_carers(found: Planned, text: Text, *, now: datetime) -> None:
    """Those whom the patient lets have texts hear of the visit too, in the patient's commit (SEC-11)."""
    words = words_of(CARERS_COPY, text, minutes=0, page="")
    for carer in system_carers_to_text(found.patient_id, today=london_day(now)):
        enqueue(
            key=f"{text.key}:carer:{carer.id}",
            service_id=found.service_id,
            patient_id=found.patient_id,
            carer_id=carer.id,
            about=text.about,
            template=CARERS_COPY,
            words=words,
            to_number=carer.mobile,
            language=found.language,
            due_at=text.due_at,
            useful_until=text.useful_until,
            now=now,
        )


def _link(found: Planned, text: Text, template: str, *, now: datetime, keys: Keys) -> UUID | None:
    """A link made when its text can leave, not the night before: each new one ends the older one."""
    if not TEMPLATES[template].has_link:
        return None
    return new_link(
        patient_id=found.patient_id,
        service_id=found.service_id,
        pack_id=text.about,
        key=keys.link_key,
        now=now,
        purpose=LinkPurpose.QUESTIONNAIRES if text.course else LinkPurpose.VISIT,
    )


def _tell_staff(found: Planned, task: StaffTask, *, now: datetime) -> None:
    raise_item(
        ItemKind.TASK,
        service_id=found.service_id,
        patient_id=found.patient_id,
        reason=task.reason,
        source=task.source,
        now=now,
    )


def _try_again(look: Look, *, now: datetime) -> None:
    with transaction():
        move_on([(look, now + TRY_AGAIN)])


def find_forgotten(*, now: datetime) -> int:
    """Look at people with an open pack at whom nothing says when to look; how many there were."""
    count, last = 0, None
    while found := system_forgotten(now, after=last, limit=PAGE):
        with transaction():
            look_at_all(found, now)
        count, last = count + len(found), found[-1]
    return count
