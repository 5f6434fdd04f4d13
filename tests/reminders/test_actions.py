"""Planning against the tables: each text once, with a link of its own."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from patientapp.assessments.models import Pack
from patientapp.assessments.sending import submit_values
from patientapp.db import transaction
from patientapp.links.models import Link
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.rules import MessageState
from patientapp.patients.actions import change_mobile
from patientapp.patients.looks import look_by, move_on, system_due_looks
from patientapp.patients.models import Patient, PlannedLook
from patientapp.reminders import actions
from patientapp.reminders.actions import find_forgotten, plan
from patientapp.reminders.queries import system_planned
from patientapp.reminders.rules import decide
from patientapp.services.models import Service
from patientapp.worklist.models import WorkItem
from tests.factories import (
    LINK_KEY,
    make_pack,
    make_patient,
    make_service,
    make_token,
    patient_viewer,
    staff_viewer,
    tasks_of,
)

DAY = timedelta(days=1)


def plan_at(moment: datetime) -> int:
    return plan(now=moment, link_key=LINK_KEY, public_url="https://pain.example")


def texts(session: Session) -> list[OutboxMessage]:
    asked = sa.select(OutboxMessage).order_by(OutboxMessage.created_at)
    return list(session.scalars(asked.execution_options(populate_existing=True)))


def items(session: Session) -> list[WorkItem]:
    return list(session.scalars(sa.select(WorkItem)))


@pytest.fixture
def pack(session: Session) -> Pack:
    made = make_pack(session, make_patient(session, make_service(session)), ("pseq", "bpi_sf"))
    session.commit()
    return made


def test_sms_07_an_open_pack_is_invited_once(session: Session, pack: Pack, now: datetime) -> None:
    assert plan_at(now) == 1
    assert plan_at(now) == 0
    assert plan_at(now + timedelta(hours=2)) == 0
    [text] = texts(session)
    patient = session.get_one(Patient, pack.patient_id)
    assert text.key == f"{pack.id}:invite"
    assert (text.about, text.patient_id, text.service_id) == (pack.id, patient.id, pack.service_id)
    assert (text.template, text.to_number, text.state) == ("q-invite", patient.mobile, MessageState.DUE)
    assert set(text.words) == {"mins"}
    assert int(text.words["mins"]) > 1
    link = session.get_one(Link, text.link_id)
    assert (link.patient_id, link.pack_id, link.ended_at) == (patient.id, pack.id, None)


def sent(session: Session, *, later: timedelta = timedelta(0)) -> None:
    """Every text has gone."""
    for text in texts(session):
        text.state, text.sent_at = MessageState.DELIVERED, text.due_at + later
    session.commit()


def test_three_days_on_one_reminder_with_a_new_link(session: Session, pack: Pack, now: datetime) -> None:
    plan_at(now)
    sent(session)
    assert plan_at(now + 2 * DAY) == 0
    assert plan_at(now + 3 * DAY) == 1
    sent(session)
    assert [plan_at(now + n * DAY) for n in range(4, 15)] == [0] * 11
    invite, reminder = texts(session)
    assert (reminder.template, reminder.words) == ("q-remind", {"date": pack.closes_on.isoformat()})
    old, new = session.get_one(Link, invite.link_id), session.get_one(Link, reminder.link_id)
    session.refresh(old)
    assert (old.ended_at is None, new.ended_at) == (False, None)


def test_an_unsent_text_holds_back_the_next(session: Session, pack: Pack, now: datetime) -> None:
    plan_at(now)
    assert plan_at(now + 3 * DAY) == 0
    sent(session)
    assert plan_at(now + 3 * DAY + timedelta(hours=1)) == 1


def test_sms_06_a_finished_pack_is_silent(session: Session, now: datetime) -> None:
    pack = make_pack(session, make_patient(session, make_service(session)), ("pseq",))
    session.commit()
    plan_at(now)
    [task] = tasks_of(session, pack)
    with transaction():
        submit_values(patient_viewer(pack), task.id, {f"q{n}": 3 for n in range(1, 11)}, now=now)
    [text] = texts(session)
    assert text.state is MessageState.WITHDRAWN
    assert plan_at(now + 3 * DAY) == 0


def test_sms_06_a_half_finished_pack_is_reminded(session: Session, pack: Pack, now: datetime) -> None:
    plan_at(now)
    pseq = next(task for task in tasks_of(session, pack) if task.instrument == "pseq")
    with transaction():
        submit_values(patient_viewer(pack), pseq.id, {f"q{n}": 3 for n in range(1, 11)}, now=now)
    sent(session)
    assert plan_at(now + timedelta(hours=23)) == 0
    assert plan_at(now + timedelta(hours=24)) == 1, "begun and not finished: a day after the last answer"
    assert texts(session)[-1].key == f"{pack.id}:part"
    sent(session)
    assert plan_at(now + 2 * DAY) == 0
    assert plan_at(now + 3 * DAY) == 1


@pytest.mark.parametrize(
    "person",
    [{"mobile": ""}, {"texts_ok": False}, {"needs": ["no_texts"]}, {"needs": ["phone_only"]}],
    ids=["no mobile", "opted out", "no texts", "phone only"],
)
def test_clin_11_clin_12_who_cannot_be_texted_is_a_task_once(
    session: Session, now: datetime, person: dict[str, object]
) -> None:
    patient = make_patient(session, make_service(session), **person)
    make_pack(session, patient, assigned_at=now - DAY)
    session.commit()
    for day in range(4):
        assert plan_at(now + day * DAY) == 0
    [item] = items(session)
    assert (item.patient_id, item.reason) == (patient.id, "no_mobile")
    assert texts(session) == []


def test_a_number_that_comes_later_is_texted(session: Session, now: datetime) -> None:
    patient = make_patient(session, make_service(session), mobile="")
    make_pack(session, patient, assigned_at=now - DAY)
    session.commit()
    plan_at(now)
    with transaction():
        viewer = staff_viewer(session.get_one(Service, patient.service_id))
        change_mobile(viewer, patient.id, "07700 900555", now=now + DAY)
    assert plan_at(now + DAY) == 1


def test_nobody_who_died_is_written_to_or_worked_on(session: Session, now: datetime) -> None:
    patient = make_patient(session, make_service(session), mobile="", died_on=date(2026, 9, 1))
    make_pack(session, patient)
    session.commit()
    assert plan_at(now) == 0
    assert items(session) == []


@pytest.mark.parametrize(
    ("days", "queued"),
    [
        ({"opens_on": date(2026, 9, 23)}, 0),
        ({"opens_on": date(2026, 9, 22)}, 1),
        ({"closes_on": date(2026, 9, 29)}, 1),
        ({"due_on": date(2026, 9, 21), "closes_on": date(2026, 9, 21)}, 0),
    ],
    ids=["opens tomorrow", "opens today", "closes next week", "closed yesterday"],
)
def test_only_open_packs(session: Session, now: datetime, days: dict[str, Any], queued: int) -> None:
    make_pack(session, make_patient(session, make_service(session)), **days)
    session.commit()
    assert plan_at(now) == queued


def test_one_bad_record_never_silences_the_others(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = make_service(session)
    packs = [make_pack(session, make_patient(session, service)) for _each in range(3)]
    session.commit()
    bad = packs[1].id

    def minutes(pack_id: object, **_today: object) -> int:
        if pack_id == bad:
            raise LookupError("a broken record")
        return 5

    monkeypatch.setattr(actions, "system_minutes", minutes)
    assert plan_at(now) == 2
    assert bad not in {text.about for text in texts(session)}
    monkeypatch.undo()
    assert plan_at(now) == 0, "not at every tick"
    assert plan_at(now + actions.TRY_AGAIN) == 1


def test_a_record_that_the_rules_cannot_read_is_left_for_later(
    session: Session, pack: Pack, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_facts: object) -> object:
        raise ValueError("no such thing")

    monkeypatch.setattr(actions, "decide", broken)
    assert plan_at(now) == 0
    monkeypatch.undo()
    assert plan_at(now + actions.TRY_AGAIN) == 1


def test_link_05_a_planner_that_comes_second_leaves_the_first_one_s_link_alone(
    session: Session, pack: Pack, now: datetime
) -> None:
    [look] = system_due_looks(now, after=None, limit=10)
    stale = system_planned([pack.patient_id], now=now)[pack.patient_id]
    plan_at(now)
    keys = actions.Keys(link_key=LINK_KEY, public_url="")
    decision = decide(stale.person, stale.courses, stale.visits, now)
    assert decision.text is not None
    assert actions._plan_alone(look, stale, decision, now=now, keys=keys) == 0
    [text] = texts(session)
    link = session.get_one(Link, text.link_id)
    session.refresh(link)
    assert link.ended_at is None


def test_perf_9_what_happens_while_the_planner_reads_is_looked_at_again(
    session: Session, pack: Pack, now: datetime
) -> None:
    """A planner that read the facts before a change neither acts on them nor forgets the change."""
    [look] = system_due_looks(now, after=None, limit=10)
    stale = system_planned([pack.patient_id], now=now)[pack.patient_id]
    with transaction():
        look_by(pack.patient_id, now)
    decision = decide(stale.person, stale.courses, stale.visits, now)
    keys = actions.Keys(link_key=LINK_KEY, public_url="")
    assert actions._plan_alone(look, stale, decision, now=now, keys=keys) == 0
    with transaction():
        move_on([(look, now + 30 * DAY)])
    assert plan_at(now) == 1


def test_perf_9_nobody_is_read_when_nothing_is_due(
    session: Session, pack: Pack, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_at(now)

    def read(*_ids: object, **_facts: object) -> object:
        raise AssertionError("looked at somebody before their time")

    monkeypatch.setattr(actions, "system_planned", read)
    assert plan_at(now + timedelta(minutes=59)) == 0


def test_people_whose_rows_were_made_past_our_actions_are_found(
    session: Session, pack: Pack, now: datetime
) -> None:
    session.execute(sa.delete(PlannedLook))
    session.commit()
    assert plan_at(now) == 0
    assert find_forgotten(now=now) == 1
    assert find_forgotten(now=now) == 0
    assert plan_at(now) == 1
    assert find_forgotten(now=now) == 0


def test_sms_12_two_people_on_one_number_each_get_their_own_link(session: Session, now: datetime) -> None:
    """B71: a shared phone."""
    service = make_service(session)
    packs = [
        make_pack(session, make_patient(session, service, mobile="+447700900222")) for _each in range(2)
    ]
    session.commit()
    assert plan_at(now) == 2
    found = {text.patient_id: session.get_one(Link, text.link_id) for text in texts(session)}
    assert {who: link.pack_id for who, link in found.items()} == {
        pack.patient_id: pack.id for pack in packs
    }


def test_planning_reads_a_patient_s_own_language(session: Session, now: datetime) -> None:
    """B20, N32."""
    make_pack(session, make_patient(session, make_service(session), language="pl"))
    session.commit()
    plan_at(now)
    assert [text.language for text in texts(session)] == ["pl"]


def test_link_06_the_token_is_nowhere_in_the_outbox(session: Session, pack: Pack, now: datetime) -> None:
    _link, token = make_token(pack)
    plan_at(now)
    [text] = texts(session)
    assert token not in str(vars(text))
