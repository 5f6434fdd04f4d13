"""The same rules in great number (`make accept`): races, stale tabs and acts, on both databases."""

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
from patientapp.audit.models import AuditEntry
from patientapp.audit.queries import system_checked
from patientapp.db import transaction
from patientapp.services.models import Service
from patientapp.worklist import taking
from patientapp.worklist.actions import raise_item
from patientapp.worklist.models import WorkItemEvent
from patientapp.worklist.rules import ItemKind, ItemStep
from patientapp.worklist.taking import SomebodyElseHasIt
from tests.desk import desk_of, forget_form_token
from tests.factories import form_of, make_patient, make_service, make_staff, staff_viewer
from tests.messaging.races import at_once, committed

pytestmark = pytest.mark.accept
RACES, TABS, ACTS = 500, 200, 2_000


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with committed(app) as made:
        yield made


def alerts_of(session: Session, service: Service, count: int, *, now: datetime) -> list[UUID]:
    person = make_patient(session, service)
    made = [
        raise_item(
            ItemKind.ALERT,
            service_id=service.id,
            patient_id=person.id,
            reason="ad_worst",
            source=f"{person.id}:{n}",
            now=now,
        )
        for n in range(count)
    ]
    session.commit()
    return made


def test_clin_04_of_500_races_of_two_each_alert_has_one_owner(
    app: Flask, session: Session, now: datetime
) -> None:
    service = make_service(session)
    viewers = [staff_viewer(service, staff_id=make_staff(session, service).id) for _ in range(2)]
    told: Counter[str] = Counter()

    def take(viewer: Viewer, item_id: UUID) -> None:
        try:
            with transaction():
                taking.take(viewer, item_id, now=now)
            told["owns it"] += 1
        except SomebodyElseHasIt:
            told["a colleague has it"] += 1

    for item_id in alerts_of(session, service, RACES, now=now):
        at_once(app, *[lambda one=one, of=item_id: take(one, of) for one in viewers])
    assert told == {"owns it": RACES, "a colleague has it": RACES}
    session.rollback()
    taken = sa.select(WorkItemEvent.item_id).where(WorkItemEvent.step == ItemStep.TAKEN)
    assert len(set(session.scalars(taken))) == RACES


def test_clin_07_of_200_stale_tabs_and_swapped_ids_each_is_a_409(
    app: Flask, session: Session, now: datetime
) -> None:
    service = make_service(session)
    other = make_patient(session, service)
    desk, colleague = (desk_of(app, session, service, at=now) for _ in range(2))
    answers: Counter[int] = Counter()
    for number, item_id in enumerate(alerts_of(session, service, TABS, now=now)):
        address = f"/staff/alerts/{item_id}"
        forget_form_token()
        page = desk.get(address).text
        mine = page.partition('name="patient_id" value="')[2][:36]
        wrong = str(other.id) if number % 2 else mine
        if not number % 2:
            forget_form_token()
            first = form_of(colleague.get(address).text, patient_id=mine)
            assert colleague.post(f"{address}/take", data=first).status_code == 303
            forget_form_token()
            page = desk.get("/staff/service").text
        answers[desk.post(f"{address}/take", data=form_of(page, patient_id=wrong)).status_code] += 1
    assert answers == {409: TABS}


def test_ops_01_of_2000_acts_each_makes_one_entry(app: Flask, session: Session, now: datetime) -> None:
    service = make_service(session)
    desk = desk_of(app, session, service, at=now)
    people = [make_patient(session, service) for _ in range(10)]
    session.commit()
    ways = ("", "/timeline", "/answers", "/goals", "/who-looked")
    expected: Counter[str] = Counter()
    for number in range(ACTS):
        person = people[number % len(people)]
        assert desk.get(f"/staff/patients/{person.id}{ways[number % len(ways)]}").status_code == 200
        expected[f"patient:{person.id}"] += 1
    session.rollback()
    counted = sa.select(AuditEntry.chain, sa.func.count()).group_by(AuditEntry.chain)
    kept = {chain: number for chain, number in session.execute(counted).all() if chain in expected}
    assert kept == dict(expected)
    assert [one for one in system_checked() if one.broken_at is not None] == []
