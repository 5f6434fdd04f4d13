"""The visits of people, as the planner wants to know them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import UUID

from patientapp.appointments import rules as appointments
from patientapp.appointments.details_rules import place_word
from patientapp.appointments.queries import system_visits_of_patients
from patientapp.reminders.facts import Visit, VisitState

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # where the booking system does not say: no news either
WHILE_FRESH = timedelta(days=14)  # a visit of which one may still ask how it was

_STATES = {
    appointments.VisitState.BOOKED: VisitState.BOOKED,
    appointments.VisitState.MOVED: VisitState.BOOKED,
    appointments.VisitState.CONFIRMED: VisitState.CONFIRMED,
    appointments.VisitState.ATTENDED: VisitState.ATTENDED,
}


def visits_of(patient_ids: Collection[UUID], *, now: datetime) -> defaultdict[UUID, list[Visit]]:
    """The visits of these people that texts may be about: coming, or just over."""
    found: defaultdict[UUID, list[Visit]] = defaultdict(list)
    for one in system_visits_of_patients(patient_ids, since=now - WHILE_FRESH):
        visit = Visit(
            appointment_id=one.id,
            occurrence=one.occurrence,
            starts_at=one.starts_at,
            booked_at=_told_from(one),
            state=_STATES.get(one.state, VisitState.OTHER),
            is_video=one.details.mode is appointments.VisitMode.VIDEO,
            place=place_word(one.details),
        )
        found[one.patient_id].append(visit)
    return found


def _told_from(visit: appointments.Visit) -> datetime:
    """When this time was agreed: an import of old bookings is no news to anybody."""
    return (visit.booked_at or LONG_AGO) if visit.occurrence == 1 else visit.time_set_at
