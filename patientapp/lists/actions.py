"""Verbs of lists: somebody takes a line; a list is kept as somebody likes to see it."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record
from patientapp.db import changed, db, insert
from patientapp.errors import Forbidden, Invalid
from patientapp.lists.models import SavedView
from patientapp.lists.rules import Which
from patientapp.patients.queries import patient
from patientapp.worklist.actions import raise_item
from patientapp.worklist.queries import OpenItem
from patientapp.worklist.rules import ItemKind
from patientapp.worklist.taking import take

MOST_VIEWS, LONGEST_NAME = 20, 60
_KEY = re.compile(rf"({'|'.join(Which)}):[0-9a-f-]{{36}}(:\d{{6,8}})?\Z", re.A)


def source_of(viewer: Viewer, key: str) -> str:
    """What the work item of a line is raised by: two who take one line meet at it."""
    return f"list:{viewer.service_id}:{key}"


def take_line(viewer: Viewer, which: Which, key: str, *, patient_id: UUID, now: datetime) -> OpenItem:
    """Own one line as a task; the refusals of the worklist say who was first."""
    person = patient(viewer, patient_id)
    if not _KEY.match(key) or not key.startswith(f"{which}:"):
        raise Invalid("There is no such line.", fields={"key": ["Load the list again."]})
    item_id = raise_item(
        ItemKind.TASK,
        service_id=viewer.service_id,
        patient_id=person.id,
        reason=f"list_{which}",
        source=source_of(viewer, key),
        now=now,
    )
    return take(viewer, item_id, now=now)


def save_view(viewer: Viewer, name: str, *, which: Which, sort: str, show: str, now: datetime) -> None:
    """Keep a list under a name of one's own; the same name again replaces it."""
    said = name.strip()
    if not said or len(said) > LONGEST_NAME:
        raise Invalid("A view needs a name.", fields={"name": ["Give it a name of up to 60 letters."]})
    own = sa.select(sa.func.count(SavedView.id)).where(SavedView.staff_id == _staff(viewer))
    if int(db.session.scalar(own) or 0) >= MOST_VIEWS:
        raise Invalid("There are 20 views.", fields={"name": ["Take one away first."]})
    row = {"staff_id": _staff(viewer), "service_id": viewer.service_id, "name": said}
    facts = {"which": which, "sort": sort, "show": show}
    made = insert(SavedView).values(**row, **facts)
    replaced = made.on_conflict_do_update(index_elements=["staff_id", "service_id", "name"], set_=facts)
    db.session.execute(replaced)
    record(viewer, "saved a view", now=now)


def drop_view(viewer: Viewer, view_id: UUID, *, now: datetime) -> int:
    """Take away a view of one's own; how many went."""
    own = sa.delete(SavedView).where(SavedView.id == view_id, SavedView.staff_id == _staff(viewer))
    record(viewer, "took away a view", now=now)
    return changed(db.session.execute(own))


def _staff(viewer: Viewer) -> UUID:
    if viewer.staff_id is None:
        raise Forbidden
    return viewer.staff_id
