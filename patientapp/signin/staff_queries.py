"""Reads for signing staff in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.db import db
from patientapp.signin.models import Session, SignInFailure
from patientapp.signin.staff_rules import TRIES


def system_latest_failures(who: bytes) -> Sequence[datetime]:
    """When the latest failed tries under this name were, enough of them to decide."""
    latest = (
        sa.select(SignInFailure.at)
        .where(SignInFailure.who == who)
        .order_by(SignInFailure.at.desc())
        .limit(TRIES)
    )
    return db.session.scalars(latest).all()


def session_ends_at(session_id: UUID) -> datetime:
    """When this session is over, used or not."""
    ends = sa.select(Session.expires_at).where(Session.id == session_id)
    return db.session.execute(ends).scalar_one()
