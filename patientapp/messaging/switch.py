"""The one row that all dispatchers look at: whether to send, how fast, and when to leave it be."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

import sqlalchemy as sa

from patientapp.db import db, insert, run, table
from patientapp.messaging.models import SendingSwitch
from patientapp.messaging.pace import LONGEST_WISH, Slots, hold_after
from patientapp.messaging.rules import SendingMode


def standing(*, now: datetime) -> SendingSwitch:
    """The row as it is, locked for this transaction; made when it is first looked at."""
    first = {"id": 1, "since": now, "next_slot_at": now, "hold_until": now}
    first |= {"mode": SendingMode.SENDING, "failures": 0}
    found = db.session.scalar(_ROW)
    if found is None:
        db.session.execute(insert(SendingSwitch).values(first).on_conflict_do_nothing())
        found = db.session.scalars(_ROW).one()
    return found


_ANSWERED = sa.update(table(SendingSwitch)).where(SendingSwitch.failures > 0).values(failures=0)
_ROW = sa.select(SendingSwitch).with_for_update().execution_options(populate_existing=True)


@cache
def is_open() -> sa.ColumnElement[bool]:
    """True while texts may be sent; looked at once more as each is marked."""
    return ~sa.exists().where(SendingSwitch.mode != SendingMode.SENDING)


def pause(*, now: datetime) -> SendingMode:
    """Send nothing more until `resume`; a restore's checking mode is left as it is."""
    found = standing(now=now)
    if found.mode is SendingMode.SENDING:
        _change(mode=SendingMode.PAUSED, since=now)
        return SendingMode.PAUSED
    return found.mode


def resume(*, now: datetime) -> SendingMode:
    """Send again; not out of checking mode, which only a finished check ends (SMS-11)."""
    found = standing(now=now)
    if found.mode is SendingMode.PAUSED:
        _change(mode=SendingMode.SENDING, since=now)
        return SendingMode.SENDING
    return found.mode


def begin_checking(*, check_from: datetime, now: datetime) -> None:
    """After a restore from a backup of that time: send nothing until compared (SMS-11)."""
    standing(now=now)
    _change(mode=SendingMode.CHECKING, check_from=check_from, since=now)


def end_checking(*, now: datetime) -> None:
    """Every text since the backup has been compared."""
    _change(mode=SendingMode.SENDING, check_from=None, since=now)


def take(slots: Slots, *, taken: int) -> None:
    """The next text of anybody leaves after these."""
    if taken:
        _change(next_slot_at=slots.at(taken))


def hold(*, now: datetime, wait: timedelta) -> None:
    """The carrier asked all of us to wait."""
    row = standing(now=now)
    _change(hold_until=max(row.hold_until, now + min(wait, LONGEST_WISH)))


def failed(*, now: datetime) -> None:
    """The carrier was not reached: all of us leave it alone, longer each time."""
    row = standing(now=now)
    _change(failures=row.failures + 1, hold_until=now + hold_after(row.failures + 1))


def answered() -> None:
    """The carrier was reached."""
    run(_ANSWERED)


def heard(*, until: datetime) -> None:
    """The carrier has been asked for every text to us up to then."""
    _change(heard_until=until)


def _change(*which: sa.ColumnElement[bool], **values: object) -> None:
    change = sa.update(SendingSwitch).where(SendingSwitch.id == 1, *which).values(**values)
    db.session.execute(change.execution_options(synchronize_session=False))
