"""Verbs of episodes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record
from patientapp.db import db
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.episodes.queries import episode, system_days
from patientapp.episodes.rules import EpisodeEventKind, PainSite, day_problem
from patientapp.errors import Invalid
from patientapp.patients.queries import patient


class EventOutOfOrder(Invalid):
    """That day cannot be right beside what is recorded already. Check the date and send it again."""

    title = "That date does not fit"


def open_episode(
    viewer: Viewer, *, patient_id: UUID, pain_site: PainSite, received_on: date, now: datetime
) -> Episode:
    """A new episode, begun by a referral received on a day."""
    person = patient(viewer, patient_id)
    _check_day(EpisodeEventKind.RECEIVED, received_on, {}, field="received_on")
    made = Episode(
        patient_id=person.id, service_id=person.service_id, pain_site=pain_site, created_at=now
    )
    db.session.add(made)
    db.session.flush()
    _add_event(viewer, made, EpisodeEventKind.RECEIVED, received_on, now=now)
    return made


def record_event(
    viewer: Viewer, *, episode_id: UUID, kind: EpisodeEventKind, on: date, now: datetime
) -> Episode:
    """Something happened on a day; EventOutOfOrder when it cannot have."""
    found = episode(viewer, episode_id)
    _check_day(kind, on, system_days(found.id), field="on")
    _add_event(viewer, found, kind, on, now=now)
    return found


def _check_day(
    kind: EpisodeEventKind, on: date, days: Mapping[EpisodeEventKind, date], *, field: str
) -> None:
    problem = day_problem(kind, on, days)
    if problem:
        raise EventOutOfOrder(f"{field}: {problem}", fields={field: [problem]})


def _add_event(viewer: Viewer, of: Episode, kind: EpisodeEventKind, on: date, *, now: datetime) -> None:
    db.session.add(
        EpisodeEvent(episode_id=of.id, kind=kind, on=on, recorded_at=now, recorded_by=viewer.key)
    )
    db.session.flush()
    record(viewer, f"recorded {kind.value}", now=now, patient_id=of.patient_id, object=of.id)
