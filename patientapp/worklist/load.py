"""How many alerts each clinician has had: a reading for the team, never a score of a person (CLIN-04)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.matrix import Permission, may
from patientapp.access.viewer import Viewer
from patientapp.db import db
from patientapp.services.models import Staff
from patientapp.worklist.models import WorkItem, WorkItemEvent
from patientapp.worklist.rules import ItemKind, ItemStep

WEEK, MONTH = timedelta(days=7), timedelta(days=30)
MOST_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Load:
    """The alerts that one person took and closed; each alert counts once, however often it was taken."""

    staff_id: UUID
    name: str
    taken_week: int
    taken_month: int
    closed_week: int
    closed_month: int


def alert_load(viewer: Viewer, *, now: datetime) -> Sequence[Load]:
    """My service's clinicians with alerts of the last 30 days, who took most first; one query."""
    if not may(viewer, Permission.HANDLE_ALERTS):
        return []
    event = WorkItemEvent
    # what a patient adds later repeats the owner's step: it is no second taking
    took, closed = (
        sa.and_(event.step == ItemStep.TAKEN, event.action == ""),
        event.step == ItemStep.CLOSED,
    )
    taken_month = _alerts(took, since=now - MONTH).label("taken_month")
    asked = (
        sa.select(
            Staff.id.label("staff_id"),
            Staff.name,
            _alerts(took, since=now - WEEK).label("taken_week"),
            taken_month,
            _alerts(closed, since=now - WEEK).label("closed_week"),
            _alerts(closed, since=now - MONTH).label("closed_month"),
        )
        .select_from(WorkItem)
        .join(event, event.item_id == WorkItem.id)
        .join(Staff, Staff.id == event.staff_id)
        .where(
            WorkItem.service_id == viewer.service_id,
            WorkItem.kind == ItemKind.ALERT,
            event.at > now - MONTH,
            sa.or_(took, closed),
        )
        .group_by(Staff.id, Staff.name)
        .order_by(taken_month.desc(), Staff.name, Staff.id)
        .limit(MOST_SHOWN)
    )
    return [Load(**row) for row in db.session.execute(asked).mappings()]


def _alerts(which: sa.ColumnElement[bool], *, since: datetime) -> sa.ColumnElement[int]:
    ours = sa.and_(which, WorkItemEvent.at > since)
    return sa.func.count(sa.distinct(sa.case((ours, WorkItemEvent.item_id))))
