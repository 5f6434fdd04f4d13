"""People who may come back, and what they fill in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from patientapp.access.viewer import Role, Viewer
from patientapp.patients.models import Patient
from patientapp.pifu import actions, staff_actions
from patientapp.pifu.form_rules import Step
from patientapp.pifu.models import PifuAgreement
from patientapp.services.models import Service
from tests.factories import NOW, make_staff, staff_viewer

FILLED = {
    Step.SIGNS: {"signs": ["no"]},
    Step.WHO: {"who": ["self"]},
    Step.CHANGED: {"changed": ["pain", "sleep"], "words": ["I wake at 3 every night"]},
    Step.TRIED: {"tried": ["pacing"]},
    Step.HELP: {"help": ["call"]},
    Step.REACH: {"by": ["phone"], "when": ["morning"], "with": ["none"], "answered_by": [""]},
}


def patient_of(person: Patient, **over: Any) -> Viewer:
    """The patient themselves, date of birth confirmed."""
    facts: dict[str, Any] = {
        "roles": frozenset({Role.PATIENT}),
        "service_id": person.service_id,
        "session_id": uuid4(),
        "patient_id": person.id,
        "birth_date_confirmed": True,
    }
    return Viewer(**(facts | over))


def clinician_of(session: Session, service: Service) -> Viewer:
    """A clinician of this service who is in the tables."""
    return staff_viewer(service, staff_id=make_staff(session, service).id)


def make_agreement(session: Session, person: Patient, by: Viewer, **over: Any) -> PifuAgreement:
    """An agreement that runs on NOW."""
    facts: dict[str, Any] = {
        "starts_on": date(2026, 9, 1),
        "ends_on": date(2027, 9, 1),
        "triggers": "Pain that keeps me from walking for a week",
        "others": "",
        "check_in_months": 0,
        "now": NOW,
    }
    return staff_actions.agree(by, person.id, **(facts | over))


def fill_in(viewer: Viewer, *, now: datetime = NOW, **over: dict[str, list[str]]) -> None:
    """Every page, saved; `changed={...}` puts other answers on one."""
    for step, given in FILLED.items():
        actions.save(viewer, step, over.get(step.value, given), now=now)
