"""A carer's own check: a code that the patient gave them, tried a few times a day (SEC-11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record
from patientapp.carers.rules import TRY_WINDOW, is_code, tries_left
from patientapp.db import db
from patientapp.errors import SignInNeeded
from patientapp.links.models import Link
from patientapp.links.rules import is_open
from patientapp.patients.carer_models import CarerFailure
from patientapp.signin.actions import end_session, open_session
from patientapp.signin.rules import PATIENT_LIFE
from patientapp.worklist.actions import raise_item
from patientapp.worklist.rules import ItemKind


@dataclass(frozen=True)
class CodeOutcome:
    """A new session's secret, or none; and how many more tries there are today."""

    secret: str | None = None
    tries_left: int = 0


def link_is_open(viewer: Viewer, *, now: datetime) -> bool:
    """Whether this session's link still opens anything (LINK-01, LINK-05)."""
    link = db.session.get(Link, viewer.link_id) if viewer.link_id else None
    return link is not None and is_open(expires_at=link.expires_at, ended_at=link.ended_at, now=now)


def left(viewer: Viewer, *, now: datetime) -> int:
    """How many more codes this carer may try today."""
    return tries_left(_failures(_carer_id(viewer), now=now))


def try_code(viewer: Viewer, typed: str, *, key: str, now: datetime) -> CodeOutcome:
    """Count a wrong code; a right one gets a new session (SEC-10).

    The audit comes first: its head row makes tries at once wait in line, so that each is counted.
    """
    carer_id = _carer_id(viewer)
    record(viewer, "gave a carer's code", now=now, patient_id=viewer.patient_id)
    if not left(viewer, now=now):
        return CodeOutcome()
    if not is_code(typed, carer_id, key=key):
        return _wrong(viewer, carer_id, now=now)
    record(viewer, "came in as a carer", now=now, patient_id=viewer.patient_id)
    end_session(viewer.session_id, now=now)
    secret = open_session(
        service_id=viewer.service_id,
        link_id=viewer.link_id,
        now=now,
        life=PATIENT_LIFE,
        birth_date_confirmed_at=now,  # of a carer's session: when the code was right
    )
    return CodeOutcome(secret=secret)


def _wrong(viewer: Viewer, carer_id: UUID, *, now: datetime) -> CodeOutcome:
    db.session.add(CarerFailure(carer_id=carer_id, at=now))
    db.session.flush()
    record(viewer, "carer's code was wrong", now=now, patient_id=viewer.patient_id, result="refused")
    more = left(viewer, now=now)
    if not more and viewer.patient_id is not None:
        raise_item(
            ItemKind.TASK,
            service_id=viewer.service_id,
            patient_id=viewer.patient_id,
            reason="carer_locked",
            source=f"{carer_id}:locked",
            now=now,
        )
    return CodeOutcome(tries_left=more)


def _failures(carer_id: UUID, *, now: datetime) -> int:
    recent = CarerFailure.carer_id == carer_id, CarerFailure.at > now - TRY_WINDOW
    return int(db.session.scalar(sa.select(sa.func.count()).where(*recent)) or 0)


def _carer_id(viewer: Viewer) -> UUID:
    if viewer.carer_id is None:
        raise SignInNeeded
    return viewer.carer_id
