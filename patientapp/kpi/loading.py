"""The facts of some people of one service, read from the tables.

Every read is of one service: its caller says which one a viewer may see figures of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import sqlalchemy as sa

from patientapp.appointments.models import Appointment, AppointmentEvent
from patientapp.assessments.models import Response
from patientapp.assessments.queries import is_current_response
from patientapp.assessments.rules import AnswerMode, TimePoint
from patientapp.db import db, dialect
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.episodes.queries import is_current
from patientapp.episodes.rules import Urgency
from patientapp.feedback.models import FftCount, FftTally
from patientapp.kpi import facts as f
from patientapp.kpi.days import london_wall, number
from patientapp.kpi.groups import GROUPS, Person, groups
from patientapp.kpi.reading import (
    Array,
    Kind,
    columns,
    is_one_of,
    number_in,
    place_in,
    plain_id,
    whole_seconds,
)
from patientapp.patients.models import Patient

# What is asked of each instrument: scores of outcome measures, items of surveys.
SCORES: Mapping[str, tuple[str, ...]] = {
    "bpi_sf": ("severity_mean", "interference_mean"),
    "eq5d5l": ("index_uk_5l_2026", "vas"),
    "pseq": ("total",),
}
ITEMS: Mapping[str, tuple[str, ...]] = {
    "functioning": ("physical", "social"),
    "outcome_survey": (
        "physical",
        "psychological",
        "social",
        "medicines_control",
        "medicines_plan",
        "no_medicines",
    ),
    "experience": ("overall", "plan_received", "information_helpful"),
    "experience_family": ("information_helpful",),
    "collaborate": ("q1", "q2", "q3", "scale_max"),
}
ASKED: Mapping[str, tuple[str, ...]] = {**SCORES, **ITEMS}
INSTRUMENTS = tuple(ASKED)
POINTS = tuple(one.value for one in TimePoint)
MOST_VALUES = max(map(len, ASKED.values()))


@dataclass(frozen=True, eq=False)
class Places:
    """Where each referral of a lot stands, by its id."""

    ids: Array
    order: Array

    @classmethod
    def of(cls, ids: Array) -> Places:
        """The places of ids in their own order."""
        return cls(ids, np.argsort(ids))

    def __getitem__(self, wanted: Array) -> f.Ints:
        """The place of each id, all of which are there."""
        return self.order[np.searchsorted(self.ids, wanted, sorter=self.order)]


def facts_of_people(service_id: UUID, people: Array, *, groups_on: date | None = None) -> f.Facts:
    """All that is known of these people in one service, with their groups on a day if it is given."""
    referrals, ids = _referrals(service_id, people)
    place = Places.of(ids)
    return f.Facts(
        referrals=referrals,
        events=_events(
            sa.and_(EpisodeEvent.service_id == service_id, is_one_of(EpisodeEvent.episode_id, ids)),
            place,
        ),
        visits=_visits(service_id, place),
        answers=_answers(service_id, place),
        feedback=f.NO_FEEDBACK,
        dimensions=() if groups_on is None else tuple(_dimensions(service_id, people, groups_on)),
    )


def _dimensions(service_id: UUID, people: Array, on: date) -> Iterator[f.Dimension]:
    every = [groups(one, on) for one in persons(service_id, people)]
    for place, (name, names) in enumerate(GROUPS.items()):
        at = {each: code for code, each in enumerate(names)}
        yield f.Dimension(name, names, np.array([at[one[place]] for one in every], np.int64))


def persons(service_id: UUID, people: Array) -> Iterator[Person]:
    """What groups are made of, for each referral of these people, in the order of the facts."""
    named = ("birth_date", "sex", "ethnicity", "imd_decile", "language", "needs")
    asked = (
        sa.select(*(getattr(Patient, name) for name in named))
        .join(Episode, Episode.patient_id == Patient.id)
        .where(Episode.service_id == service_id, is_one_of(Episode.patient_id, people))
        .order_by(Episode.received_at, Episode.id)
    )
    yield from (Person(*row) for row in db.session.execute(asked))


def facts_of_nobody(service_id: UUID) -> f.Facts:
    """What belongs to no referral: data sets due and sent, the Friends and Family Test."""
    referrals, ids = _referrals(service_id, np.zeros(0, "S16"))
    place = Places.of(ids)
    return f.Facts(
        referrals=referrals,
        events=_events(
            sa.and_(EpisodeEvent.service_id == service_id, EpisodeEvent.episode_id.is_(None)), None
        ),
        visits=_visits(service_id, place),
        answers={},
        feedback=_feedback(service_id),
    )


def _referrals(service_id: UUID, people: Array) -> tuple[f.Referrals, Array]:
    asked = (
        sa.select(
            plain_id(Episode.id),
            plain_id(Episode.patient_id),
            sa.func.coalesce(Episode.referral_key, _id_text()),
            whole_seconds(Episode.received_at),
            sa.case((Episode.urgency == Urgency.URGENT, 1), else_=0),
            place_in(Episode.cohort, f.COHORTS),
            sa.cast(Episode.cancer, sa.Integer),
        )
        .where(Episode.service_id == service_id, is_one_of(Episode.patient_id, people))
        .order_by(Episode.received_at, Episode.id)
    )
    kinds = (Kind.ID, Kind.ID, Kind.TEXT, Kind.WHOLE, Kind.WHOLE, Kind.WHOLE, Kind.WHOLE)
    ids, whose, keys, received, urgent, cohort, cancer = columns(asked, *kinds)
    return (
        f.Referrals(
            key=keys,
            patient=np.unique(whose, return_inverse=True)[1],
            received=london_wall(received),
            urgent=urgent.astype(bool),
            cohort=cohort,
            cancer=cancer.astype(bool),
        ),
        ids,
    )


def _id_text() -> sa.ColumnElement[str]:
    if dialect() == "postgresql":
        return sa.cast(Episode.id, sa.Text)
    return sa.func.lower(sa.func.hex(Episode.id))


def _events(chosen: sa.ColumnElement[bool], place: Places | None) -> f.Events:
    asked = (
        sa.select(
            EpisodeEvent.kind,
            whole_seconds(EpisodeEvent.at),
            EpisodeEvent.detail,
            *(() if place is None else (plain_id(EpisodeEvent.episode_id),)),
        )
        .where(chosen, is_current())
        .order_by(EpisodeEvent.at, EpisodeEvent.recorded_at, EpisodeEvent.id)
    )
    kinds = (Kind.TEXT, Kind.WHOLE, Kind.TEXT, *(() if place is None else (Kind.ID,)))
    kind, at, detail, *whose = columns(asked, *kinds)
    names: dict[str, int] = {}
    return f.Events(
        kind=np.array([names.setdefault(one, len(names)) for one in kind], np.int64),
        names=tuple(names),
        referral=np.full(len(at), -1) if place is None else place[whose[0]],
        at=london_wall(at),
        detail=detail,
    )


def _visits(service_id: UUID, place: Places) -> f.Visits:
    newer = sa.orm.aliased(AppointmentEvent)
    superseded = sa.exists().where(
        newer.appointment_id == AppointmentEvent.appointment_id, newer.seq > AppointmentEvent.seq
    )
    asked = (
        sa.select(
            plain_id(Appointment.episode_id),
            place_in(AppointmentEvent.kind, f.VISIT_KINDS),
            place_in(AppointmentEvent.mode, f.MODES),
            place_in(AppointmentEvent.state, f.STATES),  # what they do not know (moved) is still booked
            whole_seconds(AppointmentEvent.starts_at),
        )
        .join(Appointment, Appointment.id == AppointmentEvent.appointment_id)
        .where(
            AppointmentEvent.service_id == service_id,
            is_one_of(Appointment.episode_id, place.ids),
            ~superseded,
        )
        .order_by(AppointmentEvent.starts_at, AppointmentEvent.appointment_id)
    )
    whose, kind, mode, state, starts = columns(asked, Kind.ID, *[Kind.WHOLE] * 4)
    return f.Visits(referral=place[whose], kind=kind, mode=mode, state=state, starts=london_wall(starts))


def _answers(service_id: UUID, place: Places) -> dict[str, f.Answers]:
    asked = (
        sa.select(
            plain_id(Response.episode_id),
            place_in(Response.instrument, INSTRUMENTS),
            place_in(Response.time_point, POINTS),
            whole_seconds(Response.answered_at),
            sa.case((Response.mode == AnswerMode.PROXY, 1), else_=0),
            *(_value(at) for at in range(MOST_VALUES)),
        )
        .where(
            Response.service_id == service_id,
            Response.instrument.in_(INSTRUMENTS),
            is_one_of(Response.episode_id, place.ids),
            is_current_response(),
        )
        .order_by(Response.answered_at, Response.received_at, Response.id)
    )
    kinds = (Kind.ID, *[Kind.WHOLE] * 4, *[Kind.NUMBER] * MOST_VALUES)
    whose, instrument, point, at, proxy, *values = columns(asked, *kinds)
    every = f.Answers(
        referral=place[whose],
        point=np.array(POINTS)[point],
        at=london_wall(at),
        proxy=proxy.astype(bool),
        values=dict(zip(map(str, range(MOST_VALUES)), values, strict=True)),
    )
    return {
        name: every.where(instrument == code, dict(zip(ASKED[name], values, strict=False)))
        for code, name in enumerate(INSTRUMENTS)
    }


def _value(at: int) -> sa.ColumnElement[Any]:
    """What stands at this place among the values of each instrument."""
    here = {name: fields[at] for name, fields in ASKED.items() if at < len(fields)}
    held = {name: Response.scores if name in SCORES else Response.answers for name in here}
    return sa.case(
        *((Response.instrument == name, number_in(held[name], field)) for name, field in here.items())
    )


def _feedback(service_id: UUID) -> f.Feedback:
    counts = sa.select(FftCount.day, FftCount.method, FftCount.response, FftCount.count)
    tallies = sa.select(FftTally.month, FftTally.method, FftTally.response, FftTally.count)
    rows = [
        *db.session.execute(counts.where(FftCount.service_id == service_id)),
        *db.session.execute(tallies.where(FftTally.service_id == service_id)),
    ]
    return f.Feedback(
        day=np.array([number(row[0]) for row in rows], np.int64),
        method=np.array([row[1] for row in rows], object),
        response=np.array([row[2] or 0 for row in rows], np.int64),
        count=np.array([row[3] for row in rows], np.int64),
    )
