"""Verbs of packs: an episode begins, something happens in it, and its questionnaires follow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.assessments.models import Pack, Response, Task
from patientapp.assessments.rules import TimePoint, whole_years
from patientapp.db import db
from patientapp.episodes import actions as episodes
from patientapp.episodes.models import Episode
from patientapp.episodes.queries import system_anchor_days
from patientapp.episodes.rules import EpisodeEventKind, PainSite
from patientapp.patients.looks import look_by
from patientapp.patients.queries import system_patient
from patientapp.questionnaires.library import default_library
from patientapp.questionnaires.schedule import ScheduledPack, Window, schedule
from patientapp.services.queries import profile_of, system_service
from patientapp.workdays import london_day


def begin_episode(
    viewer: Viewer, *, patient_id: UUID, pain_site: PainSite, received_on: date, now: datetime
) -> Episode:
    """Open an episode and assign what follows from its referral."""
    made = episodes.open_episode(
        viewer, patient_id=patient_id, pain_site=pain_site, received_on=received_on, now=now
    )
    assign_packs(made, now=now)
    return made


def record_event(
    viewer: Viewer,
    *,
    episode_id: UUID,
    kind: EpisodeEventKind,
    on: date,
    now: datetime,
    detail: str = "",
    hour: time = episodes.MIDNIGHT,
) -> Episode:
    """Something happened on a day; assign, or move, what follows from it."""
    found = episodes.record_event(
        viewer, episode_id=episode_id, kind=kind, on=on, hour=hour, detail=detail, now=now
    )
    assign_packs(found, now=now)
    return found


def assign_packs(episode: Episode, *, now: datetime, only_open: bool = False) -> None:
    """Give the episode each pack whose day is known; assigned twice it is one (CLIN-06).

    A pack that has an answer keeps its days: a late correction never changes which it was. Of what
    was imported only packs that are not over (`only_open`): history asks nobody anything.
    """
    days = system_anchor_days(episode.id)
    for scheduled in schedule(schedule_name(episode)).packs:
        for occurrence, window in enumerate(scheduled.windows(days), 1):
            if not only_open or window.closes_on >= london_day(now):
                _assign(episode, scheduled, window, occurrence=occurrence, now=now)
    look_by(episode.patient_id, now)


def schedule_name(episode: Episode) -> str:
    """The packs of this episode: its cohort's where the contract has several, else the service's."""
    service = system_service(episode.service_id)
    contract = profile_of(service)
    is_own = contract is None or service.schedule != contract.schedule
    return service.schedule if is_own or contract is None else contract.schedule_of(episode.cohort)


def _assign(
    episode: Episode, scheduled: ScheduledPack, window: Window, *, occurrence: int, now: datetime
) -> None:
    which = sa.select(Pack).where(
        Pack.episode_id == episode.id,
        Pack.time_point == TimePoint(scheduled.code),
        Pack.occurrence == occurrence,
    )
    pack = db.session.scalar(which)
    if pack is None:
        _new_pack(episode, scheduled, window, occurrence=occurrence, now=now)
    elif not _is_answered(pack):
        pack.opens_on, pack.due_on = window.opens_on, window.due_on
        pack.closes_on = window.closes_on
        db.session.flush()


def _is_answered(pack: Pack) -> bool:
    answered = sa.select(Response.id).join(Task, Task.id == Response.task_id)
    return db.session.scalar(answered.where(Task.pack_id == pack.id).limit(1)) is not None


def _new_pack(
    episode: Episode, scheduled: ScheduledPack, window: Window, *, occurrence: int, now: datetime
) -> None:
    age = whole_years(system_patient(episode.patient_id).birth_date, window.opens_on)
    instruments = scheduled.instruments(episode.pain_site, age)
    if not instruments:
        return
    pack = Pack(
        episode_id=episode.id,
        patient_id=episode.patient_id,
        service_id=episode.service_id,
        time_point=TimePoint(scheduled.code),
        occurrence=occurrence,
        opens_on=window.opens_on,
        due_on=window.due_on,
        closes_on=window.closes_on,
        assigned_at=now,
    )
    db.session.add(pack)
    db.session.flush()
    add_tasks(pack, instruments, versions=_newest_versions())


def add_tasks(pack: Pack, instruments: tuple[str, ...], *, versions: Mapping[str, int]) -> None:
    """One task for each questionnaire, in the version of today, in the order asked."""
    for position, instrument in enumerate(instruments, 1):
        db.session.add(
            Task(
                pack_id=pack.id,
                patient_id=pack.patient_id,
                instrument=instrument,
                instrument_version=versions[instrument],
                position=position,
            )
        )
    db.session.flush()


def _newest_versions() -> dict[str, int]:
    return {instrument.id: instrument.version for instrument in default_library()}
