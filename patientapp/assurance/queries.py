"""Reads of assurance: incidents, approvals, and the audit of one service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.assurance.models import Approval, Incident, IncidentStep
from patientapp.assurance.rules import Counted, YearOf, next_look, year_of
from patientapp.audit.models import AuditEntry
from patientapp.db import db
from patientapp.errors import NotFound
from patientapp.patients.models import Patient
from patientapp.questionnaires.library import default_library
from patientapp.questionnaires.schedule import schedule
from patientapp.services.queries import profile_of, system_service
from patientapp.workdays import at_london

READ_AT_ONCE = 2_000


@dataclass(frozen=True)
class Known:
    """An incident with what was done about it, in order."""

    incident: Incident
    steps: Sequence[IncidentStep]

    @property
    def closed_at(self) -> datetime | None:
        """When it was closed; None while it is open."""
        return self.steps[-1].at if self.steps and self.steps[-1].closes else None


def incidents(viewer: Viewer, *, first: date | None = None, last: date | None = None) -> list[Known]:
    """My service's incidents, the newest first; those reported from a day to a day if said."""
    asked = sa.select(Incident).where(Incident.service_id == viewer.service_id)
    if first is not None:
        asked = asked.where(Incident.reported_at >= at_london(first, time(0)))
    if last is not None:
        asked = asked.where(Incident.reported_at < at_london(last + timedelta(days=1), time(0)))
    found = list(db.session.scalars(asked.order_by(Incident.reported_at.desc(), Incident.id)))
    steps = sa.select(IncidentStep).where(IncidentStep.incident_id.in_([one.id for one in found]))
    by_id: dict[UUID, list[IncidentStep]] = {one.id: [] for one in found}
    for step in db.session.scalars(steps.order_by(IncidentStep.seq)):
        by_id[step.incident_id].append(step)
    return [Known(one, by_id[one.id]) for one in found]


def incident(viewer: Viewer, incident_id: UUID) -> Known:
    """One incident of my service; NotFound for any other."""
    found = next((one for one in incidents(viewer) if one.incident.id == incident_id), None)
    if found is None:
        raise NotFound
    return found


def incidents_of_year(viewer: Viewer, year: int) -> YearOf:
    """The annual report (N61)."""
    found = incidents(viewer, first=date(year, 1, 1), last=date(year, 12, 31))
    return year_of(
        [
            Counted(
                kind=one.incident.kind,
                harm=one.incident.harm,
                reported_at=one.incident.reported_at,
                closed_at=one.closed_at,
            )
            for one in found
        ]
    )


@dataclass(frozen=True)
class Subject:
    """What can be approved: a questionnaire or a schedule of packs in its present version."""

    key: str
    name: str
    approved_by: str = ""
    approved_on: date | None = None

    @property
    def look_again_on(self) -> date | None:
        """The day of the yearly look; None before anybody approved it."""
        return next_look(self.approved_on) if self.approved_on else None

    def is_late(self, today: date) -> bool:
        """Whether nobody has approved it, or the yearly look is past."""
        return self.look_again_on is None or today > self.look_again_on


def subjects(viewer: Viewer) -> list[Subject]:
    """My service's schedules and what they ask, each with its newest approval."""
    newest: dict[str, Approval] = {}
    own = sa.select(Approval).where(Approval.service_id == viewer.service_id)
    for one in db.session.scalars(own.order_by(Approval.approved_on, Approval.recorded_at)):
        newest[one.subject] = one
    return [
        Subject(key, name, newest[key].approved_by, newest[key].approved_on)
        if key in newest
        else Subject(key, name)
        for key, name in _subjects(viewer.service_id)
    ]


def _subjects(service_id: UUID) -> Iterator[tuple[str, str]]:
    asked: dict[str, None] = {}
    for name in schedules_of(service_id):
        found = schedule(name)
        yield f"schedule {found.id}/v{found.version}", f"Packs: {found.id}, version {found.version}"
        asked |= {one.instrument: None for pack in found.packs for one in pack.asked}
    for name in asked:
        instrument = default_library().get(name)
        yield instrument.key, f"{instrument.name}, version {instrument.version}"


def schedules_of(service_id: UUID) -> list[str]:
    """The schedules of packs that this service's people may be given."""
    service = system_service(service_id)
    contract = profile_of(service)
    own = [one.schedule for one in contract.cohorts] if contract else []
    return list(dict.fromkeys(own if service.schedule in own else [service.schedule]))


def audit_of(viewer: Viewer, *, first: date, last: date) -> Iterator[AuditEntry]:
    """Every entry of my service from a day to a day, chain by chain: ids and states, no names (D35)."""
    people = set(db.session.scalars(sa.select(Patient.id).where(Patient.service_id == viewer.service_id)))
    asked = (
        sa.select(AuditEntry)
        .where(
            sa.or_(AuditEntry.service_id == viewer.service_id, AuditEntry.service_id.is_(None)),
            AuditEntry.at >= at_london(first, time(0)),
            AuditEntry.at < at_london(last + timedelta(days=1), time(0)),
        )
        .order_by(AuditEntry.chain, AuditEntry.seq)
        .execution_options(yield_per=READ_AT_ONCE)
    )
    chains = {f"patient:{one}" for one in people}
    for entry in db.session.scalars(asked):
        if entry.service_id is not None or entry.chain in chains:
            yield entry
