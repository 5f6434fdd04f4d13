"""Acting on what people text back: each text in one transaction, with all that follows from it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog

from patientapp.appointments import queries as visits
from patientapp.audit.actions import record_system
from patientapp.db import db, transaction
from patientapp.errors import Conflict
from patientapp.messaging.actions import withdraw_of_patient
from patientapp.messaging.inbound import acted, system_unread
from patientapp.messaging.rules import Why
from patientapp.patients.actions import set_texts_ok
from patientapp.patients.models import Patient
from patientapp.patients.queries import system_people_at
from patientapp.replies import doing
from patientapp.replies.kept import Heard, keep, tell
from patientapp.replies.library import words
from patientapp.replies.queries import (
    NOBODY,
    system_once_texted,
    system_open_prompt,
)
from patientapp.replies.rules import Meaning, Outcome, is_short, meaning
from patientapp.worklist.phrases import needs_a_reader, risk_list, speaks_of_risk

log = structlog.get_logger(__name__)


def act_on_all(*, now: datetime, link_key: str) -> int:
    """Act on every text in the queue, oldest first; how many were acted on.

    One that cannot be acted on stays in the queue, is logged, and never holds up the others.
    """
    done, failed = 0, set[UUID]()
    while (one := _next(failed, now=now, link_key=link_key)) is not None:
        done += one not in failed
    return done


def _next(failed: set[UUID], *, now: datetime, link_key: str) -> UUID | None:
    """Act on the oldest text that has not failed in this round; its id, or None at the end."""
    current: UUID | None = None
    try:
        with transaction():
            unread = system_unread(limit=len(failed) + 1)
            found = next((one for one in unread if one.id not in failed), None)
            if found is None:
                return None
            current = found.id
            heard = Heard(
                id=found.id,
                from_number=found.from_number,
                body=found.body,
                opt_out=found.opt_out,
                received_at=found.received_at,
            )
            acted(found.id, outcome=act_on(heard, now=now, link_key=link_key), now=now)
    except Exception as error:
        if current is None:
            raise
        failed.add(current)
        log.error("a text could not be acted on", text=str(current), error=type(error).__name__)
    return current


def act_on(heard: Heard, *, now: datetime, link_key: str) -> str:
    """What a text sets going; the code of its outcome."""
    people = system_people_at(heard.from_number)
    risk = speaks_of_risk(heard.body, risk_list())
    if not people:
        return _from_nobody(heard, risk=risk, now=now)
    if len(people) > 1:
        return _from_several(heard, people, risk=risk, now=now)
    return _from_one(heard, people[0], risk=risk, now=now, link_key=link_key)


def _from_nobody(heard: Heard, *, risk: bool, now: datetime) -> str:
    """A number that is nobody's: staff of whoever had it read it; else it is kept to be looked at."""
    person = system_once_texted(heard.from_number)
    if person is not None:
        reply_id = keep(heard, person, Meaning.UNCLEAR, Outcome.FOR_STAFF, risk=risk, now=now)
        tell(person, "reply_old_number", reply_id, now=now)
        return Outcome.FOR_STAFF
    if risk:
        log.error("a text from an unknown number may speak of danger", text=str(heard.id))
    record_system("a text came from nobody", chain="texts:nobody", now=now, actor=heard.key)
    return NOBODY


def _from_several(heard: Heard, people: list[Patient], *, risk: bool, now: datetime) -> str:
    """More than one person has this number: nothing is done in anyone's name but to stop (SMS-12)."""
    asked = _meaning(heard, people[0])
    reasons = {Meaning.STOP: "texts_stopped_shared", Meaning.START: "texts_wanted_shared"}
    for person in people:
        if asked is Meaning.STOP:
            _stop(heard, person, now=now)
        reply_id = keep(heard, person, asked, Outcome.SHARED, risk=risk, shared=True, now=now)
        tell(person, reasons.get(asked, "reply_shared_number"), reply_id, now=now)
    return Outcome.SHARED


def _from_one(heard: Heard, person: Patient, *, risk: bool, now: datetime, link_key: str) -> str:
    asked = _meaning(heard, person)
    visit_id: UUID | None = None
    if person.died_on is not None:
        outcome = Outcome.FOR_STAFF
    elif asked is Meaning.STOP:
        outcome = _left(heard, person, now=now)
    elif asked is Meaning.START:
        set_texts_ok(person.id, ok=True, by=heard.key, now=now)
        outcome = Outcome.STARTED
    else:
        outcome, visit_id = _about_visit(heard, person, asked, risk=risk, now=now, link_key=link_key)
    reply_id = keep(heard, person, asked, outcome, risk=risk, visit_id=visit_id, now=now)
    if outcome is Outcome.FOR_STAFF or (outcome is Outcome.ASKED_AGAIN and _is_to_be_read(heard.body)):
        tell(person, "reply_unclear", reply_id, now=now)
    return outcome


def _is_to_be_read(words: str) -> bool:
    """Longer than a slip of the thumb, or in a language that nothing here understands (CLIN-03)."""
    return not is_short(words) or needs_a_reader(words, risk_list())


def _meaning(heard: Heard, person: Patient) -> Meaning:
    return meaning(heard.body, language=person.language, words=words(), opt_out=heard.opt_out)


def _left(heard: Heard, person: Patient, *, now: datetime) -> Outcome:
    """STOP always works; visits stay booked, and who has one is called."""
    _stop(heard, person, now=now)
    coming = visits.system_visits_of_patients([person.id], since=now)
    if any(one.is_open and one.starts_at > now for one in coming):
        tell(person, "texts_stopped", heard.id, now=now)
    return Outcome.STOPPED


def _stop(heard: Heard, person: Patient, *, now: datetime) -> None:
    set_texts_ok(person.id, ok=False, by=heard.key, now=now)
    withdraw_of_patient(person.id, why=Why.OPTED_OUT, now=now)


def _about_visit(
    heard: Heard, person: Patient, asked: Meaning, *, risk: bool, now: datetime, link_key: str
) -> tuple[Outcome, UUID | None]:
    """The listed act of the one open text; a text that may speak of danger does nothing else."""
    prompt = system_open_prompt(person.id, heard.from_number, before=heard.received_at)
    visit = visits.system_visit(prompt.visit_id) if prompt else None
    if risk:
        return Outcome.FOR_STAFF, visit.id if visit else None
    if prompt is None or visit is None:
        doing.say_unreadable(person, now=now)
        return Outcome.FOR_STAFF, None
    try:
        with db.session.begin_nested():
            scene = doing.Scene(
                person=person,
                visit=visit,
                prompt=prompt,
                by=heard.key,
                asked_at=heard.received_at,
                now=now,
                link_key=link_key,
            )
            return doing.do(asked, scene), visit.id
    except Conflict:  # it changed, or its time is another's now
        return Outcome.FOR_STAFF, visit.id
