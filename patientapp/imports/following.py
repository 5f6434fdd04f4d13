"""What follows from imported facts: packs whose days are not over, in short transactions of their own."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from patientapp.assessments.actions import assign_packs
from patientapp.assessments.following import system_to_follow
from patientapp.db import db, transaction
from patientapp.episodes.queries import system_episode


def follow_packs(service_id: UUID, *, now: datetime) -> int:
    """Assign, or move, the packs of episodes that may still be asked something; how many episodes.

    History brings no texts: a pack whose days are over is not made.
    """
    found = system_to_follow(service_id, now=now)
    for episode_id in found:
        with transaction():
            assign_packs(system_episode(episode_id), now=now, only_open=True)
        db.session.expunge_all()
    return len(found)
