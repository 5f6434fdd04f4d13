"""Reads of the education programme, from behind the wall."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.db import db
from patientapp.education.programme_models import (
    EducationProgramme,
    LearningOffer,
    ProgrammeAttendance,
    ProgrammePlace,
    ProgrammeSession,
)
from patientapp.education.programme_rules import DEFAULT_SEATS, Needed
from patientapp.errors import NotFound
from patientapp.patients.models import Patient
from patientapp.patients.queries import visible_ids
from patientapp.services.profile import Programme as Terms
from patientapp.services.profiles import profile
from patientapp.services.queries import system_service
from patientapp.services.rules import with_patients

SHOWN_FOR = timedelta(days=120)  # after its last session a programme leaves the calendar


@dataclass(frozen=True, kw_only=True)
class Course:
    """A programme with its sessions and how many seats are taken."""

    programme: EducationProgramme
    sessions: Sequence[ProgrammeSession]
    taken: int

    @property
    def is_full(self) -> bool:
        """Whether nobody else can come in."""
        return self.taken >= self.programme.seats


def terms_of(service_id: UUID) -> Terms | None:
    """What the contract of a service says about a programme; None where it says nothing."""
    found = profile(system_service(service_id).profile)
    return found.programme if found else None


def seats_of(service_id: UUID) -> int:
    """How many people at most (C54)."""
    terms = terms_of(service_id)
    return terms.most_people if terms and terms.most_people else DEFAULT_SEATS


def needed_of(service_id: UUID) -> Needed:
    """What completing takes."""
    terms = terms_of(service_id)
    if terms is None:
        return Needed(sessions=None, hours=None)
    return Needed(sessions=terms.sessions, hours=terms.hours, share=terms.complete_share)


def _own(viewer: Viewer) -> sa.Select[EducationProgramme]:
    """The programmes of the viewer's service, for those who reach its patients."""
    mine = sa.select(EducationProgramme).where(EducationProgramme.service_id == viewer.service_id)
    return mine if with_patients(viewer.roles) else mine.where(sa.false())


def courses(viewer: Viewer, *, now: datetime) -> list[Course]:
    """The programmes of my service that run, are to come, or ended lately."""
    lately = (
        sa.select(ProgrammeSession.id)
        .where(
            ProgrammeSession.programme_id == EducationProgramme.id,
            ProgrammeSession.starts_at >= now - SHOWN_FOR,
        )
        .exists()
    )
    return _whole(db.session.scalars(_own(viewer).where(lately)).all())


def course(viewer: Viewer, programme_id: UUID) -> Course:
    """One programme; NotFound for a foreign id as for an unknown one (SEC-02)."""
    rows = db.session.scalars(_own(viewer).where(EducationProgramme.id == programme_id)).all()
    if not rows:
        raise NotFound
    return _whole(rows)[0]


def _whole(rows: Sequence[EducationProgramme]) -> list[Course]:
    ids = [row.id for row in rows]
    sessions: dict[UUID, list[ProgrammeSession]] = defaultdict(list)
    in_order = sa.select(ProgrammeSession).where(ProgrammeSession.programme_id.in_(ids))
    for one in db.session.scalars(in_order.order_by(ProgrammeSession.starts_at)):
        sessions[one.programme_id].append(one)
    counted = (
        sa.select(ProgrammePlace.programme_id, sa.func.count())
        .where(ProgrammePlace.programme_id.in_(ids), ProgrammePlace.seat.is_not(None))
        .group_by(ProgrammePlace.programme_id)
    )
    taken = {row[0]: int(row[1]) for row in db.session.execute(counted)}
    made = [Course(programme=row, sessions=sessions[row.id], taken=taken.get(row.id, 0)) for row in rows]
    return sorted(made, key=lambda one: (one.sessions[0].starts_at, one.programme.name))


def places(viewer: Viewer, programme_id: UUID) -> list[tuple[ProgrammePlace, Patient]]:
    """Who has a place, by seat, then who left."""
    asked = (
        sa.select(ProgrammePlace, Patient)
        .join(Patient, Patient.id == ProgrammePlace.patient_id)
        .where(ProgrammePlace.programme_id == programme_id, Patient.id.in_(visible_ids(viewer)))
        .order_by(ProgrammePlace.seat.is_(None), ProgrammePlace.seat, ProgrammePlace.joined_at)
    )
    return [(row[0], row[1]) for row in db.session.execute(asked)]


def attendances(programme_id: UUID) -> Mapping[tuple[UUID, UUID], ProgrammeAttendance]:
    """The register: by (session, place)."""
    asked = (
        sa.select(ProgrammeAttendance)
        .join(ProgrammeSession, ProgrammeSession.id == ProgrammeAttendance.session_id)
        .where(ProgrammeSession.programme_id == programme_id)
    )
    return {(row.session_id, row.place_id): row for row in db.session.scalars(asked)}


def places_of(viewer: Viewer, patient_id: UUID) -> list[tuple[ProgrammePlace, Course]]:
    """The programmes that a patient has, or had, a place in."""
    theirs = (
        sa.select(ProgrammePlace, EducationProgramme)
        .join(EducationProgramme, EducationProgramme.id == ProgrammePlace.programme_id)
        .where(
            ProgrammePlace.patient_id == patient_id, ProgrammePlace.patient_id.in_(visible_ids(viewer))
        )
        .order_by(ProgrammePlace.joined_at.desc())
    )
    rows = db.session.execute(theirs).all()
    by_id = {one.programme.id: one for one in _whole([row[1] for row in rows])}
    return [(row[0], by_id[row[1].id]) for row in rows]


def offers_of(viewer: Viewer, patient_id: UUID) -> list[LearningOffer]:
    """What was said to a patient about learning, newest first."""
    theirs = sa.select(LearningOffer).where(
        LearningOffer.patient_id == patient_id, LearningOffer.patient_id.in_(visible_ids(viewer))
    )
    return list(db.session.scalars(theirs.order_by(LearningOffer.on.desc(), LearningOffer.at.desc())))
