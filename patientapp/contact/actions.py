"""Verbs of contact with one person: choices, number, death, and a new link."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record
from patientapp.contact.queries import course_of, open_sets
from patientapp.contact.rules import NEW_LINK_USEFUL, WhyNot, why_not_new_link
from patientapp.errors import Conflict, Invalid, NotFound
from patientapp.links.actions import end_links, make_link
from patientapp.links.rules import LinkEnd
from patientapp.messaging.actions import enqueue, withdraw_of_patient
from patientapp.messaging.claim_rules import NO_TEXT_NEEDS
from patientapp.messaging.rules import Why, next_sending_time
from patientapp.patients import actions as patients
from patientapp.patients.contact_rules import TextKind, Wishes, refused_kinds, wish_mistakes
from patientapp.patients.looks import look_by
from patientapp.patients.models import Patient
from patientapp.patients.queries import patient
from patientapp.patients.rules import Need, parse_mobile
from patientapp.reminders.packs import system_still_to_do
from patientapp.reminders.queries import system_planned
from patientapp.workdays import london_day
from patientapp.worklist.actions import ask_to_arrange


class NotSentNow(Conflict):
    """No new link can be sent to this person now. The page says why."""

    title = "The link was not sent"

    def __init__(self, why: WhyNot) -> None:
        super().__init__()
        self.why = why


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What staff say of how a person is reached."""

    mobile: str
    wishes: Wishes
    needs: tuple[Need, ...] = ()
    language: str = "en"
    booking_help: bool = False


def change_choices(viewer: Viewer, patient_id: UUID, new: Choices, *, now: datetime) -> Patient:
    """Keep what a person says of texts; what they no longer want is withdrawn in the same commit.

    Another number ends the links and texts that went to the old one (LINK-05). A pause that is
    already over is let go.
    """
    new_wishes = _without_old_pause(new.wishes, today=london_day(now))
    _check(new, new_wishes, today=london_day(now))
    before = patient(viewer, patient_id)
    was_at_home = Need.HOUSEBOUND in before.needs
    if (parse_mobile(new.mobile) or "") != before.mobile:
        patients.change_mobile(viewer, patient_id, new.mobile, now=now)
        end_links(patient_id=patient_id, reason=LinkEnd.NUMBER_CHANGED, now=now)
        withdraw_of_patient(patient_id, why=Why.NUMBER_CHANGED, now=now)
    changed = patients.change_wishes(
        viewer,
        patient_id,
        new_wishes,
        needs=new.needs,
        language=new.language,
        booking_help=new.booking_help,
        now=now,
    )
    _silence_unwished(patient_id, new_wishes, needs=new.needs, now=now)
    if Need.HOUSEBOUND in new.needs and not was_at_home:
        ask_to_arrange(changed.service_id, patient_id, now=now)
    return changed


def _without_old_pause(wishes: Wishes, *, today: date) -> Wishes:
    if wishes.paused_until is None or today < wishes.paused_until:
        return wishes
    return Wishes(**vars(wishes) | {"paused_until": None, "pause_reason": None})


def _check(new: Choices, wishes: Wishes, *, today: date) -> None:
    wrong = wish_mistakes(wishes, today=today)
    if new.mobile.strip() and parse_mobile(new.mobile) is None:
        wrong["mobile"] = ["Check the mobile number: a text cannot reach this one."]
    if wrong:
        raise Invalid("These choices cannot stand.", fields=wrong)


def _silence_unwished(
    patient_id: UUID, wishes: Wishes, *, needs: Collection[Need], now: datetime
) -> None:
    if not wishes.texts_ok or NO_TEXT_NEEDS.intersection(needs):
        withdraw_of_patient(patient_id, why=Why.NO_TEXTS, now=now)
        return
    kinds: frozenset[TextKind] = refused_kinds(wishes, today=london_day(now), needs=needs)
    if kinds:
        withdraw_of_patient(patient_id, kinds=kinds, why=Why.NOT_WISHED, now=now)


def record_death(viewer: Viewer, patient_id: UUID, died_on: date, *, now: datetime) -> Patient:
    """End every link and text of a person who has died, at once (LINK-05, SMS-06)."""
    found = patients.record_death(viewer, patient_id, died_on, now=now)
    end_links(patient_id=patient_id, reason=LinkEnd.DIED, now=now)
    withdraw_of_patient(patient_id, why=Why.DIED, now=now)
    return found


def send_new_link(
    viewer: Viewer, patient_id: UUID, pack_id: UUID, *, link_key: str, now: datetime
) -> datetime:
    """Text a new link for one open set; when it leaves. NotSentNow says why it cannot."""
    person = patient(viewer, patient_id)
    if pack_id not in {one.pack_id for one in open_sets(viewer, patient_id, now=now)}:
        raise NotFound
    is_undone = system_still_to_do(pack_id, today=london_day(now))
    look_by(patient_id, now)  # the planner takes this text into account
    found = system_planned([patient_id], now=now)[patient_id]
    why = why_not_new_link(found.person, course_of(found, pack_id), now)
    if not is_undone or why is not None:
        raise NotSentNow(why or WhyNot.FINISHED)
    link = make_link(
        patient_id=patient_id,
        service_id=person.service_id,
        pack_id=pack_id,
        key=link_key,
        now=now,
    )
    leaves_at = next_sending_time(now)
    enqueue(
        key=f"{link.id}:new-link",
        service_id=person.service_id,
        patient_id=patient_id,
        about=pack_id,
        template="new-link",
        words={},
        to_number=person.mobile,
        link_id=link.id,
        language=person.language,
        due_at=leaves_at,
        useful_until=leaves_at + NEW_LINK_USEFUL,
        now=now,
    )
    record(viewer, "sent a new link", now=now, patient_id=patient_id, object=pack_id)
    return leaves_at
