"""The figures of `results_rules`, out of the tables: aggregates only, of one service."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.appointments.queries import system_visits_between
from patientapp.appointments.rules import Visit, VisitState
from patientapp.db import db
from patientapp.errors import Forbidden
from patientapp.messaging.claim_rules import NO_TEXT_NEEDS
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.rules import MessageState
from patientapp.patients.models import Patient
from patientapp.reminders.results_rules import Group, Outcome, Rate, Reach, VisitFact, rate_of, rates
from patientapp.reminders.trials import Trial, trials
from patientapp.services.rules import with_patients
from patientapp.workdays import at_london, london_day

ALL = "all"
LEFT = (MessageState.ACCEPTED, MessageState.DELIVERED)
_OUTCOMES = {
    VisitState.ATTENDED: Outcome.ATTENDED,
    VisitState.MISSED: Outcome.MISSED,
    VisitState.CANCELLED_BY_PATIENT: Outcome.BY_PATIENT,
    VisitState.CANCELLED_BY_SERVICE: Outcome.BY_SERVICE,
}


@dataclass(frozen=True, kw_only=True)
class Results:
    """Everything that the page and the report show."""

    first: date
    last: date
    everyone: Rate
    groups: dict[Group, list[Rate]]
    reach: Reach
    trials: tuple[Trial, ...]


def results(viewer: Viewer, *, first: date, last: date, link_key: str) -> Results:
    """My service's figures for visits that start on these London days, both included."""
    if viewer.is_patient or not with_patients(viewer.roles):
        raise Forbidden
    return system_results(viewer.service_id, first=first, last=last, link_key=link_key)


def system_results(service_id: UUID, *, first: date, last: date, link_key: str) -> Results:
    """A service's figures, for the report of the shell."""
    facts = list(_facts(service_id, first=first, last=last, link_key=link_key))
    return Results(
        first=first,
        last=last,
        everyone=rate_of(ALL, facts),
        groups={group: rates(facts, group) for group in Group},
        reach=_reach(service_id),
        trials=tuple(one for one in trials() if one.is_approved),
    )


def _facts(service_id: UUID, *, first: date, last: date, link_key: str) -> Iterator[VisitFact]:
    """Visits of these days with the last text about each that left before it."""
    visits = system_visits_between(
        at_london(first, time(0)),
        at_london(last + timedelta(days=1), time(0)),
        states=tuple(VisitState),
        service_id=service_id,
    )
    texts = _last_texts({visit.id: visit.starts_at for visit in visits})
    people = _people({visit.patient_id for visit in visits})
    for visit in visits:
        template, sent_at = texts.get(visit.id, ("", None))
        language, birth_date = people[visit.patient_id]
        yield VisitFact(
            starts_at=visit.starts_at,
            outcome=_OUTCOMES.get(visit.state, Outcome.NOT_MARKED),
            last_text=template,
            last_text_at=sent_at,
            language=language,
            birth_date=birth_date,
            arms=tuple(_arms(visit, link_key=link_key)),
        )


def _people(patient_ids: Collection[UUID]) -> dict[UUID, tuple[str, date]]:
    """(language, date of birth) of each."""
    found: dict[UUID, tuple[str, date]] = {}
    for page in _pages(list(patient_ids)):
        asked = sa.select(Patient.id, Patient.language, Patient.birth_date).where(Patient.id.in_(page))
        found |= {row.id: (row.language, row.birth_date) for row in db.session.execute(asked)}
    return found


def _last_texts(visits: dict[UUID, datetime]) -> dict[UUID, tuple[str, datetime]]:
    """(template, when) of the last text about each visit that the carrier took before it began."""
    found: dict[UUID, tuple[str, datetime]] = {}
    for page in _pages(list(visits)):
        asked = (
            sa.select(OutboxMessage.about, OutboxMessage.template, OutboxMessage.sent_at)
            .where(OutboxMessage.about.in_(page), OutboxMessage.state.in_(LEFT))
            .where(OutboxMessage.template.startswith("appt-"), OutboxMessage.sent_at.is_not(None))
            .order_by(OutboxMessage.sent_at)
        )
        for about, template, sent_at in db.session.execute(asked):
            if sent_at is not None and sent_at < visits[about]:
                found[about] = (template, sent_at)
    return found


def _pages(ids: list[UUID], size: int = 1_000) -> Iterator[Collection[UUID]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _arms(visit: Visit, *, link_key: str) -> Iterator[str]:
    """The arms that this visit was allocated to, whether or not a text left: as allocated."""
    if visit.reminder_arm:
        yield visit.reminder_arm
    day = london_day(visit.starts_at)
    for trial in trials():
        if trial.runs_on(day):
            yield f"{trial.id}:{trial.arm_of(visit.patient_id, key=link_key).name}"


def _reach(service_id: UUID) -> Reach:
    asked = sa.select(Patient.mobile, Patient.texts_ok, Patient.needs).where(
        Patient.service_id == service_id, Patient.died_on.is_(None)
    )
    people = with_mobile = may_text = 0
    for mobile, texts_ok, needs in db.session.execute(asked):
        people += 1
        with_mobile += bool(mobile)
        may_text += bool(mobile) and texts_ok and not NO_TEXT_NEEDS.intersection(needs)
    return Reach(people=people, with_mobile=with_mobile, may_text=may_text)
