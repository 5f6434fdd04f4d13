"""Verbs beside the plan itself: copies on phones, and flare-ups that we are told of."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record
from patientapp.db import changed, db, insert
from patientapp.errors import Invalid
from patientapp.patients.queries import patient
from patientapp.plans.models import FlareEvent, FlarePlan, PlanCopy
from patientapp.plans.queries import flare_on, plans_of
from patientapp.plans.rules import PlanState, flare_day_problem, in_use
from patientapp.plans.steps import PlanClosed
from patientapp.workdays import london_day


def keep_copy(viewer: Viewer, patient_id: UUID, *, now: datetime) -> UUID:
    """The name of a copy of the agreed plan for this phone."""
    found = in_use(plans_of(viewer, patient_id))
    if found is None or found.state is not PlanState.AGREED:
        raise PlanClosed("Only an agreed plan can be kept on a phone.")
    copy = PlanCopy(plan_id=found.id, kept_at=now)
    db.session.add(copy)
    db.session.flush()
    record(viewer, "kept a plan on a phone", now=now, patient_id=patient_id, object=found.id)
    return copy.id


def end_copies(viewer: Viewer, patient_id: UUID, *, now: datetime) -> int:
    """Take the plan off every phone at its next contact; how many copies."""
    theirs = sa.select(FlarePlan.id).where(
        FlarePlan.id.in_([one.id for one in plans_of(viewer, patient_id)])
    )
    ended = (
        sa.update(PlanCopy)
        .where(PlanCopy.plan_id.in_(theirs), PlanCopy.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )
    count = changed(db.session.execute(ended))
    record(viewer, "took the plan off phones", now=now, patient_id=patient_id)
    return count


def note_flare(
    viewer: Viewer, patient_id: UUID, *, on: date, now: datetime, note: str = ""
) -> FlareEvent:
    """A flare-up began on a day; told twice it is one, and the first note stays."""
    person = patient(viewer, patient_id)
    if problem := flare_day_problem(on, today=london_day(now)):
        raise Invalid("That day cannot be right.", fields={"started_on": [problem]})
    row = {
        "id": uuid4(),
        "service_id": person.service_id,
        "patient_id": person.id,
        "started_on": on,
        "note": note,
        "told_by": viewer.key,
        "told_at": now,
    }
    added = changed(db.session.execute(insert(FlareEvent).values(row).on_conflict_do_nothing()))
    found = flare_on(viewer, patient_id, on)
    assert found is not None
    if added:
        record(viewer, "told of a flare-up", now=now, patient_id=person.id, object=found.id)
    return found


def end_flare(viewer: Viewer, patient_id: UUID, *, started_on: date, on: date, now: datetime) -> None:
    """A flare-up is over since a day; the last word on it stands."""
    found = flare_on(viewer, patient_id, started_on)
    if found is None or not started_on <= on <= london_day(now):
        raise Invalid("That day cannot be right.", fields={"ended_on": ["from its first day to today"]})
    found.ended_on = on
    db.session.flush()
    record(viewer, "told that a flare-up ended", now=now, patient_id=patient_id, object=found.id)
