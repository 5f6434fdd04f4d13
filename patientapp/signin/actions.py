"""Verbs of sessions: opened, changed, ended."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import AnsweredBy, Viewer
from patientapp.db import db
from patientapp.signin.models import Session
from patientapp.signin.queries import secret_hash


def open_session(
    *,
    service_id: UUID,
    now: datetime,
    life: timedelta,
    link_id: UUID | None = None,
    staff_id: UUID | None = None,
    birth_date_confirmed_at: datetime | None = None,
    language: str | None = None,
) -> str:
    """A new session; its secret, which is stored nowhere, is for the cookie."""
    secret = secrets.token_urlsafe(32)
    db.session.add(
        Session(
            secret_hash=secret_hash(secret),
            service_id=service_id,
            link_id=link_id,
            staff_id=staff_id,
            birth_date_confirmed_at=birth_date_confirmed_at,
            language=language,
            created_at=now,
            expires_at=now + life,
        )
    )
    db.session.flush()
    return secret


def say_who_answers(viewer: Viewer, answered_by: AnsweredBy) -> None:
    """Note on this session who gives the answers; responses carry it."""
    _change(Session.id == viewer.session_id, answered_by=answered_by)


def say_language(viewer: Viewer, language: str) -> None:
    """Note on this session which language was chosen; the record follows once we know whose it is."""
    _change(Session.id == viewer.session_id, language=language)


def end_session(session_id: UUID, *, now: datetime) -> None:
    """End one session, on every worker at once."""
    _change(Session.id == session_id, ended_at=now)


def end_sessions_of(staff_id: UUID, *, now: datetime) -> None:
    """End every open session of a member of staff, on every worker at once (SEC-10)."""
    still_open = sa.and_(Session.staff_id == staff_id, Session.ended_at.is_(None))
    _change(still_open, ended_at=now)


def _change(which: sa.ColumnElement[bool], **values: object) -> None:
    db.session.execute(sa.update(Session).where(which).values(**values))
