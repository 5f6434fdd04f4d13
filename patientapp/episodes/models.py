"""Tables of episodes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import AppendOnly, Identified, Model, choice
from patientapp.episodes.rules import LONGEST_KIND, Cohort, PainSite, ReferralSource, Urgency


class Episode(Identified, Model):
    """One referral and all that follows from it; a changed referral leaves an `EpisodeChange`."""

    __tablename__ = "episodes"
    __table_args__ = (
        sa.UniqueConstraint("service_id", "referral_key"),
        sa.Index("ix_episodes_service_received", "service_id", "received_on"),
        sa.Index("ix_episodes_service_created", "service_id", "created_at"),
    )

    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), index=True)
    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    referral_key: Mapped[str | None]  # the sender's own; none: opened here
    received_at: Mapped[datetime]
    received_on: Mapped[date]  # its London day
    urgency: Mapped[Urgency] = mapped_column(choice(Urgency), default=Urgency.ROUTINE)
    source: Mapped[ReferralSource] = mapped_column(choice(ReferralSource), default=ReferralSource.OTHER)
    pain_site: Mapped[PainSite] = mapped_column(choice(PainSite))
    cohort: Mapped[Cohort] = mapped_column(choice(Cohort), default=Cohort.PAIN)
    cancer: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class EpisodeEvent(AppendOnly, Identified, Model):
    """Something that happened, in an episode or (without one) to the service; never changed.

    A correction is another record that names the one it puts right; the truth is every record that
    nothing corrects and that does not itself say "this never happened".
    """

    __tablename__ = "episode_events"
    __table_args__ = (
        sa.Index("ix_episode_events_service_kind_on", "service_id", "kind", "on"),
        sa.Index(
            "uq_episode_events_service_mark",
            "service_id",
            "mark",
            unique=True,
            sqlite_where=sa.text("mark IS NOT NULL"),
            postgresql_where=sa.text("mark IS NOT NULL"),
        ),
        sa.Index(
            "uq_episode_events_corrects",
            "corrects_id",
            unique=True,
            sqlite_where=sa.text("corrects_id IS NOT NULL"),
            postgresql_where=sa.text("corrects_id IS NOT NULL"),
        ),
        sa.CheckConstraint(f"length(kind) BETWEEN 1 AND {LONGEST_KIND}", name="kind_is_named"),
    )

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    episode_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("episodes.id"), index=True)
    kind: Mapped[str]  # an EpisodeEventKind, or a name of the service's profile
    at: Mapped[datetime]  # where only the day is known: its first moment
    on: Mapped[date]  # the London day of `at`
    detail: Mapped[str] = mapped_column(default="")
    amount: Mapped[float | None]  # the number in `detail`: hours, milligrams
    event_key: Mapped[str | None]  # the sender's own
    mark: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16))  # so that a row sent twice is one
    corrects_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("episode_events.id"))
    never_happened: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]  # staff:<id>, patient:<id>, import:<digest>, system


class EpisodeChange(AppendOnly, Identified, Model):
    """What a changed referral said before: field by field, old and new."""

    __tablename__ = "episode_changes"

    episode_id: Mapped[UUID] = mapped_column(sa.ForeignKey("episodes.id"), index=True)
    changes: Mapped[dict[str, Any]]  # field -> [old, new]
    at: Mapped[datetime]
    by: Mapped[str]
