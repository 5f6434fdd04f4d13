"""Adding and changing records."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.audit.models import AuditEntry
from patientapp.errors import Forbidden, Invalid, NotFound
from patientapp.patients.actions import PatientAlreadyThere, add_patient, change_mobile
from patientapp.patients.models import Patient
from patientapp.patients.rules import Need, NewPatient
from tests.factories import make_pack, make_patient, make_service, patient_viewer, staff_viewer

NEW = NewPatient(
    given_name=" Robin ",
    family_name="Sample",
    birth_date=date(1975, 3, 3),
    nhs_number="999 000 0018",
    mobile="07700 900123",
    needs=(Need.LARGE_PRINT,),
)


def test_a_patient_is_added_to_the_viewers_own_service(session: Session, now: datetime) -> None:
    service = make_service(session)
    added = add_patient(staff_viewer(service), NEW, now=now)
    assert (added.service_id, added.given_name) == (service.id, "Robin")
    assert (added.nhs_number, added.mobile) == ("9990000018", "+447700900123")
    assert added.needs == ["large_print"]
    entry = session.scalars(sa.select(AuditEntry)).one()
    assert (entry.chain, entry.action) == (f"patient:{added.id}", "added a patient")


def test_one_nhs_number_is_one_patient_of_a_service(session: Session, now: datetime) -> None:
    ours, theirs = make_service(session), make_service(session)
    add_patient(staff_viewer(ours), NEW, now=now)
    with pytest.raises(PatientAlreadyThere):
        add_patient(staff_viewer(ours), NEW, now=now)
    add_patient(staff_viewer(theirs), NEW, now=now)
    without = replace(NEW, nhs_number="")
    add_patient(staff_viewer(ours), without, now=now)
    add_patient(staff_viewer(ours), without, now=now)
    assert session.query(Patient).count() == 4


def test_sec_04_other_roles_add_nobody(session: Session, now: datetime) -> None:
    service = make_service(session)
    viewers = [staff_viewer(service, role) for role in (Role.COMMISSIONER, Role.SYSTEM_ADMIN)]
    viewers.append(patient_viewer(make_pack(session, make_patient(session, service))))
    for viewer in viewers:
        with pytest.raises(Forbidden):
            add_patient(viewer, NEW, now=now)


def test_a_changed_number_is_checked_and_audited(session: Session, now: datetime) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    changed = change_mobile(staff_viewer(service), person.id, "07700 900777", now=now)
    assert changed.mobile == "+447700900777"
    with pytest.raises(Invalid):
        change_mobile(staff_viewer(service), person.id, "0113 496 0001", now=now)
    with pytest.raises(NotFound):
        change_mobile(staff_viewer(make_service(session)), person.id, "07700 900778", now=now)
    assert change_mobile(staff_viewer(service), person.id, "", now=now).mobile == ""
    assert session.query(AuditEntry).count() == 2
