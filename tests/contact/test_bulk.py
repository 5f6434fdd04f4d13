"""Texts to many people: a fixed list, a second person, five minutes, and each looked at once more."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from patientapp.access.viewer import Viewer
from patientapp.assessments.models import Pack
from patientapp.assessments.rules import TimePoint
from patientapp.audit.models import AuditEntry
from patientapp.contact import bulk
from patientapp.contact.bulk import SecondPersonNeeded, TooLateToRecall
from patientapp.contact.models import BulkPerson, BulkSend
from patientapp.contact.queries import outcomes, preview
from patientapp.contact.rules import RECALL, Which, WhyNot
from patientapp.db import transaction
from patientapp.errors import Invalid, NotFound
from patientapp.links.models import Link
from patientapp.messaging.rules import MessageState
from patientapp.patients.models import Patient
from patientapp.reminders.actions import plan
from patientapp.services.models import Service
from tests.contact.world import colleague, overdue, texts
from tests.factories import LINK_KEY, make_pack, make_patient, make_service

LATER = RECALL + timedelta(seconds=1)


@pytest.fixture
def service(session: Session) -> Service:
    return make_service(session)


@pytest.fixture
def me(session: Session, service: Service) -> Viewer:
    return colleague(session, service)


@pytest.fixture
def other(session: Session, service: Service) -> Viewer:
    return colleague(session, service)


def prepare(viewer: Viewer, *, now: datetime, which: Which = Which.OVERDUE) -> BulkSend:
    with transaction():
        return bulk.prepare(viewer, TimePoint.T0, which, now=now)


def approve(viewer: Viewer, of: BulkSend, *, now: datetime) -> None:
    with transaction():
        bulk.approve(viewer, of.id, now=now)


def release(now: datetime) -> int:
    return bulk.release(now=now, link_key=LINK_KEY, public_url="https://pain.example")


def test_the_list_is_those_of_my_service_who_are_overdue(
    session: Session, service: Service, me: Viewer, now: datetime
) -> None:
    wanted = overdue(session, service, 3)
    make_pack(session, make_patient(session, service))  # open, and not due yet
    overdue(session, make_service(session), 2)
    make_pack(session, make_patient(session, service), time_point=TimePoint.T3, due_on=date(2026, 9, 15))
    session.commit()
    made = prepare(me, now=now)
    on_it = session.scalars(sa.select(BulkPerson.pack_id).where(BulkPerson.bulk_id == made.id))
    assert set(on_it) == {pack.id for pack in wanted}
    assert made.people == 3
    assert prepare(me, now=now, which=Which.OPEN).people == 4


def test_sms_08_nothing_is_sent_before_it_is_approved_and_five_minutes_are_over(
    session: Session, service: Service, me: Viewer, now: datetime
) -> None:
    overdue(session, service, 3)
    session.commit()
    made = prepare(me, now=now)
    assert release(now + LATER) == 0
    approve(me, made, now=now)
    assert release(now + RECALL - timedelta(seconds=1)) == 0
    assert texts(session) == []
    assert session.scalar(sa.select(sa.func.count()).select_from(Link)) == 0
    assert release(now + LATER) == 3
    assert release(now + LATER) == 0
    assert {text.template for text in texts(session)} == {"q-invite"}
    assert {text.state for text in texts(session)} == {MessageState.DUE}
    session.refresh(made)
    assert made.sent_at == now + LATER


def test_sms_08_more_than_50_people_need_a_second_person(
    session: Session, service: Service, me: Viewer, other: Viewer, now: datetime
) -> None:
    overdue(session, service, 51)
    session.commit()
    made = prepare(me, now=now)
    with pytest.raises(SecondPersonNeeded):
        approve(me, made, now=now)
    assert release(now + LATER) == 0
    approve(other, made, now=now)
    assert release(now + LATER) == 51


def test_sms_08_the_database_itself_knows_no_one_person_bulk_send(
    session: Session, service: Service, me: Viewer, now: datetime
) -> None:
    overdue(session, service, 51)
    session.commit()
    made = prepare(me, now=now)
    with pytest.raises(IntegrityError), session.begin_nested():
        made.approved_by, made.approved_at = me.staff_id, now
        session.flush()
    session.rollback()


def test_sms_08_what_is_recalled_in_time_reaches_nobody(
    session: Session, service: Service, me: Viewer, other: Viewer, now: datetime
) -> None:
    overdue(session, service, 3)
    session.commit()
    made = prepare(me, now=now)
    approve(me, made, now=now)
    with transaction():
        bulk.recall(other, made.id, now=now + RECALL - timedelta(seconds=1))
    assert release(now + LATER) == 0
    assert texts(session) == []


def test_sms_08_after_five_minutes_it_is_too_late(
    session: Session, service: Service, me: Viewer, now: datetime
) -> None:
    overdue(session, service, 1)
    session.commit()
    made = prepare(me, now=now)
    approve(me, made, now=now)
    with pytest.raises(TooLateToRecall), transaction():
        bulk.recall(me, made.id, now=now + RECALL)
    assert release(now + LATER) == 1


def test_sms_05_by_night_it_waits(session: Session, service: Service, me: Viewer, now: datetime) -> None:
    overdue(session, service, 2)
    session.commit()
    made = prepare(me, now=now)
    night = datetime.fromisoformat("2026-09-22T19:10:00+00:00")
    approve(me, made, now=night - RECALL)
    assert release(night) == 0
    assert release(night + timedelta(hours=12)) == 2


def test_sms_06_each_person_is_looked_at_once_more_when_it_leaves(
    session: Session, service: Service, me: Viewer, now: datetime
) -> None:
    packs = overdue(session, service, 5)
    session.commit()
    made = prepare(me, now=now)
    approve(me, made, now=now)
    people = [session.get_one(Patient, pack.patient_id) for pack in packs]
    people[0].died_on = date(2026, 9, 22)
    people[1].texts_ok = False
    people[2].questionnaire_texts_ok = False
    packs[3].closes_on = packs[3].due_on
    session.commit()
    found = preview(made.id, now=now)
    reasons = {WhyNot.DIED, WhyNot.CANNOT_TEXT, WhyNot.NOT_WISHED, WhyNot.CLOSED}
    assert (found.would, found.why_not) == (1, dict.fromkeys(reasons, 1))
    assert release(now + LATER) == 1
    assert outcomes(made.id) == found
    [text] = texts(session)
    assert text.patient_id == people[4].id


def test_one_stream_the_planner_and_a_bulk_send_do_not_both_text(
    session: Session, service: Service, me: Viewer, now: datetime
) -> None:
    [pack] = overdue(session, service, 1)
    session.commit()
    made = prepare(me, now=now)
    approve(me, made, now=now)
    assert plan(now=now, link_key=LINK_KEY, public_url="") == 1
    assert release(now + LATER) == 0
    assert outcomes(made.id).why_not == {WhyNot.ON_ITS_WAY: 1}
    assert len(texts(session)) == 1
    assert texts(session)[0].about == pack.id


def test_one_bad_record_stops_nobody_else(
    session: Session, service: Service, me: Viewer, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    packs = overdue(session, service, 3)
    session.commit()
    made = prepare(me, now=now)
    approve(me, made, now=now)
    real = bulk.system_still_to_do

    def broken(pack_id: object, **facts: object) -> bool:
        if pack_id == packs[1].id:
            raise LookupError("a broken record")
        return real(pack_id, **facts)  # type: ignore[arg-type]

    monkeypatch.setattr(bulk, "system_still_to_do", broken)
    assert release(now + LATER) == 2
    assert outcomes(made.id).why_not == {WhyNot.NOT_READ: 1}


def test_sec_02_nobody_approves_another_service_s(
    session: Session, service: Service, me: Viewer, now: datetime
) -> None:
    overdue(session, service, 1)
    session.commit()
    made = prepare(me, now=now)
    stranger = colleague(session, make_service(session))
    for verb in (bulk.approve, bulk.recall):
        for bulk_id in (made.id, uuid4()):
            with pytest.raises(NotFound), transaction():
                verb(stranger, bulk_id, now=now)


def test_ops_01_every_step_has_its_entry_and_every_text_its_patient_s(
    session: Session, service: Service, me: Viewer, other: Viewer, now: datetime
) -> None:
    [pack] = overdue(session, service, 1)
    session.commit()
    made = prepare(me, now=now)
    approve(other, made, now=now)
    release(now + LATER)
    entries = session.execute(sa.select(AuditEntry.chain, AuditEntry.action, AuditEntry.actor)).all()
    found = {(chain, action, actor) for chain, action, actor in entries}
    assert (me.key, "prepared a bulk send", me.key) in found
    assert (other.key, "approved a bulk send", other.key) in found
    assert (f"patient:{pack.patient_id}", "bulk text", other.key) in found


def test_nobody_on_the_list_is_said(
    session: Session, service: Service, me: Viewer, now: datetime
) -> None:
    session.commit()
    with pytest.raises(Invalid):
        prepare(me, now=now)
    assert session.scalars(sa.select(Pack)).first() is None
