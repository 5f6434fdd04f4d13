"""What is left to do of a pack, and how long that takes."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import sqlalchemy as sa

from patientapp.assessments.models import Response, Task
from patientapp.assessments.offering import withheld
from patientapp.db import run
from patientapp.questionnaires.library import default_library

# Built once: building a statement costs more than running it.
_UNDONE = sa.select(Task.instrument, Task.instrument_version).where(
    Task.pack_id == sa.bindparam("pack"), ~sa.exists().where(Response.task_id == Task.id)
)


def system_undone(pack_id: UUID, *, today: date) -> list[tuple[str, int]]:
    """What is still to do of a pack, as far as it is offered to anybody today."""
    hidden = withheld(today=today)
    left = [(row.instrument, row.instrument_version) for row in run(_UNDONE, {"pack": pack_id})]
    return [key for key in left if key not in hidden]


def system_minutes(pack_id: UUID, *, today: date) -> int:
    """About how long the questionnaires still to do will take, by the instruments' own figures."""
    library = default_library()
    return sum(library.version(*key).minutes for key in system_undone(pack_id, today=today))
