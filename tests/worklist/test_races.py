"""Two clinicians and the machine at one alert at once, with real commits on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.access.viewer import Viewer
from patientapp.db import transaction
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.rules import MessageState
from patientapp.worklist import taking
from patientapp.worklist.actions import add_to, raise_item
from patientapp.worklist.limits import Contact, in_force
from patientapp.worklist.models import WorkItemEvent
from patientapp.worklist.rules import ItemKind, ItemStep
from patientapp.worklist.taking import SomebodyElseHasIt
from patientapp.worklist.watching import escalate
from tests.factories import make_patient, make_service, make_staff, staff_viewer
from tests.messaging.races import at_once, committed

ROUNDS = 5


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with committed(app) as made:
        yield made


def two_clinicians_and_alerts(session: Session, now: datetime) -> tuple[list[Viewer], list[UUID]]:
    service = make_service(session, next_phone="+447700900101")
    patient = make_patient(session, service)
    viewers = [staff_viewer(service, staff_id=make_staff(session, service).id) for _each in range(2)]
    alerts = [
        raise_item(
            ItemKind.ALERT,
            service_id=service.id,
            patient_id=patient.id,
            reason="ad_worst",
            source=f"task:{n}",
            now=now,
        )
        for n in range(ROUNDS)
    ]
    session.commit()
    return viewers, alerts


def steps_of(session: Session, item_id: UUID) -> list[tuple[ItemStep, UUID | None]]:
    session.rollback()
    steps = sa.select(WorkItemEvent).where(WorkItemEvent.item_id == item_id)
    return [(one.step, one.staff_id) for one in session.scalars(steps.order_by(WorkItemEvent.seq))]


def test_clin_04_of_two_clinicians_who_take_one_alert_at_once_one_owns_it(
    app: Flask, session: Session, now: datetime
) -> None:
    viewers, alerts = two_clinicians_and_alerts(session, now)
    for item_id in alerts:
        told: Counter[str] = Counter()

        def take(viewer: Viewer, of: UUID = item_id, told: Counter[str] = told) -> None:
            try:
                with transaction():
                    taking.take(viewer, of, now=now)
                told["owns it"] += 1
            except SomebodyElseHasIt:
                told["a colleague has it"] += 1

        at_once(app, *[lambda viewer=viewer: take(viewer) for viewer in viewers])
        assert told == {"owns it": 1, "a colleague has it": 1}
        [raised, taken] = steps_of(session, item_id)
        assert raised == (ItemStep.RAISED, None)
        assert taken[0] is ItemStep.TAKEN
        assert taken[1] in {viewer.staff_id for viewer in viewers}


def test_clin_04_a_patient_who_writes_again_at_once_keeps_nobody_from_taking_the_alert(
    app: Flask, session: Session, now: datetime
) -> None:
    [me, _other], alerts = two_clinicians_and_alerts(session, now)
    for item_id in alerts:

        def take(of: UUID = item_id) -> None:
            with transaction():
                taking.take(me, of, now=now)

        def write(of: UUID = item_id) -> None:
            with transaction():
                assert add_to(of, now=now)

        at_once(app, take, write)
        steps = steps_of(session, item_id)
        assert len(steps) == 3
        assert steps[-1] == (ItemStep.TAKEN, me.staff_id)


def test_clin_04_two_schedulers_pass_an_alert_on_once(
    app: Flask, session: Session, now: datetime
) -> None:
    _viewers, alerts = two_clinicians_and_alerts(session, now)
    later = now + in_force().unowned[Contact.NEXT]
    at_once(app, *[lambda: escalate(now=later)] * 3)
    escalate(now=later)  # what one left to the other at its tick
    session.rollback()
    keys = [key for key in session.scalars(sa.select(OutboxMessage.key)) if key.endswith(":next")]
    assert sorted(keys) == sorted(f"{item_id}:next" for item_id in alerts)
    assert [len(steps_of(session, item_id)) for item_id in alerts] == [2] * ROUNDS


def test_clin_04_taken_while_it_is_passed_on_it_has_one_owner_and_no_text_is_left(
    app: Flask, session: Session, now: datetime
) -> None:
    [me, _other], alerts = two_clinicians_and_alerts(session, now)
    later = now + in_force().unowned[Contact.NEXT]

    def take_all() -> None:
        for item_id in alerts:
            with transaction():
                taking.take(me, item_id, now=later)

    at_once(app, take_all, lambda: escalate(now=later))
    assert all(steps_of(session, item_id)[-1] == (ItemStep.TAKEN, me.staff_id) for item_id in alerts)
    assert set(session.scalars(sa.select(OutboxMessage.state))) == {MessageState.WITHDRAWN}
