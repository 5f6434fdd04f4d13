"""Verbs on patients' records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record, record_system
from patientapp.db import db
from patientapp.errors import Conflict, Forbidden, Invalid
from patientapp.patients.contact_rules import Wishes, wish_mistakes
from patientapp.patients.looks import look_by
from patientapp.patients.models import Patient
from patientapp.patients.queries import patient
from patientapp.patients.rules import Need, NewPatient, mistakes, parse_mobile, parse_nhs_number
from patientapp.services.rules import with_patients
from patientapp.workdays import london_day


class PatientAlreadyThere(Conflict):
    """Your service already has a patient with this NHS number. Search the list for it."""

    title = "This NHS number is already in the list"


def add_patient(viewer: Viewer, new: NewPatient, *, now: datetime) -> Patient:
    """A new record in the viewer's own service; Invalid names each field that cannot stand."""
    if viewer.is_patient or not with_patients(viewer.roles):
        raise Forbidden
    wrong = mistakes(new, today=london_day(now))
    if wrong:
        raise Invalid("The patient cannot be added.", fields=wrong)
    added = _record_of(viewer, new, now=now)
    _insert(added)
    record(viewer, "added a patient", now=now, patient_id=added.id)
    return added


def _record_of(viewer: Viewer, new: NewPatient, *, now: datetime) -> Patient:
    return Patient(
        id=uuid4(),
        service_id=viewer.service_id,
        nhs_number=parse_nhs_number(new.nhs_number),
        given_name=new.given_name.strip(),
        family_name=new.family_name.strip(),
        birth_date=new.birth_date,
        sex=new.sex,
        mobile=parse_mobile(new.mobile) or "",
        email=new.email.strip(),
        language=new.language,
        needs=[need.value for need in new.needs],
        texts_ok=new.texts_ok,
        created_at=now,
    )


def _insert(added: Patient) -> None:
    """Add the row; two desks that add one person at once cannot both win."""
    taken = sa.select(Patient.id).where(
        Patient.service_id == added.service_id, Patient.nhs_number == added.nhs_number
    )
    if added.nhs_number and db.session.scalar(taken):
        raise PatientAlreadyThere(PatientAlreadyThere.__doc__ or "")
    try:
        with db.session.begin_nested():
            db.session.add(added)
    except IntegrityError as error:
        raise PatientAlreadyThere(PatientAlreadyThere.__doc__ or "") from error


def change_mobile(viewer: Viewer, patient_id: UUID, mobile: str, *, now: datetime) -> Patient:
    """The number that texts go to, or none; who calls this ends the patient's links (LINK-05)."""
    number = parse_mobile(mobile)
    if mobile.strip() and number is None:
        raise Invalid("Check the mobile number.", fields={"mobile": ["A text cannot reach it."]})
    found = patient(viewer, patient_id)
    look_by(patient_id, now)
    found.mobile = number or ""
    record(viewer, "changed the mobile number", now=now, patient_id=patient_id)
    return found


def change_wishes(
    viewer: Viewer,
    patient_id: UUID,
    wishes: Wishes,
    *,
    needs: Sequence[Need],
    language: str,
    booking_help: bool,
    now: datetime,
) -> Patient:
    """What this person lets us text them about, when, and how they need us to communicate."""
    wrong = wish_mistakes(wishes, today=london_day(now))
    if wrong:
        raise Invalid("These choices cannot stand.", fields=wrong)
    found = patient(viewer, patient_id)
    look_by(patient_id, now)
    found.texts_ok = wishes.texts_ok
    found.visit_texts_ok = wishes.visits_ok
    found.questionnaire_texts_ok = wishes.questionnaires_ok
    found.feedback_texts_ok = wishes.feedback_ok
    found.chosen_time = wishes.chosen_time
    found.paused_until, found.pause_reason = wishes.paused_until, wishes.pause_reason
    found.needs = [need.value for need in needs]
    found.language, found.booking_help = language, booking_help
    record(viewer, "changed contact choices", now=now, patient_id=patient_id)
    return found


def change_language(viewer: Viewer, patient_id: UUID, language: str, *, now: datetime) -> None:
    """The language that pages, texts and calls use from now; what is queued keeps its own."""
    look_by(patient_id, now)
    chosen = sa.update(Patient).where(Patient.id == patient_id).values(language=language)
    db.session.execute(chosen)
    record(viewer, "chose a language", now=now, patient_id=patient_id)


def record_death(viewer: Viewer, patient_id: UUID, died_on: date, *, now: datetime) -> Patient:
    """This person died on that day; who calls this ends links and texts (LINK-05, SMS-06)."""
    found = patient(viewer, patient_id)
    if not found.birth_date <= died_on <= london_day(now):
        raise Invalid("Check the day.", fields={"died_on": ["Give a day up to today."]})
    look_by(patient_id, now)
    found.died_on = died_on
    record(viewer, "recorded a death", now=now, patient_id=patient_id)
    return found


def need_booking_help(viewer: Viewer, patient_id: UUID, *, now: datetime) -> Patient:
    """This person says that they need help to book (N33)."""
    found = patient(viewer, patient_id)
    look_by(patient_id, now)
    found.booking_help = True
    record(viewer, "asked for help with booking", now=now, patient_id=patient_id)
    return found


def set_texts_ok(patient_id: UUID, *, ok: bool, by: str, now: datetime) -> None:
    """This person left our texts, or wants them again, by a text of their own (SMS-12)."""
    look_by(patient_id, now)
    wish = sa.update(Patient).where(Patient.id == patient_id).values(texts_ok=ok)
    db.session.execute(wish)
    said = "asked for texts again" if ok else "left our texts"
    record_system(said, chain=f"patient:{patient_id}", now=now, actor=by)
