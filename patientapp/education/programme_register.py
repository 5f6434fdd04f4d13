"""The register: who came to a session, and the events that follow, taken back where it is corrected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.assessments.actions import assign_packs
from patientapp.audit.actions import record
from patientapp.db import db
from patientapp.education.programme_actions import session_of
from patientapp.education.programme_models import ProgrammeAttendance, ProgrammePlace, ProgrammeSession
from patientapp.education.programme_queries import Course, course, needed_of, places
from patientapp.education.programme_rules import is_complete
from patientapp.episodes.actions import record_happening, take_back
from patientapp.episodes.queries import episode
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.errors import Conflict
from patientapp.workdays import london_day


class NotYet(Conflict):
    """This session has not begun: its register opens on its day."""

    title = "This session has not begun"


def keep_register(
    viewer: Viewer,
    programme_id: UUID,
    session_id: UUID,
    came: Mapping[UUID, int],
    *,
    now: datetime,
) -> None:
    """Who came to a session, and for how many minutes; whoever is not named did not come."""
    found = course(viewer, programme_id)
    one = session_of(found, session_id)
    if one.starts_at > now:
        raise NotYet(NotYet.__doc__ or "")
    for place, _person in places(viewer, programme_id):
        if place.seat is not None or place.id in came:
            _mark(viewer, found, one, place, minutes=came.get(place.id, 0), now=now)


def _mark(
    viewer: Viewer,
    found: Course,
    one: ProgrammeSession,
    place: ProgrammePlace,
    *,
    minutes: int,
    now: datetime,
) -> None:
    minutes = min(max(minutes, 0), one.minutes)
    row = db.session.get(ProgrammeAttendance, (one.id, place.id))
    was = row.minutes if row else None
    if was == minutes:
        return
    if row is None:
        row = ProgrammeAttendance(session_id=one.id, place_id=place.id, changes=0)
        db.session.add(row)
    if was:
        once = f"{one.id}:{place.id}:{row.changes}"
        take_back(viewer, place.episode_id, EpisodeEventKind.PROGRAMME_SESSION, once, now=now)
    row.attended, row.minutes, row.changes = minutes > 0, minutes, row.changes + 1
    row.by, row.at = viewer.key, now
    db.session.flush()
    if minutes:
        _came(viewer, found, one, place, row, now=now)
    _complete_or_not(viewer, found, one, place, row, now=now)
    record(viewer, "kept the register", now=now, patient_id=place.patient_id, object=one.id)


def _came(
    viewer: Viewer,
    found: Course,
    one: ProgrammeSession,
    place: ProgrammePlace,
    row: ProgrammeAttendance,
    *,
    now: datetime,
) -> None:
    on, kinds = london_day(one.starts_at), EpisodeEventKind
    hours = row.minutes / 60
    _happened(viewer, place, kinds.PROGRAMME_STARTED, on, once=f"{place.id}", now=now)
    record_happening(
        viewer,
        episode_id=place.episode_id,
        kind=kinds.PROGRAMME_SESSION,
        on=on,
        detail=f"{hours:g}",
        amount=hours,
        once=f"{one.id}:{place.id}:{row.changes}",
        now=now,
    )


def _complete_or_not(
    viewer: Viewer,
    found: Course,
    one: ProgrammeSession,
    place: ProgrammePlace,
    row: ProgrammeAttendance,
    *,
    now: datetime,
) -> None:
    """Completing follows the register, also where a correction takes it back."""
    kind, has_completed = EpisodeEventKind.PROGRAMME_COMPLETED, _has_completed(found, place)
    if has_completed and not place.completed_by:
        place.completed_by = f"{place.id}:{one.id}:{row.changes}"
        _happened(viewer, place, kind, london_day(one.starts_at), once=place.completed_by, now=now)
    elif place.completed_by and not has_completed:
        take_back(viewer, place.episode_id, kind, place.completed_by, now=now)
        place.completed_by = ""
    db.session.flush()


def _has_completed(found: Course, place: ProgrammePlace) -> bool:
    asked = sa.select(
        sa.func.count(), sa.func.coalesce(sa.func.sum(ProgrammeAttendance.minutes), 0)
    ).where(ProgrammeAttendance.place_id == place.id, ProgrammeAttendance.attended.is_(True))
    sessions, minutes = db.session.execute(asked).one()
    needed = needed_of(found.programme.service_id)
    return is_complete(needed, sessions=int(sessions), minutes=int(minutes), held=len(found.sessions))


def _happened(
    viewer: Viewer, place: ProgrammePlace, kind: EpisodeEventKind, on: date, *, once: str, now: datetime
) -> None:
    """Start and end of a programme, on which questionnaires hang (C53)."""
    happened = record_happening(viewer, episode_id=place.episode_id, kind=kind, on=on, once=once, now=now)
    if happened:
        assign_packs(episode(viewer, place.episode_id), now=now)
