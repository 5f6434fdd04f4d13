"""What happens on a patient's way in: begin, refuse, ask again, confirm the date of birth.

Verbs as in `actions.py`, kept apart from it because staff sessions need none of them.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from patientapp.access.viewer import Viewer
from patientapp.appointments.queries import system_visit
from patientapp.assessments.queries import system_pack, system_pack_is_done
from patientapp.audit.actions import record, record_system
from patientapp.db import db
from patientapp.errors import SignInNeeded
from patientapp.links.actions import end_link, make_link, record_failure
from patientapp.links.models import Link
from patientapp.links.queries import system_failures, system_link_of
from patientapp.links.rules import LinkEnd, LinkPurpose, is_open, may_try_birth_date, tries_left
from patientapp.messaging.actions import enqueue
from patientapp.messaging.queries import system_has_key
from patientapp.patients.actions import change_language
from patientapp.patients.carer_queries import system_carer
from patientapp.patients.queries import system_patient
from patientapp.pifu.queries import system_agreement
from patientapp.signin.actions import end_session, open_session, say_language
from patientapp.signin.rules import PATIENT_LIFE
from patientapp.workdays import london_day
from patientapp.worklist.actions import raise_item
from patientapp.worklist.rules import ItemKind

NO_NEW_LINK = frozenset({LinkEnd.NOT_ME, LinkEnd.LOCKED, LinkEnd.DIED, LinkEnd.STAFF})
NEW_LINK_USEFUL = timedelta(hours=24)


@dataclass(frozen=True)
class BirthDateOutcome:
    """A new session's secret, or none; and how many more tries there are."""

    secret: str | None = None
    locked: bool = False
    tries_left: int = 0
    purpose: LinkPurpose = LinkPurpose.QUESTIONNAIRES


def can_begin(link: Link, *, now: datetime) -> bool:
    """Whether this link may be opened now."""
    return is_open(expires_at=link.expires_at, ended_at=link.ended_at, now=now)


def was_locked(link: Link) -> bool:
    """Whether it ended after too many wrong dates of birth: then the page says whom to call."""
    return link.end_reason is LinkEnd.LOCKED


def begin(token: str, *, now: datetime, language: str | None = None) -> str | None:
    """Open a session that knows nothing yet but the language chosen, if one was; its secret, or None
    when the link has ended."""
    link = system_link_of(token)
    if link is None or not can_begin(link, now=now):
        return None
    record_system("opened a link", chain=f"patient:{link.patient_id}", now=now, actor=f"link:{link.id}")
    return open_session(
        service_id=link.service_id, link_id=link.id, now=now, life=PATIENT_LIFE, language=language
    )


def refuse(token: str, *, now: datetime) -> None:
    """End a link that reached somebody else, and tell staff."""
    link = system_link_of(token)
    if link is not None and end_link(link.id, reason=LinkEnd.NOT_ME, now=now):
        _tell_staff(link, "carer_not_me" if _is_carers(link) else "not_me", now=now)


def send_again(token: str, *, key: str, now: datetime) -> None:
    """Text a new link for the same thing, once a day at most, if it is still to be done.

    Says nothing about what it did: the page is the same whoever asks (section 11).
    """
    link = system_link_of(token)
    if link is None or link.end_reason in NO_NEW_LINK or not _is_wanted(link, now=now):
        return
    person = system_patient(link.patient_id)
    carer = system_carer(link.pack_id, today=london_day(now)) if _is_carers(link) else None
    to_number = carer.mobile if carer else person.mobile
    if not to_number or not (carer or person.texts_ok) or person.died_on:
        return
    again = f"{link.pack_id}:again:{london_day(now).isoformat()}"
    if system_has_key(again):
        return
    new = make_link(
        patient_id=person.id,
        service_id=person.service_id,
        pack_id=link.pack_id,
        key=key,
        now=now,
        purpose=link.purpose,
    )
    enqueue(
        key=again,
        service_id=person.service_id,
        patient_id=person.id,
        about=link.pack_id,
        template="carer-link" if carer else "new-link",
        words={},
        to_number=to_number,
        carer_id=carer.id if carer else None,
        link_id=new.id,
        language=person.language,
        due_at=now,
        useful_until=now + NEW_LINK_USEFUL,
        now=now,
    )


