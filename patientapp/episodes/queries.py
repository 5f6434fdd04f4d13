"""Reads of episodes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.db import db
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.episodes.rules import BY_DAY, EpisodeEventKind
from patientapp.errors import NotFound
from patientapp.patients.models import Patient
from patientapp.patients.queries import visible_patients


def visible_episodes(viewer: Viewer) -> sa.Select[Episode]:
    """The episodes of the patients that this viewer may see (SEC-03)."""
    theirs = visible_patients(viewer).with_only_columns(Patient.id)
    return sa.select(Episode).where(Episode.patient_id.in_(theirs))


def episode(viewer: Viewer, episode_id: UUID) -> Episode:
    """One episode, or NotFound when it is not this viewer's to see."""
    found = db.session.scalar(visible_episodes(viewer).where(Episode.id == episode_id))
    if found is None:
        raise NotFound
    return found


def episodes_of(viewer: Viewer, patient_id: UUID) -> list[Episode]:
    """A patient's episodes, newest first."""
    theirs = visible_episodes(viewer).where(Episode.patient_id == patient_id)
    return list(db.session.scalars(theirs.order_by(Episode.created_at.desc(), Episode.id)))


def is_current() -> sa.ColumnElement[bool]:
    """Whether an event is the truth: nothing corrects it, and it did happen."""
    later = sa.select(EpisodeEvent.corrects_id).where(EpisodeEvent.corrects_id.is_not(None))
    return sa.and_(EpisodeEvent.never_happened.is_(False), EpisodeEvent.id.not_in(later))


def system_days(episode_id: UUID) -> dict[EpisodeEventKind, date]:
    """The day of each event that packs hang on: its newest record."""
    in_order = (
        sa.select(EpisodeEvent.kind, EpisodeEvent.on)
        .where(EpisodeEvent.episode_id == episode_id, EpisodeEvent.kind.in_(BY_DAY), is_current())
        .order_by(EpisodeEvent.recorded_at, EpisodeEvent.on, EpisodeEvent.id)
    )
    return {EpisodeEventKind(row.kind): row.on for row in db.session.execute(in_order)}


def system_anchor_days(episode_id: UUID) -> dict[str, date]:
    """The days that packs count from: of each event the first, of what happens once the newest record."""
    firsts = (
        sa.select(EpisodeEvent.kind, sa.func.min(EpisodeEvent.on, type_=sa.Date()))
        .where(EpisodeEvent.episode_id == episode_id, is_current())
        .group_by(EpisodeEvent.kind)
    )
    once = {kind.value: day for kind, day in system_days(episode_id).items()}
    return {row[0]: row[1] for row in db.session.execute(firsts)} | once


def system_episode(episode_id: UUID) -> Episode:
    """One episode, for the machine itself."""
    return db.session.get_one(Episode, episode_id)


def system_current(episode_id: UUID, kind: EpisodeEventKind) -> UUID | None:
    """The newest record of something that happens once; none when it has not happened."""
    asked = sa.select(EpisodeEvent.id).where(
        EpisodeEvent.episode_id == episode_id, EpisodeEvent.kind == kind, is_current()
    )
    return db.session.scalar(asked.order_by(EpisodeEvent.recorded_at.desc(), EpisodeEvent.id.desc()))


def system_days_of(episode_ids: Collection[UUID], kind: EpisodeEventKind) -> dict[UUID, date]:
    """The day of one kind of event of each of these episodes: its newest record."""
    return _days(kind, EpisodeEvent.episode_id.in_(episode_ids))


def system_days_of_service(service_id: UUID, kind: EpisodeEventKind) -> dict[UUID, date]:
    """The day of one kind of event of each episode of a service: its newest record."""
    theirs = sa.select(Episode.id).where(Episode.service_id == service_id)
    return _days(kind, EpisodeEvent.episode_id.in_(theirs))


def _days(kind: EpisodeEventKind, which: sa.ColumnElement[bool]) -> dict[UUID, date]:
    in_order = (
        sa.select(EpisodeEvent.episode_id, EpisodeEvent.on)
        .where(which, EpisodeEvent.kind == kind, is_current())
        .order_by(EpisodeEvent.recorded_at, EpisodeEvent.on, EpisodeEvent.id)
    )
    return {row.episode_id: row.on for row in db.session.execute(in_order)}


def system_newest(episode_id: UUID, kind: EpisodeEventKind) -> EpisodeEvent | None:
    """The latest of something that may happen often, such as a dose; None when it never did."""
    asked = sa.select(EpisodeEvent).where(
        EpisodeEvent.episode_id == episode_id, EpisodeEvent.kind == kind, is_current()
    )
    return db.session.scalar(
        asked.order_by(EpisodeEvent.at.desc(), EpisodeEvent.recorded_at.desc()).limit(1)
    )
