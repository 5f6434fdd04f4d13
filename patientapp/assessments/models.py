"""Tables of assessments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.access.viewer import AnsweredBy
from patientapp.assessments.rules import AnswerMode, TimePoint
from patientapp.db import AppendOnly, Identified, Model, choice


class Pack(Identified, Model):
    """The questionnaires of one episode at one time point; assigned twice, it is one."""

    __tablename__ = "packs"
    __table_args__ = (
        sa.UniqueConstraint("episode_id", "time_point", "occurrence"),
        sa.Index("ix_packs_service_closes", "service_id", "closes_on"),
        sa.CheckConstraint("opens_on <= due_on AND due_on <= closes_on", name="days_in_order"),
    )

    episode_id: Mapped[UUID] = mapped_column(sa.ForeignKey("episodes.id"))
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), index=True)
    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    time_point: Mapped[TimePoint] = mapped_column(choice(TimePoint))
    occurrence: Mapped[int] = mapped_column(sa.SmallInteger, default=1)  # reviews and re-entries repeat
    opens_on: Mapped[date]
    due_on: Mapped[date]
    closes_on: Mapped[date]
    assigned_at: Mapped[datetime]


class Task(Identified, Model):
    """One questionnaire of a pack, in one version; done when its response is there."""

    __tablename__ = "tasks"
    __table_args__ = (sa.UniqueConstraint("pack_id", "instrument"),)

    pack_id: Mapped[UUID] = mapped_column(sa.ForeignKey("packs.id"))
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), index=True)
    instrument: Mapped[str]
    instrument_version: Mapped[int] = mapped_column(sa.SmallInteger)
    position: Mapped[int] = mapped_column(sa.SmallInteger)
    language: Mapped[str | None]  # it is asked in, once chosen or begun: it never changes on the way


class Draft(Model):
    """The newest saved answer to one question of a task not yet sent (REL-03, REL-04)."""

    __tablename__ = "drafts"
    __table_args__ = {"sqlite_with_rowid": False}

    task_id: Mapped[UUID] = mapped_column(sa.ForeignKey("tasks.id"), primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int | None] = mapped_column(sa.SmallInteger)  # none: skipped on purpose
    version: Mapped[int]
    saved_at: Mapped[datetime]


class Response(AppendOnly, Identified, Model):
    """The answers of one task with their scores: one, for good (REL-02, CLIN-05).

    What another system sent may have no task of ours. A row that the sender put right is a new row
    that names the one it corrects; the truth is every row that nothing corrects.
    """

    __tablename__ = "responses"
    __table_args__ = (
        sa.Index("ix_responses_patient_instrument", "patient_id", "instrument", "time_point"),
        sa.Index("ix_responses_service_answered", "service_id", "answered_on"),
        sa.Index(
            "uq_responses_service_mark",
            "service_id",
            "mark",
            unique=True,
            sqlite_where=sa.text("mark IS NOT NULL"),
            postgresql_where=sa.text("mark IS NOT NULL"),
        ),
        sa.Index(
            "uq_responses_corrects",
            "corrects_id",
            unique=True,
            sqlite_where=sa.text("corrects_id IS NOT NULL"),
            postgresql_where=sa.text("corrects_id IS NOT NULL"),
        ),
        sa.Index("ix_responses_service_received", "service_id", "received_at"),  # what is pulled
    )

    task_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("tasks.id"), unique=True)
    episode_id: Mapped[UUID] = mapped_column(sa.ForeignKey("episodes.id"), index=True)
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"))
    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    time_point: Mapped[TimePoint] = mapped_column(choice(TimePoint))
    instrument: Mapped[str]
    instrument_version: Mapped[int] = mapped_column(sa.SmallInteger)
    rule_version: Mapped[str]
    language: Mapped[str]
    wording: Mapped[str]  # demonstration, licensed or own
    answered_by: Mapped[AnsweredBy] = mapped_column(choice(AnsweredBy))
    mode: Mapped[AnswerMode] = mapped_column(choice(AnswerMode))
    birth_date_confirmed: Mapped[bool]
    answers: Mapped[dict[str, Any]]  # item -> whole number, "skipped" or "not_reached"
    scores: Mapped[dict[str, Any]]  # scale -> number or text; a missing one is {"reason": ...}
    started_at: Mapped[datetime]
    answered_at: Mapped[datetime]  # the last answer given
    answered_on: Mapped[date]  # its London day
    received_at: Mapped[datetime]
    response_key: Mapped[str | None]  # the sender's own
    mark: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16))  # of service, key and instrument
    corrects_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("responses.id"))


class ResponseNote(AppendOnly, Model):
    """Who put a response into the record for the patient and, of a correction, why."""

    __tablename__ = "response_notes"
    __table_args__ = {"sqlite_with_rowid": False}

    response_id: Mapped[UUID] = mapped_column(sa.ForeignKey("responses.id"), primary_key=True)
    author: Mapped[str]  # staff:<id>
    interpreted: Mapped[bool]  # asked through an interpreter
    reason: Mapped[str]  # empty: not a correction
    at: Mapped[datetime]


class BaselineSpread(AppendOnly, Model):
    """How far a service's own patients differ at baseline on one scale, as reckoned on one day.

    Rows are added as the service grows and never changed, so that the figure behind any change that
    was ever shown can be found again.
    """

    __tablename__ = "baseline_spreads"
    __table_args__ = (
        sa.CheckConstraint("people > 1 AND sd >= 0", name="of_several_people"),
        {"sqlite_with_rowid": False},
    )

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"), primary_key=True)
    instrument: Mapped[str] = mapped_column(primary_key=True)
    instrument_version: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    rule_version: Mapped[str] = mapped_column(primary_key=True)
    scale: Mapped[str] = mapped_column(primary_key=True)
    reckoned_on: Mapped[date] = mapped_column(primary_key=True)
    people: Mapped[int]
    mean: Mapped[float]
    sd: Mapped[float]
