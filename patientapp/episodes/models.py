"""Tables of episodes."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import AppendOnly, Identified, Model, choice
from patientapp.episodes.rules import EpisodeEventKind, PainSite


class Episode(Identified, Model):
    """One referral and all that follows from it."""

    __tablename__ = "episodes"
    __table_args__ = (sa.UniqueConstraint("service_id", "referral_key"),)

    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), index=True)
    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"), index=True)
    pain_site: Mapped[PainSite] = mapped_column(choice(PainSite))
    referral_key: Mapped[str | None]  # the sender's own; none: opened here
    created_at: Mapped[datetime]


class EpisodeEvent(AppendOnly, Identified, Model):
    """Something that happened on a day; the newest record of a kind is the truth."""

    __tablename__ = "episode_events"

    episode_id: Mapped[UUID] = mapped_column(sa.ForeignKey("episodes.id"), index=True)
    kind: Mapped[EpisodeEventKind] = mapped_column(choice(EpisodeEventKind))
    on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
