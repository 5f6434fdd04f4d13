"""The acts that a reply may do about one visit, and the text that confirms each (SMS-12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from patientapp.appointments import actions as visits
from patientapp.appointments.details_rules import place_word
from patientapp.appointments.notices import when_words
from patientapp.appointments.rules import Visit
from patientapp.appointments.steps import as_patient
from patientapp.links.actions import make_link
from patientapp.links.rules import LinkPurpose
from patientapp.messaging.actions import enqueue
from patientapp.messaging.claim_rules import Receiver, why_not_text
from patientapp.messaging.queries import system_has_key
from patientapp.messaging.rules import (
    PATIENT_DAY_CEILING,
    PATIENT_WEEK_CEILING,
    last_sending_time,
    next_sending_time,
)
from patientapp.patients.models import Patient
from patientapp.replies.queries import Prompt, system_sent
from patientapp.replies.rules import Act, Meaning, Outcome, act
from patientapp.workdays import london_day
from patientapp.worklist.actions import raise_item
from patientapp.worklist.rules import ItemKind

TOLD_CANCELLED = "ack-3"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Who answered which text about which visit."""

    person: Patient
    visit: Visit
    prompt: Prompt
    by: str
    asked_at: datetime
    now: datetime
    link_key: str


def do(asked: Meaning, scene: Scene) -> Outcome:
    """Do the listed act; Conflict where the visit has gone on meanwhile."""
    chosen = act(
        asked,
        scene.visit,
        is_current=scene.prompt.written_at >= scene.visit.time_set_at,
        at=scene.asked_at,
        told_at=scene.prompt.sent_at if scene.prompt.template == TOLD_CANCELLED else None,
    )
    match chosen:
        case Act.CONFIRM | Act.SAY_KEPT:
            return _keep(scene, chosen)
        case Act.CANCEL | Act.SAY_CANCELLED:
            return _cancel(scene, chosen)
        case Act.CALL:
            return _call(scene)
        case Act.UNDO:
            return _undo(scene)
        case Act.ASK_AGAIN:
            return _ask_again(scene)
    return Outcome.FOR_STAFF


def _keep(scene: Scene, chosen: Act) -> Outcome:
    me = as_patient(scene.visit)
    kept = visits.confirm(me, scene.visit.id, now=scene.now, by=scene.by)
    _say(scene, kept, "ack-1", key=f"{kept.id}:{kept.seq}:ack-1", words=when_words(kept))
    return Outcome.KEPT if chosen is Act.CONFIRM else Outcome.ALREADY


def _cancel(scene: Scene, chosen: Act) -> Outcome:
    me = as_patient(scene.visit)
    ended = visits.cancel(me, scene.visit.id, now=scene.now, by=scene.by)
    _say(scene, ended, TOLD_CANCELLED, key=f"{ended.id}:{ended.seq}:ack-3", words=when_words(ended))
    return Outcome.CANCELLED if chosen is Act.CANCEL else Outcome.ALREADY


def _call(scene: Scene) -> Outcome:
    """Staff are told, for not everybody can open a link; the visit stays as it is."""
    visit = visits.ask_for_call(as_patient(scene.visit), scene.visit.id, now=scene.now, by=scene.by)
    key = f"{visit.id}:{visit.occurrence}:ack-2:{london_day(scene.now).isoformat()}"
    _say(scene, visit, "ack-2", key=key, words={"day": when_words(visit)["day"]}, with_link=True)
    return Outcome.CHANGE_WANTED


def _undo(scene: Scene) -> Outcome:
    back = visits.undo(
        as_patient(scene.visit),
        scene.visit.id,
        now=scene.now,
        by=scene.by,
        told_at=scene.prompt.sent_at if scene.prompt.template == TOLD_CANCELLED else None,
    )
    words = when_words(back) | {"place": place_word(back.details)}
    # The planner's own key: it would tell of the new booking too.
    _say(scene, back, "appt-booked", key=f"{back.id}:{back.occurrence}:booked", words=words)
    return Outcome.UNDONE


def _ask_again(scene: Scene) -> Outcome:
    """Once for each time of a visit; then it is for staff to read."""
    visit = scene.visit
    key = f"{visit.id}:{visit.occurrence}:unclear"
    if system_has_key(key):
        return Outcome.FOR_STAFF
    _say(scene, visit, "unclear", key=key, words={"day": when_words(visit)["day"]})
    return Outcome.ASKED_AGAIN


def _say(
    scene: Scene,
    visit: Visit,
    template: str,
    *,
    key: str,
    words: Mapping[str, str],
    with_link: bool = False,
) -> None:
    """Confirm by text; a call where none can go or the ceiling is reached (SMS-07)."""
    if system_has_key(key):
        return
    if not may_be_told(scene.person, now=scene.now):
        _call_instead(scene.person, source=f"{key}:call", now=scene.now)
        return
    at = next_sending_time(scene.now)
    enqueue(
        key=key,
        service_id=visit.service_id,
        patient_id=visit.patient_id,
        about=visit.id,
        template=template,
        words=words,
        to_number=scene.person.mobile,
        link_id=_link(scene, visit) if with_link else None,
        language=scene.person.language,
        due_at=at,
        useful_until=last_sending_time(london_day(at)),
        now=scene.now,
    )


def _link(scene: Scene, visit: Visit) -> UUID:
    return make_link(
        patient_id=visit.patient_id,
        service_id=visit.service_id,
        pack_id=visit.id,
        key=scene.link_key,
        now=scene.now,
        purpose=LinkPurpose.VISIT,
    ).id


def may_be_told(person: Patient, *, now: datetime) -> bool:
    """Whether a text may go to this person today, as far as is known now."""
    receiver = Receiver(
        mobile=person.mobile,
        texts_ok=person.texts_ok,
        died=person.died_on is not None,
        needs=tuple(person.needs),
    )
    today, week = system_sent(person.id, now=now)
    room = today < PATIENT_DAY_CEILING and week < PATIENT_WEEK_CEILING
    return room and why_not_text(receiver, to_number=person.mobile) is None


def _call_instead(person: Patient, *, source: str, now: datetime) -> None:
    raise_item(
        ItemKind.TASK,
        service_id=person.service_id,
        patient_id=person.id,
        reason="reply_not_answered",
        source=source,
        now=now,
    )


def say_unreadable(person: Patient, *, now: datetime) -> None:
    """No visit is open to a reply: whom to call, once a day."""
    at = next_sending_time(now)
    key = f"{person.id}:unclear:{london_day(now).isoformat()}"
    if may_be_told(person, now=now):
        enqueue(
            key=key,
            service_id=person.service_id,
            patient_id=person.id,
            about=person.id,
            template="unclear-none",
            words={},
            to_number=person.mobile,
            language=person.language,
            due_at=at,
            useful_until=last_sending_time(london_day(at)),
            now=now,
        )