def _is_wanted(link: Link, *, now: datetime) -> bool:
    """Whether what the link is for is still to be done."""
    if link.purpose is LinkPurpose.VISIT:
        visit = system_visit(link.pack_id)
        return visit is not None and visit.is_open and visit.starts_at > now
    if _is_carers(link):
        return system_carer(link.pack_id, today=london_day(now)) is not None
    if link.purpose is LinkPurpose.COME_BACK:
        agreement = system_agreement(link.pack_id)
        return agreement is not None and agreement.ends_on >= london_day(now)
    pack, today = system_pack(link.pack_id), london_day(now)
    return pack is not None and pack.closes_on >= today and not system_pack_is_done(pack.id, today=today)


def _is_carers(link: Link) -> bool:
    return link.purpose is LinkPurpose.CARER


def is_locked(viewer: Viewer, *, now: datetime) -> bool:
    """Whether this link or this patient has no more tries (LINK-04)."""
    on_link, of_patient = system_failures(_link(viewer), now=now)
    return not may_try_birth_date(link_failures=on_link, patient_failures=of_patient)


def may_go_on(viewer: Viewer, *, now: datetime) -> bool:
    """Whether this session's link still opens anything: not once a newer text has replaced it, nor
    past its days (LINK-01, LINK-05). What was being answered is kept all the same (REL-03)."""
    link = _link(viewer)
    return can_begin(link, now=now) or was_locked(link)


def confirm_birth_date(viewer: Viewer, given: date, *, now: datetime) -> BirthDateOutcome:
    """Count a wrong date and lock after the last; a right one gets a new session (SEC-10).

    The audit comes first: its head row makes tries on one patient wait in line, so that many at
    once are counted like many after each other (LINK-04).
    """
    link = _link(viewer)
    record(viewer, "gave a birth date", now=now, patient_id=link.patient_id)
    if is_locked(viewer, now=now):
        return BirthDateOutcome(locked=True)
    held = system_patient(link.patient_id).birth_date
    if not hmac.compare_digest(held.isoformat(), given.isoformat()):
        return _wrong(viewer, link, now=now)
    record(viewer, "confirmed their birth date", now=now, patient_id=link.patient_id)
    if viewer.chosen_language:
        change_language(viewer, link.patient_id, viewer.chosen_language, now=now)
    end_session(viewer.session_id, now=now)
    return BirthDateOutcome(
        secret=open_session(
            service_id=link.service_id,
            link_id=link.id,
            now=now,
            life=PATIENT_LIFE,
            birth_date_confirmed_at=now,
        ),
        purpose=link.purpose,
    )


def _wrong(viewer: Viewer, link: Link, *, now: datetime) -> BirthDateOutcome:
    record_failure(link, now=now)
    record(viewer, "birth date was wrong", now=now, patient_id=link.patient_id, result="refused")
    on_link, of_patient = system_failures(link, now=now)
    left = tries_left(link_failures=on_link, patient_failures=of_patient)
    if left:
        return BirthDateOutcome(tries_left=left)
    end_link(link.id, reason=LinkEnd.LOCKED, now=now)
    _tell_staff(link, "link_locked", now=now)
    return BirthDateOutcome(locked=True)


def ask_for_call(viewer: Viewer, *, now: datetime) -> None:
    """Somebody else would answer: staff call (3.7)."""
    _tell_staff(_link(viewer), "proxy_wanted", now=now)
    record(viewer, "asked for a call", now=now, patient_id=viewer.patient_id)


def language_of(link: Link) -> str:
    """The language on the record that this link is about."""
    return system_patient(link.patient_id).language


def choose_language(viewer: Viewer, language: str, *, now: datetime) -> None:
    """Keep it on the record; before the date of birth, and while locked, on this session alone (A2)."""
    if viewer.birth_date_confirmed and viewer.patient_id is not None and not viewer.idle:
        change_language(viewer, viewer.patient_id, language, now=now)
    else:
        say_language(viewer, language)


def ask_for_interpreter(link: Link, *, now: datetime) -> None:
    """Somebody's language is not here: staff call, with an interpreter."""
    record_system("asked for an interpreter", chain=f"patient:{link.patient_id}", now=now)
    _tell_staff(link, "interpreter_wanted", now=now)


def interpreter_for(viewer: Viewer, *, now: datetime) -> None:
    """The same, from inside."""
    ask_for_interpreter(_link(viewer), now=now)


def _link(viewer: Viewer) -> Link:
    link = db.session.get(Link, viewer.link_id) if viewer.link_id else None
    if link is None:
        raise SignInNeeded
    return link


def _tell_staff(link: Link, reason: str, *, now: datetime) -> None:
    raise_item(
        ItemKind.TASK,
        service_id=link.service_id,
        patient_id=link.patient_id,
        reason=reason,
        source=f"{link.id}:{reason}",
        now=now,
    )
