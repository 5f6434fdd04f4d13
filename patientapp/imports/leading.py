"""Where the keys of referrals lead: the sender's own, or our own id of an episode."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from patientapp.db import db
from patientapp.episodes.models import Episode
from patientapp.episodes.queries import system_days_of
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.imports.kinds import Batch


@dataclass(frozen=True)
class Referral:
    """Where a referral's key leads."""

    episode_id: UUID
    patient_id: UUID
    received: date | None


def referrals_of(batch: Batch) -> dict[str, Referral]:
    """Each key of these rows that this service knows."""
    keys = {values["referral_key"] for _line, values in batch.rows}
    ids = {made: key for key in keys if (made := _uuid(key)) is not None}
    asked = sa.select(Episode.id, Episode.patient_id, Episode.referral_key).where(
        Episode.service_id == batch.service_id,
        sa.or_(Episode.referral_key.in_(keys), Episode.id.in_(ids)),
    )
    rows = db.session.execute(asked).all()
    received = system_days_of([row.id for row in rows], EpisodeEventKind.RECEIVED)
    found = {}
    for row in rows:
        leads = Referral(row.id, row.patient_id, received.get(row.id))
        for key in (ids.get(row.id), row.referral_key):
            if key is not None:
                found[key] = leads
    return found


def _uuid(key: str) -> UUID | None:
    try:
        return UUID(key)
    except ValueError:
        return None
