"""Reads for progress, from behind the wall."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.assessments.models import Pack, Response, Task
from patientapp.assessments.queries import is_asked, is_current_response
from patientapp.assessments.rules import PackDays, PackState, TimePoint, pack_state
from patientapp.assessments.spread_queries import system_own_spreads
from patientapp.db import db
from patientapp.episodes.clock_queries import clocks_of
from patientapp.episodes.clock_rules import ClockLine
from patientapp.episodes.models import Episode
from patientapp.episodes.queries import episodes_of, system_days
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.patients.queries import visible_ids
from patientapp.progress.rules import Given, OwnOf
from patientapp.questionnaires.comparison import OwnSpread
from patientapp.workdays import london_day


@dataclass(frozen=True, kw_only=True)
class PackLine:
    """One pack and where it stands."""

    id: UUID
    episode_id: UUID
    patient_id: UUID
    time_point: TimePoint
    days: PackDays
    total: int
    done: int
    state: PackState


@dataclass(frozen=True, kw_only=True)
class EpisodeLine:
    """One episode, its days, and its packs in order."""

    episode: Episode
    days: Mapping[EpisodeEventKind, date]
    packs: Sequence[PackLine]
    clocks: Sequence[ClockLine]


@dataclass(frozen=True, kw_only=True)
class TaskLine:
    """One questionnaire of a pack."""

    pack_id: UUID
    instrument: str
    instrument_version: int
    done: bool


def own_spreads(viewer: Viewer) -> OwnOf:
    """The newest baseline SDs of the viewer's service, for changes scored by the same rules."""
    return own_of(system_own_spreads(viewer.service_id))


def own_of(known: Mapping[tuple[str, int, str, str], OwnSpread]) -> OwnOf:
    """The same figures, to be looked up by a baseline and a scale."""

    def found(baseline: Given, scale: str) -> OwnSpread | None:
        version, rules = baseline.instrument_version, baseline.rule_version
        return known.get((baseline.instrument, version, rules, scale))

    return found


def given(viewer: Viewer, patient_id: UUID) -> list[Given]:
    """Every response of a patient with the episode it belongs to, oldest answered first."""
    asked = (
        sa.select(Response)
        .outerjoin(Task, Task.id == Response.task_id)
        .where(
            Response.patient_id == patient_id,
            Response.patient_id.in_(visible_ids(viewer)),
            is_current_response(),
        )
        .order_by(Response.answered_at, Task.position, Response.id)
    )
    return [as_given(response) for response in db.session.scalars(asked)]


def as_given(response: Response) -> Given:
    """A response as progress sees it."""
    return Given(
        response_id=response.id,
        episode_id=response.episode_id,
        time_point=response.time_point,
        instrument=response.instrument,
        instrument_version=response.instrument_version,
        rule_version=response.rule_version,
        language=response.language,
        wording=response.wording,
        answered_by=response.answered_by,
        mode=response.mode,
        birth_date_confirmed=response.birth_date_confirmed,
        answers=response.answers,
        scores=response.scores,
        answered_at=response.answered_at,
        received_at=response.received_at,
    )


def packs_of(viewer: Viewer, patient_ids: Iterable[UUID], *, today: date) -> dict[UUID, list[PackLine]]:
    """The packs of these patients, by patient, in order of their days."""
    ids = set(patient_ids)
    done = sa.func.count(Response.id)
    asked = (
        sa.select(Pack, sa.func.count(Task.id).filter(_is_asked(today)), done)
        .outerjoin(Task, Task.pack_id == Pack.id)
        .outerjoin(Response, Response.task_id == Task.id)
        .where(Pack.patient_id.in_(ids), Pack.patient_id.in_(visible_ids(viewer)))
        .group_by(Pack.id)
        .order_by(Pack.opens_on, Pack.time_point)
    )
    lines: dict[UUID, list[PackLine]] = {patient_id: [] for patient_id in ids}
    for pack, total, answered in db.session.execute(asked):
        lines[pack.patient_id].append(_line(pack, total, answered, today=today))
    return lines


def _is_asked(today: date) -> sa.ColumnElement[bool]:
    """Questionnaires that were answered, or are offered today."""
    return sa.or_(Response.id.is_not(None), is_asked(today=today))


def _line(pack: Pack, total: int, done: int, *, today: date) -> PackLine:
    days = PackDays(pack.opens_on, pack.due_on, pack.closes_on)
    return PackLine(
        id=pack.id,
        episode_id=pack.episode_id,
        patient_id=pack.patient_id,
        time_point=pack.time_point,
        days=days,
        total=total,
        done=done,
        state=pack_state(days, done=done, total=total, today=today),
    )


def tasks_of(viewer: Viewer, patient_id: UUID) -> dict[UUID, list[TaskLine]]:
    """The questionnaires of each pack of a patient, in the order asked."""
    asked = (
        sa.select(Task.pack_id, Task.instrument, Task.instrument_version, Response.id)
        .outerjoin(Response, Response.task_id == Task.id)
        .where(Task.patient_id == patient_id, Task.patient_id.in_(visible_ids(viewer)))
        .order_by(Task.pack_id, Task.position)
    )
    lines: dict[UUID, list[TaskLine]] = {}
    for pack_id, instrument, version, answered in db.session.execute(asked):
        line = TaskLine(
            pack_id=pack_id,
            instrument=instrument,
            instrument_version=version,
            done=answered is not None,
        )
        lines.setdefault(pack_id, []).append(line)
    return lines


def episode_lines(viewer: Viewer, patient_id: UUID, *, now: datetime) -> list[EpisodeLine]:
    """A patient's episodes, newest first, with their packs and the clocks of the contract."""
    today = london_day(now)
    packs = packs_of(viewer, [patient_id], today=today)[patient_id]
    return [
        EpisodeLine(
            episode=one,
            days=system_days(one.id),
            packs=[pack for pack in packs if pack.episode_id == one.id],
            clocks=clocks_of(one, now=now),
        )
        for one in episodes_of(viewer, patient_id)
    ]


def with_pack_in(state: PackState, *, today: date) -> sa.Select[UUID]:
    """The ids of patients who have an unfinished pack that is open, or overdue, today."""
    undone = (
        sa.select(Task.id)
        .outerjoin(Response, Response.task_id == Task.id)
        .where(Task.pack_id == Pack.id, Response.id.is_(None), _is_asked(today))
        .exists()
    )
    days = {
        PackState.OPEN: sa.and_(Pack.opens_on <= today, Pack.due_on >= today),
        PackState.OVERDUE: sa.and_(Pack.due_on < today, Pack.closes_on >= today),
    }[state]
    return sa.select(Pack.patient_id).where(days, undone)
