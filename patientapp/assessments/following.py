"""Which episodes of a service may still be asked something because of what was imported."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from patientapp.db import run, table
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.episodes.queries import is_current
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.patients.models import Patient
from patientapp.workdays import add_months, london_day

ENTRY_DAYS = timedelta(days=140)  # an entry pack without a first visit closes then (schedules)
LAST_MONTHS, LAST_DAYS = 6, timedelta(days=21)  # the last pack closes so long after discharge
REVIEW_MONTHS = 42  # the last review of an episode that goes on
JUST_NOW = timedelta(hours=1)  # longer than any import takes

_EPISODES, _EVENTS, _PATIENTS = table(Episode), table(EpisodeEvent), table(Patient)


def system_to_follow(service_id: UUID, *, now: datetime) -> list[UUID]:
    """Episodes about which something was recorded just now, and whose packs are not all over."""
    today = london_day(now)
    new = sa.select(_EVENTS.c.episode_id).where(
        _EVENTS.c.service_id == service_id, _EVENTS.c.recorded_at >= now - JUST_NOW
    )
    ended = sa.select(_EVENTS.c.episode_id).where(
        _EVENTS.c.service_id == service_id,
        _EVENTS.c.kind == EpisodeEventKind.DISCHARGED,
        is_current(),
    )
    lately = ended.where(_EVENTS.c.on >= add_months(today - LAST_DAYS, -LAST_MONTHS))
    goes_on = sa.and_(
        _EPISODES.c.id.not_in(ended.where(_EVENTS.c.episode_id.is_not(None))),
        _EPISODES.c.received_on >= add_months(today, -REVIEW_MONTHS),
        sa.or_(
            _EPISODES.c.received_on >= today - ENTRY_DAYS,
            _EPISODES.c.id.in_(_with_more_to_come(service_id)),
        ),
    )
    asked = (
        sa.select(_EPISODES.c.id)
        .join(_PATIENTS, _PATIENTS.c.id == _EPISODES.c.patient_id)
        .where(
            _EPISODES.c.service_id == service_id,
            _PATIENTS.c.died_on.is_(None),
            _EPISODES.c.id.in_(new),
            sa.or_(_EPISODES.c.id.in_(lately), goes_on),
        )
    )
    return list(run(asked).scalars())


def _with_more_to_come(service_id: UUID) -> sa.Select[tuple[UUID | None]]:
    """Episodes in which a programme, or treatment with its reviews, has begun."""
    begun = (EpisodeEventKind.PROGRAMME_STARTED, EpisodeEventKind.TREATMENT_STARTED)
    return sa.select(_EVENTS.c.episode_id).where(
        _EVENTS.c.service_id == service_id, _EVENTS.c.kind.in_(begun)
    )
