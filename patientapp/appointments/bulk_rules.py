"""What a row of the booking system does to what we know."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from patientapp.appointments.rules import OPEN, SETS_TIME, Details, Visit, VisitState
from patientapp.appointments.said_rules import Said, next_step


@dataclass(frozen=True, kw_only=True)
class Row:
    """One visit as the booking system tells it."""

    key: str
    episode_id: UUID
    patient_id: UUID
    said: Said
    knows_minutes: bool = True
    reminder_arm: str = ""

    @property
    def digest(self) -> bytes:
        """To know the same row again."""
        details = self.said.details
        facts = [
            str(self.episode_id),
            self.said.kind,
            self.said.state,
            _iso(self.said.booked_at),
            _iso(details.starts_at),
            details.minutes if self.knows_minutes else "",
            details.mode,
            self.reminder_arm,
        ]
        return hashlib.sha256(json.dumps(facts).encode()).digest()


@dataclass(frozen=True, kw_only=True)
class Known:
    """A visit that we have, and the newest row that the booking system sent of it."""

    visit: Visit
    digest: bytes | None


@dataclass(frozen=True, kw_only=True)
class Change:
    """The next step that a row asks for."""

    row: Row
    visit: Visit
    state: VisitState
    details: Details

    @property
    def sets_time(self) -> bool:
        """Whether people are to be told anew."""
        was, now = self.visit.details, self.details
        is_elsewhere = (now.starts_at, now.mode) != (was.starts_at, was.mode)
        return self.state in SETS_TIME and (is_elsewhere or self.state is not self.visit.state)

    @property
    def ends_texts(self) -> bool:
        """Whether texts about the time so far no longer hold (SMS-06)."""
        return self.sets_time or self.state not in OPEN


@dataclass(frozen=True)
class Plan:
    """What to do with some rows."""

    added: tuple[Row, ...]
    changed: tuple[Change, ...]
    heard: tuple[tuple[UUID, bytes], ...]  # rows that were sent differently and tell nothing new
    same: int
    new_keys: frozenset[str] = frozenset()  # of all rows that must be stored in some way


def plan(rows: Mapping[str, Row], known: Mapping[str, Known]) -> Plan:
    """Sort rows, each of its own key, into new, changed and said before."""
    added, changed, heard, new = [], [], [], set(rows)
    for key, row in rows.items():
        there = known.get(key)
        if there is None:
            added.append(row)
        elif there.digest == row.digest:
            new.discard(key)
        elif (step := change_of(row, there.visit)) is not None:
            changed.append(step)
        else:
            heard.append((there.visit.id, row.digest))
    same = len(rows) - len(added) - len(changed)
    return Plan(tuple(added), tuple(changed), tuple(heard), same, frozenset(new))


def change_of(row: Row, visit: Visit) -> Change | None:
    """The step that this row asks for; also where only what it is for, or its booking, is new."""
    said = row.said
    if not row.knows_minutes:
        said = replace(said, details=replace(said.details, minutes=visit.details.minutes))
    found = next_step(visit, said)
    is_renamed = said.kind is not visit.kind or (said.booked_at or visit.booked_at) != visit.booked_at
    if found is None and not is_renamed:
        return None
    state, details = found or (visit.state, visit.details)
    return Change(row=row, visit=visit, state=state, details=details)


def mistakes(row: Row, there: Visit | None) -> list[tuple[str, str]]:
    """(column, reason) of what cannot be under a known key."""
    if there is None:
        return []
    wrong = []
    if there.episode_id != row.episode_id:
        wrong.append(("referral_key", "this key is a visit of another referral"))
    if row.reminder_arm and row.reminder_arm != there.reminder_arm:
        wrong.append(("reminder_arm", "is fixed when the visit is first sent"))
    return wrong


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
