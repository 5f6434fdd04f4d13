"""Raising, taking and closing (P6, CLIN-04)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from patientapp.access.viewer import Viewer
from patientapp.audit.models import AuditEntry
from patientapp.errors import NotFound
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.rules import MessageState
from patientapp.patients.models import Patient
from patientapp.services.models import Service
from patientapp.worklist import actions, queries, taking
from patientapp.worklist.actions import raise_item
from patientapp.worklist.models import WorkItem, WorkItemEvent
from patientapp.worklist.queries import open_items
from patientapp.worklist.rules import ItemKind, ItemStep
from patientapp.worklist.taking import AlreadyClosed, NobodyHasIt, SomebodyElseHasIt
from tests.factories import make_patient, make_service, make_staff, staff_viewer


def colleague(session: Session, service: Service, name: str = "Robin Staff") -> Viewer:
    return staff_viewer(service, staff_id=make_staff(session, service, name=name).id)


def alert(patient: Patient, now: datetime, source: str = "task:ad") -> UUID:
    return raise_item(
        ItemKind.ALERT,
        service_id=patient.service_id,
        patient_id=patient.id,
        reason="ad_worst",
        source=source,
        now=now,
    )


def test_p6_one_cause_is_one_alert_and_one_text(session: Session, now: datetime) -> None:
    service = make_service(session)
    patient = make_patient(session, service)
    first = alert(patient, now)
    assert alert(patient, now + timedelta(minutes=1)) == first
    assert session.query(WorkItem).count() == 1
    assert session.query(WorkItemEvent).count() == 1
    text = session.scalars(sa.select(OutboxMessage)).one()
    assert (text.key, text.to_number) == (f"{first}:duty", service.duty_phone)
    assert text.patient_id is None
    assert text.words == {}


def test_p6_without_a_duty_phone_the_alert_is_made_all_the_same(session: Session, now: datetime) -> None:
    alert(make_patient(session, make_service(session, duty_phone="")), now)
    assert session.query(WorkItem).count() == 1
    assert session.query(OutboxMessage).count() == 0


def test_a_task_texts_nobody(session: Session, now: datetime) -> None:
    patient = make_patient(session, make_service(session))
    raise_item(
        ItemKind.TASK,
        service_id=patient.service_id,
        patient_id=patient.id,
        reason="no_mobile",
        source="pack:no_mobile",
        now=now,
    )
    assert session.query(OutboxMessage).count() == 0


def test_clin_04_two_people_cannot_both_own_an_item(session: Session, now: datetime) -> None:
    service = make_service(session)
    first = colleague(session, service, "Alex First")
    second = colleague(session, service, "Sam Second")
    item_id = alert(make_patient(session, service), now)
    taking.take(first, item_id, now=now)
    with pytest.raises(SomebodyElseHasIt, match="Alex First"):
        taking.take(second, item_id, now=now)
    with pytest.raises(SomebodyElseHasIt, match="Alex First"):
        taking.close(second, item_id, "spoke", now=now)


def test_clin_04_the_later_of_two_at_once_is_told_who_was_first(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = make_service(session)
    first = colleague(session, service, "Alex First")
    second = colleague(session, service, "Sam Second")
    item_id = alert(make_patient(session, service), now)
    stale = queries.item(second, item_id, now=now)
    taking.take(first, item_id, now=now)
    reads = iter([stale])
    monkeypatch.setattr(
        taking, "item", lambda *args, **named: next(reads, None) or queries.item(*args, **named)
    )
    with pytest.raises(SomebodyElseHasIt, match="Alex First"):
        taking.take(second, item_id, now=now)
    assert session.query(WorkItemEvent).count() == 2


def test_clin_04_an_item_is_taken_over_by_name_and_both_are_kept(session: Session, now: datetime) -> None:
    service = make_service(session)
    first, second = colleague(session, service), colleague(session, service)
    item_id = alert(make_patient(session, service), now)
    taking.take(first, item_id, now=now)
    taking.take(second, item_id, now=now, instead_of=first.staff_id)
    steps = queries.history(second, item_id)
    assert [step.staff_id for step in steps] == [None, first.staff_id, second.staff_id]


def test_clin_04_an_alert_closes_only_by_its_owner_with_an_action(
    session: Session, now: datetime
) -> None:
    """D18: no alert closes of itself."""
    service = make_service(session)
    me = colleague(session, service)
    item_id = alert(make_patient(session, service), now)
    with pytest.raises(NobodyHasIt):
        taking.close(me, item_id, "spoke", now=now)
    taking.take(me, item_id, now=now)
    closed = taking.close(me, item_id, "spoke: rang at ten", now=now)
    assert closed.standing.step is ItemStep.CLOSED
    assert open_items(me, now=now) == []
    with pytest.raises(AlreadyClosed):
        taking.take(me, item_id, now=now)


def test_clin_04_the_database_refuses_closing_without_an_action(session: Session, now: datetime) -> None:
    service = make_service(session)
    me = colleague(session, service)
    item_id = alert(make_patient(session, service), now)
    taking.take(me, item_id, now=now)
    with pytest.raises(sa.exc.IntegrityError):
        taking.close(me, item_id, "", now=now)


def test_sms_06_taking_an_alert_silences_its_text(session: Session, now: datetime) -> None:
    service = make_service(session)
    item_id = alert(make_patient(session, service), now)
    taking.take(colleague(session, service), item_id, now=now)
    assert session.scalars(sa.select(OutboxMessage.state)).one() is MessageState.WITHDRAWN


def test_alerts_come_first_then_the_soonest_due(session: Session, now: datetime) -> None:
    service = make_service(session)
    patient = make_patient(session, service)
    for hours, kind, source in (
        (0, ItemKind.TASK, "old task"),
        (50, ItemKind.ALERT, "new alert"),
        (49, ItemKind.ALERT, "old alert"),
        (51, ItemKind.TASK, "new task"),
    ):
        raise_item(
            kind,
            service_id=service.id,
            patient_id=patient.id,
            reason="not_me",
            source=source,
            now=now + timedelta(hours=hours),
        )
    listed = open_items(colleague(session, service), now=now + timedelta(hours=52))
    assert [(one.item.source, one.overdue) for one in listed] == [
        ("old alert", True),
        ("new alert", False),
        ("old task", True),
        ("new task", False),
    ]


def test_p6_a_full_list_leaves_tasks_out_and_never_an_alert(session: Session, now: datetime) -> None:
    service = make_service(session)
    patient = make_patient(session, service)
    alerts = {alert(patient, now, f"task:{number}") for number in range(3)}
    for number in range(2):
        raise_item(
            ItemKind.TASK,
            service_id=service.id,
            patient_id=patient.id,
            reason="proxy_wanted",
            source=f"a task:{number}",
            now=now,
        )
    listed = [one.item.id for one in open_items(colleague(session, service), now=now, limit=1)]
    assert (set(listed[:3]), len(listed)) == (alerts, 4)


def test_sec_02_foreign_items_are_not_there(session: Session, now: datetime) -> None:
    patient = make_patient(session, make_service(session))
    item_id = alert(patient, now)
    stranger = colleague(session, make_service(session))
    assert open_items(stranger, now=now) == []
    for act in (
        lambda: taking.take(stranger, item_id, now=now),
        lambda: taking.close(stranger, item_id, "spoke", now=now),
        lambda: queries.item(stranger, item_id, now=now),
    ):
        with pytest.raises(NotFound):
            act()
    assert queries.history(stranger, item_id) == []


def test_ops_01_each_step_is_in_the_patients_audit(session: Session, now: datetime) -> None:
    service = make_service(session)
    patient = make_patient(session, service)
    me = colleague(session, service)
    item_id = alert(patient, now)
    taking.take(me, item_id, now=now)
    taking.close(me, item_id, "spoke: very private words", now=now)
    chain = sa.select(AuditEntry).where(AuditEntry.chain == f"patient:{patient.id}")
    entries = session.scalars(chain.order_by(AuditEntry.seq)).all()
    assert [one.action for one in entries] == ["raised alert", "alert taken", "alert closed"]
    assert not any("private" in f"{one.action}{one.object}{one.result}" for one in entries)


def test_clin_04_what_was_added_while_taking_is_no_colleague(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = make_service(session)
    me = colleague(session, service)
    item_id = alert(make_patient(session, service), now)
    stale = queries.item(me, item_id, now=now)
    actions.add_to(item_id, now=now)
    reads = iter([stale])
    monkeypatch.setattr(
        taking, "item", lambda *args, **named: next(reads, None) or queries.item(*args, **named)
    )
    assert taking.take(me, item_id, now=now).standing.owner == me.staff_id


def test_clin_08_what_was_added_while_closing_is_read_first(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = make_service(session)
    me = colleague(session, service)
    item_id = alert(make_patient(session, service), now)
    stale = taking.take(me, item_id, now=now)
    actions.add_to(item_id, now=now)
    reads = iter([stale])
    monkeypatch.setattr(
        taking, "item", lambda *args, **named: next(reads, None) or queries.item(*args, **named)
    )
    with pytest.raises(taking.ChangedMeanwhile):
        taking.close(me, item_id, "spoke", now=now)
