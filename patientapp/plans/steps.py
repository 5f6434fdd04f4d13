"""The steps of a plan's version: draft, shared, agreed, withdrawn; of two at once one stands."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record
from patientapp.db import changed, db, insert
from patientapp.errors import Conflict
from patientapp.plans.models import FlarePlanStep
from patientapp.plans.queries import plan
from patientapp.plans.rules import MOVES, Plan, PlanState
from patientapp.plans.safety import safety_version


class PlanChanged(Conflict):
    """This plan changed while you were reading. Look at it as it is now, then act again."""

    title = "This plan changed while you were looking"


class PlanClosed(Conflict):
    """This version is agreed or withdrawn and stays as it is. Begin a new version to change it."""

    title = "This version is closed"


def take_step(
    viewer: Viewer,
    found: Plan,
    state: PlanState,
    *,
    now: datetime,
    note: str = "",
    review_on: date | None = None,
) -> Plan:
    """The plan after this step, which the audit keeps; PlanClosed where its state leads nowhere else."""
    if state not in MOVES[found.state]:
        raise PlanClosed(PlanClosed.__doc__ or "")
    add_step(viewer, found.id, len(found.steps) + 1, state, now=now, note=note, review_on=review_on)
    record(
        viewer,
        f"flare-up plan {state.value}",
        now=now,
        patient_id=found.patient_id,
        object=f"{found.id} version {found.version}",
    )
    return plan(viewer, found.id)


def add_step(
    viewer: Viewer,
    plan_id: UUID,
    seq: int,
    state: PlanState,
    *,
    now: datetime,
    note: str = "",
    review_on: date | None = None,
) -> None:
    """Insert a step by its number; PlanChanged where another one took it first."""
    row = {
        "plan_id": plan_id,
        "seq": seq,
        "state": state,
        "staff_id": viewer.staff_id,
        "by": viewer.key,
        "at": now,
        "note": note,
        "review_on": review_on,
        "safety_version": safety_version() if state is PlanState.AGREED else "",
    }
    if not changed(db.session.execute(insert(FlarePlanStep).values(row).on_conflict_do_nothing())):
        raise PlanChanged(PlanChanged.__doc__ or "")
