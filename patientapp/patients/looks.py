"""When the planner should next look at each person (PERF-9).

One row a person: whoever records something that may call for a text says "look by then" in the same
transaction, and the planner reads only the rows whose time has come. `changes` counts what happened:
the planner moves a row on only where nothing has happened since it read the facts, so a visit booked
meanwhile is never overlooked. Call `look_by` before withdrawing texts: its row orders the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

import sqlalchemy as sa

from patientapp.db import dialect, insert, run, table
from patientapp.patients.models import PlannedLook


@dataclass(frozen=True)
class Look:
    """One person to look at, as the row was when it was read."""

    patient_id: UUID
    at: datetime
    changes: int


def look_by(patient_id: UUID, at: datetime) -> None:
    """The planner looks at this person at that moment, or sooner if it would have anyway."""
    run(_sooner(dialect()), {"patient_id": patient_id, "look_at": at, "changes": 1})


@cache
def _sooner(into: str) -> sa.Insert:
    new = insert(PlannedLook, into=into)
    old = table(PlannedLook).c
    is_sooner = sa.or_(old.look_at.is_(None), old.look_at > new.excluded.look_at)
    return new.on_conflict_do_update(
        index_elements=["patient_id"],
        set_={
            "look_at": sa.case((is_sooner, new.excluded.look_at), else_=old.look_at),
            "changes": old.changes + 1,
        },
    )


def system_due_looks(now: datetime, *, after: Look | None, limit: int) -> list[Look]:
    """People whose time has come, the longest waiting first, past the last one of the page before."""
    rows = table(PlannedLook).c
    asked = sa.select(rows.patient_id, rows.look_at, rows.changes).where(rows.look_at <= now)
    if after is not None:
        place = sa.tuple_(
            sa.literal(after.at, rows.look_at.type), sa.literal(after.patient_id, rows.patient_id.type)
        )
        asked = asked.where(sa.tuple_(rows.look_at, rows.patient_id) > place)
    found = run(asked.order_by(rows.look_at, rows.patient_id).limit(limit))
    return [Look(row.patient_id, row.look_at, row.changes) for row in found]


def is_unchanged(look: Look) -> bool:
    """Whether nothing has happened to this person since; nothing can until this transaction ends."""
    return bool(run(_COUNTED, {"who": look.patient_id}).scalar() == look.changes)


_COUNTED = (
    sa.select(PlannedLook.changes).where(PlannedLook.patient_id == sa.bindparam("who")).with_for_update()
)
_MOVE = (
    sa.update(table(PlannedLook))
    .where(table(PlannedLook).c.patient_id == sa.bindparam("who"))
    .where(table(PlannedLook).c.changes == sa.bindparam("seen"))
    .values(look_at=sa.bindparam("next"))
)


def move_on(looks: Sequence[tuple[Look, datetime | None]]) -> None:
    """Set when to look next (None: when something happens), where nothing has happened meanwhile."""
    rows = [{"who": look.patient_id, "seen": look.changes, "next": at} for look, at in looks]
    if rows:
        run(_MOVE, rows)


def look_at_all(patient_ids: Iterable[UUID], at: datetime) -> None:
    """Look at all of these by then."""
    rows = [{"patient_id": one, "look_at": at, "changes": 1} for one in patient_ids]
    if rows:
        run(_sooner(dialect()), rows)
