"""How many alerts each clinician took and closed in 7 and 30 days (CLIN-04)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role, Viewer
from patientapp.patients.models import Patient
from patientapp.services.models import Service
from patientapp.worklist import actions, taking
from patientapp.worklist.actions import raise_item
from patientapp.worklist.load import alert_load
from patientapp.worklist.rules import ItemKind
from tests.desk import desk_of
from tests.factories import make_patient, make_service, make_staff, staff_viewer

DAY = timedelta(days=1)


def person(session: Session, service: Service, name: str, *roles: Role) -> Viewer:
    return staff_viewer(service, *roles, staff_id=make_staff(session, service, *roles, name=name).id)


def raised(patient: Patient, at: datetime, kind: ItemKind = ItemKind.ALERT) -> UUID:
    facts = {"service_id": patient.service_id, "patient_id": patient.id, "reason": "ad_worst"}
    return raise_item(kind, source=f"{patient.id}:{kind}:{at}", now=at, **facts)


def figures(viewer: Viewer, now: datetime) -> list[tuple[str, int, int, int, int]]:
    return [
        (one.name, one.taken_week, one.closed_week, one.taken_month, one.closed_month)
        for one in alert_load(viewer, now=now)
    ]


def test_clin_04_alert_load_counts_each_alert_once_over_7_and_30_days(
    session: Session, now: datetime
) -> None:
    service = make_service(session)
    patient = make_patient(session, service)
    alex, sam = person(session, service, "Alex"), person(session, service, "Sam")
    for days, who in ((1, alex), (6, alex), (8, alex), (29, alex), (31, alex), (7, sam)):
        item_id = raised(patient, now - days * DAY)
        taking.take(who, item_id, now=now - days * DAY)
        if days in {6, 29}:
            taking.close(who, item_id, "spoke", now=now - days * DAY)
    again = raised(patient, now - 2 * DAY)
    taking.take(sam, again, now=now - 2 * DAY)
    assert actions.add_to(again, now=now - 2 * DAY), "more from the patient is no second taking"
    taking.take(alex, again, now=now - 2 * DAY, instead_of=sam.staff_id)
    taking.take(sam, again, now=now - DAY, instead_of=alex.staff_id)
    assert figures(alex, now) == [("Alex", 3, 1, 5, 2), ("Sam", 1, 0, 2, 0)]


def test_clin_04_alert_load_leaves_out_tasks_and_other_services(session: Session, now: datetime) -> None:
    service, other = make_service(session), make_service(session)
    me, stranger = person(session, service, "Alex"), person(session, other, "Sam")
    taking.take(me, raised(make_patient(session, service), now, ItemKind.TASK), now=now)
    taking.take(stranger, raised(make_patient(session, other), now), now=now)
    assert figures(me, now) == []
    assert figures(person(session, other, "Robin", Role.SERVICE_ADMIN), now) == []


def test_clin_04_alert_load_has_a_page_for_clinicians_alone(
    app: Flask, session: Session, now: datetime
) -> None:
    service = make_service(session)
    desk = desk_of(app, session, service)
    assert "Nobody has taken an alert" in desk.get("/staff/alert-load").text
    taking.take(
        person(session, service, "Alex First"), raised(make_patient(session, service), now), now=now
    )
    session.commit()
    assert "Alex First" in desk.get("/staff/alert-load").text
    assert "/staff/alert-load" in desk.get("/staff").text
    assert desk_of(app, session, service, Role.SERVICE_ADMIN).get("/staff/alert-load").status_code == 403
