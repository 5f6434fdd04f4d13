"""Verbs: count what strangers do, mark what patients do, offer what may help them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from patientapp.access.guard import current_viewer
from patientapp.access.matrix import Permission, may
from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record, record_system
from patientapp.content.library import Library
from patientapp.db import changed, db, insert
from patientapp.education.models import LearningMark, LearningTally
from patientapp.education.rules import WINDOW, Mark, Occasion, occasions, offered_to
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.episodes.queries import is_current
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.errors import Forbidden
from patientapp.patients.models import Patient
from patientapp.patients.queries import patient as visible_patient
from patientapp.workdays import london_day

BATCH = 20  # people in one transaction: a writer holds SQLite for under 50 ms (REL-05)


def note(topic: str, kind: Mark, *, language: str, now: datetime) -> None:
    """What a reader did: a mark of a patient who is signed in, a count of anybody else."""
    asking = current_viewer()
    if asking is not None and asking.is_patient and may(asking, Permission.LEARN):
        mark(asking, topic, kind, language=language, now=now)
    else:
        tally(topic, kind, language=language, now=now)


def tally(topic: str, kind: Mark, *, language: str, now: datetime) -> None:
    """Count something that a stranger did: up by one, and nothing else is kept."""
    month = london_day(now).replace(day=1)
    one = insert(LearningTally).values(
        month=month, topic=topic, language=language, kind=kind.value, count=1
    )
    db.session.execute(
        one.on_conflict_do_update(
            index_elements=["month", "topic", "language", "kind"],
            set_={"count": LearningTally.count + 1},
        )
    )


def mark(viewer: Viewer, topic: str, kind: Mark, *, language: str, now: datetime) -> bool:
    """Note what a patient did with a topic, once a day; whether it was new."""
    if viewer.patient_id is None:
        raise Forbidden
    is_new = _mark(
        service_id=viewer.service_id,
        patient_id=viewer.patient_id,
        topic=topic,
        kind=kind,
        occasion=london_day(now).isoformat(),
        language=language,
        now=now,
        by=viewer.key,
    )
    if is_new:
        record(viewer, f"{kind.value} a topic", now=now, patient_id=viewer.patient_id)
    return is_new


def offer(viewer: Viewer, patient_id: UUID, topics: Iterable[str], *, now: datetime) -> int:
    """Offer topics to a patient of the viewer's service; how many were new today (B36)."""
    person = visible_patient(viewer, patient_id)
    given = sum(
        _mark(
            service_id=person.service_id,
            patient_id=person.id,
            topic=topic,
            kind=Mark.OFFERED,
            occasion=f"staff:{london_day(now).isoformat()}",
            language=person.language,
            now=now,
            by=viewer.key,
        )
        for topic in topics
    )
    if given:
        record(viewer, "offered topics", now=now, patient_id=person.id)
    return given


def offer_due(library: Library, *, now: datetime) -> int:
    """Offer what each occasion says to everybody whose occasion has come; how many offers were made."""
    return sum(_offer(one, library, now=now) for one in occasions(library.start_here()))


def _offer(occasion: Occasion, library: Library, *, now: datetime) -> int:
    made = 0
    for row in db.session.execute(_due(occasion, now)).all():
        for topic in offered_to(library, occasion.topics, row.cohort.value):
            made += _mark(
                service_id=row.service_id,
                patient_id=row.patient_id,
                topic=topic,
                kind=Mark.OFFERED,
                occasion=f"{occasion.name}:{row.episode_id}",
                language=row.language,
                now=now,
                by="system",
                episode_id=row.episode_id,
            )
        record_system("offered topics", chain=f"patient:{row.patient_id}", now=now)
    return made


def _due(occasion: Occasion, now: datetime) -> sa.Select[Any]:
    """Episodes whose occasion has come and was not kept: at most so many at once."""
    newest = london_day(now) - timedelta(days=occasion.days)
    kept = sa.select(LearningMark.id).where(
        LearningMark.episode_id == Episode.id,
        LearningMark.occasion.startswith(f"{occasion.name}:", autoescape=True),
    )
    wanted: Any = (
        sa.select(
            Episode.service_id,
            Episode.patient_id,
            Episode.cohort,
            Patient.language,
            Episode.id.label("episode_id"),
        )
        .join(Patient, Patient.id == Episode.patient_id)
        .where(Patient.died_on.is_(None), ~kept.exists())
        .order_by(Episode.id)
        .limit(BATCH)
    )
    ended = sa.select(EpisodeEvent.episode_id).where(
        EpisodeEvent.kind == EpisodeEventKind.DISCHARGED,
        EpisodeEvent.on <= newest,
        EpisodeEvent.on > newest - WINDOW,
        is_current(),
    )
    has_come = (
        Episode.id.in_(ended)
        if occasion.after_discharge
        else sa.and_(Episode.received_on <= newest, Episode.received_on > newest - WINDOW)
    )
    due: sa.Select[Any] = wanted.where(has_come)
    return due


def _mark(
    *,
    service_id: UUID,
    patient_id: UUID,
    topic: str,
    kind: Mark,
    occasion: str,
    language: str,
    now: datetime,
    by: str,
    episode_id: UUID | None = None,
) -> bool:
    once = (
        insert(LearningMark)
        .values(
            id=uuid4(),
            service_id=service_id,
            patient_id=patient_id,
            topic=topic,
            kind=kind,
            occasion=occasion,
            language=language,
            at=now,
            by=by,
            episode_id=episode_id,
        )
        .on_conflict_do_nothing()
    )
    return bool(changed(db.session.execute(once)))
