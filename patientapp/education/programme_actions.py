"""Verbs of the programme: plan sessions, give a seat, keep the register, say what was offered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID, uuid4

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record
from patientapp.db import changed, db, insert
from patientapp.education.programme_models import (
    EducationProgramme,
    LearningOffer,
    ProgrammePlace,
    ProgrammeSession,
)
from patientapp.education.programme_queries import Course, course, places, seats_of
from patientapp.education.programme_rules import (
    LONGEST_MINUTES,
    LONGEST_NAME,
    MOST_SESSIONS,
    TOPICS,
    LearningRoute,
    OfferStep,
    ProgrammeMode,
    free_seat,
    weekly,
)
from patientapp.episodes.queries import episode
from patientapp.errors import Conflict, Invalid, NotFound
from patientapp.workdays import london_day


class ProgrammeFull(Conflict):
    """Every seat of this programme is taken. Choose another one, or one to one."""

    title = "This programme is full"


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
    # one at a time: two who join at once each see the other's seat
    row = sa.select(EducationProgramme.id).where(EducationProgramme.id == programme_id)
    db.session.execute(row.with_for_update())
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
