"""What others are told of a visit's step, in the same commit: staff by a task, the patient by a text."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from patientapp.appointments.rules import ServiceReason, Visit
from patientapp.messaging.actions import enqueue
from patientapp.messaging.rules import last_sending_time
from patientapp.patients.queries import system_patient
from patientapp.workdays import LONDON, london_day
from patientapp.worklist.actions import raise_item
from patientapp.worklist.rules import ItemKind


def tell_staff(visit: Visit, reason: str, *, now: datetime) -> UUID:
    """One task for each reason and step, however often it is asked for."""
    return raise_item(
        ItemKind.TASK,
        service_id=visit.service_id,
        patient_id=visit.patient_id,
        reason=reason,
        source=f"{visit.id}:{visit.seq}:{reason}",
        now=now,
    )


def call_needed(visit: Visit, *, now: datetime) -> UUID:
    """One task for each time of a visit: they want another one."""
    return raise_item(
        ItemKind.TASK,
        service_id=visit.service_id,
        patient_id=visit.patient_id,
        reason="visit_change_wanted",
        source=f"{visit.id}:{visit.occurrence}:visit_change_wanted",
        now=now,
    )


def when_words(visit: Visit) -> dict[str, str]:
    """The day and time of a visit as texts are filled with them."""
    local = visit.starts_at.astimezone(LONDON)
    return {"day": local.date().isoformat(), "time": local.strftime("%H:%M")}


def say_cancelled(visit: Visit, reason: ServiceReason, *, now: datetime) -> bool:
    """Text the patient that the service has cancelled and why; False where no text can go (B51)."""
    person = system_patient(visit.patient_id)
    until = min(visit.starts_at, last_sending_time(london_day(visit.starts_at)))
    if not person.mobile or not person.texts_ok or person.died_on or until <= now:
        return False
    return enqueue(
        key=f"{visit.id}:{visit.seq}:off",
        service_id=visit.service_id,
        patient_id=visit.patient_id,
        about=visit.id,
        template="appt-off",
        words=when_words(visit) | {"why": reason.value},
        to_number=person.mobile,
        language=person.language,
        due_at=now,
        useful_until=until,
        now=now,
    )
