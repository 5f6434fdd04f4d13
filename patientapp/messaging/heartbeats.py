"""Which dispatchers live: each says so in the database, and is missed when it falls silent (OPS-04)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from patientapp.db import changed, db, insert
from patientapp.messaging.models import DispatcherBeat

SILENT = timedelta(minutes=2)
FORGOTTEN = timedelta(days=1)
EVERY = timedelta(seconds=10)


@dataclass
class Heart:
    """The heartbeat of one dispatcher, called in its transactions; it writes only now and then."""

    name: str  # <host>:<process>
    now_fn: Callable[[], datetime]
    _last: datetime | None = field(default=None, init=False)

    def __call__(self) -> None:
        """Say that it lives."""
        now = self.now_fn()
        if self._last is None or not timedelta(0) <= now - self._last < EVERY:
            self._last = now
            _beat(self.name, now=now)


def _beat(name: str, *, now: datetime) -> None:
    row = insert(DispatcherBeat).values(name=name, at=now)
    db.session.execute(row.on_conflict_do_update(index_elements=["name"], set_={"at": now}))


def take_over(name: str, *, now: datetime) -> None:
    """One that starts on a host replaces those that fell silent there."""
    host = name.rpartition(":")[0]
    _forget(DispatcherBeat.name.startswith(f"{host}:"), DispatcherBeat.at < now - SILENT)


def stopped(name: str) -> None:
    """It stopped in good order and is not missed."""
    _forget(DispatcherBeat.name == name)


def system_silent(*, now: datetime) -> list[str]:
    """Dispatchers that have fallen silent without having stopped."""
    asked = sa.select(DispatcherBeat.name).where(
        DispatcherBeat.at < now - SILENT, DispatcherBeat.at > now - FORGOTTEN
    )
    return list(db.session.scalars(asked.order_by(DispatcherBeat.name)))


def forget_old_beats(*, now: datetime) -> int:
    """Delete those missed for a day; the number deleted."""
    return _forget(DispatcherBeat.at <= now - FORGOTTEN)


def _forget(*which: sa.ColumnElement[bool]) -> int:
    gone = sa.delete(DispatcherBeat).where(*which)
    return changed(db.session.execute(gone.execution_options(synchronize_session=False)))
