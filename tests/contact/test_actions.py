"""Choices, deaths and new links against the tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from patientapp.assessments.models import Pack
from patientapp.assessments.sending import submit_values
from patientapp.contact.actions import (
    Choices,
    NotSentNow,
    change_choices,
    record_death,
    send_new_link,
)
from patientapp.contact.rules import WhyNot
from patientapp.db import transaction
from patientapp.errors import Invalid, NotFound
from patientapp.links.models import Link
from patientapp.links.rules import LinkEnd
from patientapp.messaging.models import MessageEvent
from patientapp.messaging.rules import MessageState, Why
from patientapp.patients.contact_rules import ChosenTime, PauseReason, Wishes
from patientapp.patients.models import Patient
from patientapp.patients.rules import Need
from patientapp.reminders.actions import plan
from patientapp.services.models import Service
from tests.contact.world import texts
from tests.factories import (
    LINK_KEY,
    NOW,
    make_pack,
    make_patient,
    make_service,
    patient_viewer,
    staff_viewer,
    tasks_of,
)

DAY = timedelta(days=1)


@pytest.fixture
def pack(session: Session) -> Pack:
    made = make_pack(session, make_patient(session, make_service(session)))
    session.commit()
    return made


def person(session: Session, pack: Pack) -> Patient:
    found = session.get_one(Patient, pack.patient_id)
    session.refresh(found)
    return found


def staff(session: Session, pack: Pack) -> Any:
    return staff_viewer(session.get_one(Service, pack.service_id))


def plan_at(moment: datetime) -> int:
    return plan(now=moment, link_key=LINK_KEY, public_url="https://pain.example")


def change(session: Session, pack: Pack, *, now: datetime = NOW, **over: Any) -> None:
    found = person(session, pack)
    wishes = replace(found.wishes, **{k: v for k, v in over.items() if k in vars(found.wishes)})
    new = Choices(
        mobile=over.get("mobile", found.mobile),
        wishes=wishes,
        needs=over.get("needs", ()),
        language=over.get("language", "en"),
    )
    with transaction():
        change_choices(staff(session, pack), pack.patient_id, new, now=now)


def last_reason(session: Session) -> str:
    asked = sa.select(MessageEvent.reason).order_by(MessageEvent.at.desc(), MessageEvent.seq.desc())
    return session.scalars(asked).first() or ""


CHANGES = [
    ("another number", {"mobile": "07700 900777"}, Why.NUMBER_CHANGED, LinkEnd.NUMBER_CHANGED),
    ("no number any more", {"mobile": ""}, Why.NUMBER_CHANGED, LinkEnd.NUMBER_CHANGED),
    ("no texts at all", {"texts_ok": False}, Why.NO_TEXTS, None),
    ("telephone only", {"needs": (Need.PHONE_ONLY,)}, Why.NO_TEXTS, None),
    ("no texts about questionnaires", {"questionnaires_ok": False}, Why.NOT_WISHED, None),
    (
        "a bereavement",
        {"paused_until": date(2026, 10, 22), "pause_reason": PauseReason.BEREAVEMENT},
        Why.NOT_WISHED,
        None,
    ),
    ("no feedback: not what this text is", {"feedback_ok": False}, "", None),
    ("another time of day", {"chosen_time": ChosenTime.EVENING}, "", None),
]


@pytest.mark.parametrize(
    ("over", "why", "end"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES]
)
def test_sms_06_link_05_a_choice_bites_in_its_own_commit(
    session: Session, pack: Pack, now: datetime, over: dict[str, Any], why: str, end: LinkEnd | None
) -> None:
    plan_at(now)
    change(session, pack, **over)
    [text] = texts(session)
    link = session.get_one(Link, text.link_id)
    session.refresh(link)
    assert (text.state is MessageState.WITHDRAWN) is bool(why)
    assert last_reason(session) == why
    assert link.end_reason is end


def test_the_choices_are_kept(session: Session, pack: Pack) -> None:
    change(
        session,
        pack,
        visits_ok=False,
        chosen_time=ChosenTime.EVENING,
        needs=(Need.LARGE_PRINT,),
        language="pl",
    )
    found = person(session, pack)
    assert found.wishes == Wishes(visits_ok=False, chosen_time=ChosenTime.EVENING)
    assert (found.needs, found.language) == (["large_print"], "pl")


def test_link_05_a_new_number_gets_the_next_text(session: Session, pack: Pack, now: datetime) -> None:
    plan_at(now)
    change(session, pack, mobile="07700 900777")
    assert plan_at(now + 3 * DAY) == 1
    assert [text.to_number for text in texts(session) if text.state is MessageState.DUE] == [
        "+447700900777"
    ]


def test_a_pause_that_is_over_is_let_go(session: Session, pack: Pack, now: datetime) -> None:
    change(session, pack, paused_until=date(2026, 9, 30), pause_reason=PauseReason.OTHER)
    assert plan_at(now + DAY) == 0
    change(session, pack, now=now + 20 * DAY)
    assert person(session, pack).paused_until is None
    assert plan_at(now + 20 * DAY) == 1


WRONG = [
    ("a landline", {"mobile": "0113 496 0100"}, "mobile"),
    ("not a number", {"mobile": "12"}, "mobile"),
    ("a pause without a reason", {"paused_until": date(2026, 10, 1)}, "pause_reason"),
    ("a reason without a day", {"pause_reason": PauseReason.COMPLAINT}, "paused_until"),
    (
        "a pause for ever",
        {"paused_until": date(2036, 10, 1), "pause_reason": PauseReason.COMPLAINT},
        "paused_until",
    ),
]


@pytest.mark.parametrize(("over", "field"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_cannot_stand_changes_nothing(
    session: Session, pack: Pack, now: datetime, over: dict[str, Any], field: str
) -> None:
    plan_at(now)
    before = person(session, pack).mobile
    with pytest.raises(Invalid) as refused:
        change(session, pack, **over)
    assert list(refused.value.fields) == [field]
    assert person(session, pack).mobile == before
    assert [text.state for text in texts(session)] == [MessageState.DUE]


def test_link_05_sms_06_a_death_ends_links_and_texts(session: Session, pack: Pack, now: datetime) -> None:
    plan_at(now)
    with transaction():
        record_death(staff(session, pack), pack.patient_id, date(2026, 9, 20), now=now)
    [text] = texts(session)
    link = session.get_one(Link, text.link_id)
    session.refresh(link)
    assert (text.state, last_reason(session)) == (MessageState.WITHDRAWN, Why.DIED)
    assert link.end_reason is LinkEnd.DIED
    assert [plan_at(now + n * DAY) for n in range(8)] == [0] * 8


@pytest.mark.parametrize("day", [date(2026, 9, 23), date(1970, 1, 1)], ids=["tomorrow", "before birth"])
def test_a_death_has_a_day_that_can_be(session: Session, pack: Pack, now: datetime, day: date) -> None:
    with pytest.raises(Invalid), transaction():
        record_death(staff(session, pack), pack.patient_id, day, now=now)
    assert person(session, pack).died_on is None


def send(session: Session, pack: Pack, *, now: datetime) -> datetime:
    with transaction():
        return send_new_link(staff(session, pack), pack.patient_id, pack.id, link_key=LINK_KEY, now=now)


def test_link_05_a_new_link_ends_the_older_one_and_leaves_at_once(
    session: Session, pack: Pack, now: datetime
) -> None:
    plan_at(now)
    assert send(session, pack, now=now) == now
    first, second = sorted(texts(session), key=lambda text: text.template == "new-link")
    old, new = session.get_one(Link, first.link_id), session.get_one(Link, second.link_id)
    session.refresh(old)
    assert (old.end_reason, new.ended_at) == (LinkEnd.REPLACED, None)
    assert second.template == "new-link"


def test_sms_05_by_night_a_new_link_leaves_in_the_morning(
    session: Session, pack: Pack, now: datetime
) -> None:
    night = now + timedelta(hours=12)
    assert send(session, pack, now=night) == datetime.fromisoformat("2026-09-23T09:00:00+00:00")


def test_sms_07_the_third_new_link_of_a_day_is_refused(
    session: Session, pack: Pack, now: datetime
) -> None:
    for minutes in (0, 1):
        send(session, pack, now=now + timedelta(minutes=minutes))
    with pytest.raises(NotSentNow) as refused:
        send(session, pack, now=now + timedelta(minutes=2))
    assert refused.value.why is WhyNot.CEILING
    assert len(texts(session)) == 2
    assert send(session, pack, now=now + DAY) == now + DAY


def test_sms_06_no_link_to_what_is_finished(session: Session, pack: Pack, now: datetime) -> None:
    [task] = tasks_of(session, pack)
    with transaction():
        submit_values(patient_viewer(pack), task.id, {f"q{n}": 3 for n in range(1, 11)}, now=now)
    with pytest.raises(NotFound):
        send(session, pack, now=now)


def test_sec_02_nobody_sends_links_to_another_service_s_people(
    session: Session, pack: Pack, now: datetime
) -> None:
    other = staff_viewer(make_service(session))
    for patient_id, pack_id in [(pack.patient_id, pack.id), (uuid4(), pack.id)]:
        with pytest.raises(NotFound), transaction():
            send_new_link(other, patient_id, pack_id, link_key=LINK_KEY, now=now)
    mine = make_patient(session, session.get_one(Service, other.service_id))
    with pytest.raises(NotFound), transaction():
        send_new_link(other, mine.id, pack.id, link_key=LINK_KEY, now=now)
    assert texts(session) == []
