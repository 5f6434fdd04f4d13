"""Flare-up plans to test with."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from patientapp.patients.models import Patient
from patientapp.plans import actions
from patientapp.plans.rules import Content, Plan, PlanState, Saved, Section, Step
from patientapp.services.models import Service
from tests.appointments.world import patient_of
from tests.factories import NOW, make_staff, staff_viewer

REVIEW = date(2027, 3, 1)
READY = {
    Section.FIRST_DAY: Content(words="Sit by the window\nCall Jo"),
    Section.WHEN_TO_CONTACT: Content(words="No better after 5 days"),
}


def a_plan(*states: PlanState, version: int = 1, **sections: Content) -> Plan:
    """A plan without a database."""
    steps = [
        Step(seq=n, state=state, by="staff:x", at=NOW, review_on=REVIEW)
        for n, state in enumerate(states or (PlanState.DRAFT,), 1)
    ]
    return Plan(
        id=UUID(int=version),
        service_id=UUID(int=99),
        patient_id=UUID(int=98),
        version=version,
        language="en",
        created_at=NOW,
        sections={
            Section(name): Saved(seq=n, content=content, by="patient:x", at=NOW)
            for n, (name, content) in enumerate(sections.items(), 1)
        },
        steps=steps,
    )


def make_plan(
    session: Session, patient: Patient, *, now: datetime = NOW - timedelta(days=3), **over: Any
) -> Plan:
    """A draft that could be agreed, written by the patient."""
    me = patient_of(patient)
    plan = actions.begin(me, patient.id, now=now)
    for section, content in (READY | over).items():
        part = Section(section)
        plan = actions.save_section(me, plan.id, part, content, seen=plan.seq_of(part), now=now)
    return plan


def make_agreed(session: Session, patient: Patient, *, now: datetime = NOW - timedelta(days=2)) -> Plan:
    """An agreed plan."""
    plan = make_plan(session, patient, now=now)
    service = session.get_one(Service, patient.service_id)
    clinician = staff_viewer(service, staff_id=make_staff(session, service).id)
    return actions.agree(
        clinician, plan.id, seen=plan.seen, review_on=REVIEW, medicines_checked=False, now=now
    )
