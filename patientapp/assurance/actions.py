"""Verbs on incidents and approvals."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from patientapp.access.viewer import Viewer
from patientapp.assurance.models import Approval, Incident, IncidentStep
from patientapp.assurance.queries import incident, subjects
from patientapp.assurance.rules import LONGEST_TEXT, Told, incident_mistakes
from patientapp.audit.actions import record
from patientapp.db import changed, db, insert
from patientapp.errors import Conflict, Forbidden, Invalid, NotFound
from patientapp.workdays import london_day


class IncidentClosed(Conflict):
    """This incident was closed, or somebody added to it while you wrote. Look again."""

    title = "There is more to this now"


def report_incident(viewer: Viewer, told: Told, *, now: datetime) -> Incident:
    """Keep a report of something that went wrong with the app."""
    if wrong := incident_mistakes(told, today=london_day(now)):
        raise Invalid("This cannot be kept so.", fields={name: [why] for name, why in wrong.items()})
    made = Incident(
        service_id=viewer.service_id,
        kind=told.kind,
        harm=told.harm,
        happened_on=told.happened_on,
        words=told.words.strip(),
        reported_by=_staff(viewer),
        reported_at=now,
    )
    db.session.add(made)
    db.session.flush()
    record(viewer, "reported an incident", now=now, object=made.id)
    return made


def add_step(
    viewer: Viewer, incident_id: UUID, words: str, *, closes: bool, seen: int, now: datetime
) -> None:
    """Say what was done; `seen` is the number of steps that the page showed."""
    found = incident(viewer, incident_id)
    if not words.strip() or len(words) > LONGEST_TEXT:
        raise Invalid("Say what was done.", fields={"words": ["say what was done"]})
    if found.closed_at is not None or seen != len(found.steps):
        raise IncidentClosed(IncidentClosed.__doc__ or "")
    step = {"incident_id": incident_id, "seq": seen + 1, "words": words.strip(), "closes": closes}
    row = step | {"by": _staff(viewer), "at": now}
    if not changed(db.session.execute(insert(IncidentStep).values(row).on_conflict_do_nothing())):
        raise IncidentClosed(IncidentClosed.__doc__ or "")
    said = "closed an incident" if closes else "added to an incident"
    record(viewer, said, now=now, object=incident_id)


def approve(
    viewer: Viewer, subject: str, *, approved_by: str, approved_on: date, now: datetime
) -> Approval:
    """Record who agreed a questionnaire or a schedule in its present version, and when."""
    if subject not in {one.key for one in subjects(viewer)}:
        raise NotFound
    name = approved_by.strip()
    if not name or len(name) > 200:
        raise Invalid("Say who agreed.", fields={"approved_by": ["give name and post"]})
    if approved_on > london_day(now):
        raise Invalid("Check the day.", fields={"approved_on": ["is still to come"]})
    made = Approval(
        service_id=viewer.service_id,
        subject=subject,
        approved_by=name,
        approved_on=approved_on,
        recorded_by=_staff(viewer),
        recorded_at=now,
    )
    db.session.add(made)
    db.session.flush()
    record(viewer, "recorded an approval", now=now, object=subject)
    return made


def _staff(viewer: Viewer) -> UUID:
    if viewer.staff_id is None:
        raise Forbidden
    return viewer.staff_id
