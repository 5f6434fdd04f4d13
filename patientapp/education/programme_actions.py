"""Verbs of the programme: plan sessions, give a seat, keep the register, say what was offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from uuid import UUID, uuid4

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.assessments.actions import assign_packs
from patientapp.audit.actions import record
from patientapp.db import changed, db, insert
from patientapp.education.programme_models import (
    EducationProgramme,
    LearningOffer,
    ProgrammeAttendance,
    ProgrammePlace,
    ProgrammeSession,
)
from patientapp.education.programme_queries import Course, course, needed_of, places, seats_of
from patientapp.education.programme_rules import (
    LONGEST_MINUTES,
    LONGEST_NAME,
    MOST_SESSIONS,
    TOPICS,
    LearningRoute,
    OfferStep,
    ProgrammeMode,
    free_seat,
    is_complete,
    weekly,
)
from patientapp.episodes.actions import record_happening, take_back
from patientapp.episodes.queries import episode
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.errors import Conflict, Invalid, NotFound
from patientapp.workdays import london_day


class ProgrammeFull(Conflict):
    """Every seat of this programme is taken. Choose another one, or one to one (N19)."""

    title = "This programme is full"


class NotYet(Conflict):
    """This session has not begun: its register opens on its day."""

    title = "This session has not begun"


def plan(
    viewer: Viewer,
    *,
    name: str,
    mode: ProgrammeMode,
    place: str,
    first: date,
    wall: time,
    sessions: int,
    minutes: int,
    now: datetime,
) -> UUID:
    """A new programme of weekly sessions."""
    wrong = _why_not(name, sessions, minutes)
    if wrong:
        raise Invalid("The programme cannot be planned so.", fields=wrong)
    made = EducationProgramme(
        service_id=viewer.service_id,
        name=name.strip(),
        mode=mode,
        place=place.strip(),
        seats=seats_of(viewer.service_id),
        created_at=now,
        created_by=viewer.key,
    )
    db.session.add(made)
    db.session.flush()
    for number, starts_at in enumerate(weekly(first, wall, sessions), 1):
        one = ProgrammeSession(
            programme_id=made.id, number=number, starts_at=starts_at, minutes=minutes, topics=[]
        )
        db.session.add(one)
    db.session.flush()
    record(viewer, "planned a programme", now=now, object=made.id)
    return made.id


def _why_not(name: str, sessions: int, minutes: int) -> dict[str, list[str]]:
    wrong = {}
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        wrong["name"] = ["1 to 100 letters"]
    if not 1 <= sessions <= MOST_SESSIONS:
        wrong["sessions"] = [f"1 to {MOST_SESSIONS}"]
    if not 1 <= minutes <= LONGEST_MINUTES:
        wrong["minutes"] = [f"1 to {LONGEST_MINUTES}"]
    return wrong


def change_session(
    viewer: Viewer,
    programme_id: UUID,
    session_id: UUID,
    *,
    starts_at: datetime,
    minutes: int,
    topics: Sequence[str],
    now: datetime,
) -> None:
    """Another time, length or topics of a session."""
    one = session_of(course(viewer, programme_id), session_id)
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise Invalid("That length cannot be right.", fields={"minutes": [f"1 to {LONGEST_MINUTES}"]})
    one.starts_at, one.minutes = starts_at, minutes
    one.topics = [topic for topic in TOPICS if topic in topics]
    db.session.flush()
    record(viewer, "changed a session", now=now, object=session_id)


def session_of(found: Course, session_id: UUID) -> ProgrammeSession:
    """One session of a programme; NotFound for another's."""
    one = next((one for one in found.sessions if one.id == session_id), None)
    if one is None:
        raise NotFound
    return one


def join(viewer: Viewer, programme_id: UUID, episode_id: UUID, *, now: datetime) -> ProgrammePlace:
    """A seat for somebody; ProgrammeFull where none is left, for whoever comes second too."""
    found, of = course(viewer, programme_id), episode(viewer, episode_id)
    own = sa.select(ProgrammePlace).where(
        ProgrammePlace.programme_id == programme_id, ProgrammePlace.patient_id == of.patient_id
    )
    there = db.session.scalar(own)
    if there is not None and there.seat is not None:
        return there
    seat = _take_seat(found, of.patient_id, of.id, again=there, now=now)
    if seat is None:
        raise ProgrammeFull(ProgrammeFull.__doc__ or "")
    record(viewer, "gave a seat", now=now, patient_id=of.patient_id, object=programme_id)
    return db.session.scalars(own).one()


def _take_seat(
    found: Course, patient_id: UUID, episode_id: UUID, *, again: ProgrammePlace | None, now: datetime
) -> int | None:
    held = sa.select(ProgrammePlace.seat).where(
        ProgrammePlace.programme_id == found.programme.id, ProgrammePlace.seat.is_not(None)
    )
    for _try in range(found.programme.seats):
        taken = [seat for seat in db.session.scalars(held) if seat is not None]
        seat = free_seat(taken, found.programme.seats)
        if seat is None:
            return None
        if again is not None:
            again.seat, again.left_at = seat, None
            db.session.flush()
            return seat
        row = {
            "id": uuid4(),
            "programme_id": found.programme.id,
            "patient_id": patient_id,
            "episode_id": episode_id,
            "seat": seat,
            "joined_at": now,
            "left_at": None,
            "completed_by": "",
        }
        if changed(db.session.execute(insert(ProgrammePlace).values(row).on_conflict_do_nothing())):
            return seat
    return None


def leave(viewer: Viewer, programme_id: UUID, patient_id: UUID, *, now: datetime) -> None:
    """Somebody leaves: the seat is free, what they came to stays."""
    for place, person in places(viewer, course(viewer, programme_id).programme.id):
        if person.id == patient_id and place.seat is not None:
            place.seat, place.left_at = None, now
            db.session.flush()
            record(viewer, "left a programme", now=now, patient_id=patient_id, object=programme_id)


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


def say(
    viewer: Viewer,
    episode_id: UUID,
    step: OfferStep,
    route: LearningRoute,
    *,
    on: date,
    now: datetime,
    note: str = "",
) -> None:
    """What was said to a person about learning, on a day; said twice it is once."""
    of = episode(viewer, episode_id)
    if on > london_day(now):
        raise Invalid("That day is still to come.", fields={"on": ["today or before"]})
    row = {
        "id": uuid4(),
        "service_id": of.service_id,
        "patient_id": of.patient_id,
        "episode_id": of.id,
        "step": step,
        "route": route,
        "on": on,
        "note": note,
        "by": viewer.key,
        "at": now,
    }
    if changed(db.session.execute(insert(LearningOffer).values(row).on_conflict_do_nothing())):
        record(viewer, f"learning {step.value}", now=now, patient_id=of.patient_id, object=route.value)
