"""The facts of one service, read from the tables in columns, a batch of rows at a time.

Every read is of one service: its caller says which one a viewer may see figures of. Numbers are made
by the database and ids stay as it holds them, because making a million UUIDs and datetimes in Python
would take longer than every sum of the return.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
import sqlalchemy as sa

from patientapp.appointments.models import Appointment, AppointmentEvent
from patientapp.assessments.models import Response
from patientapp.assessments.rules import AnswerMode
from patientapp.db import db, dialect
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.episodes.queries import is_current
from patientapp.episodes.rules import Urgency
from patientapp.errors import Conflict
from patientapp.feedback.models import FftCount, FftTally
from patientapp.i18n import gettext as _
from patientapp.kpi import facts as f
from patientapp.kpi.contract import Contract
from patientapp.kpi.days import london_wall, number
from patientapp.kpi.returns import contract_of, known
from patientapp.services.models import Service

BATCH = 50_000
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


def system_facts(service_id: UUID) -> f.Facts:
    """Everything of one service that its return may ask, in one snapshot of the reading."""
    referrals, place = _referrals(service_id)
    return f.Facts(
        referrals=referrals,
        events=_events(service_id, place),
        visits=_visits(service_id, place),
        answers={name: _answers(service_id, name, place) for name in (*SCORES, *ITEMS)},
        feedback=_feedback(service_id),
    )


class NoContract(Conflict):
    """This service names no contract, so nothing says what to count. Set its profile first."""

    title = "This service has no contract"

    def heading(self) -> str:
        """Nothing changed while anybody was reading: there is nothing to count by."""
        return _("No contract is set for this service")

    def words(self) -> tuple[str, str]:
        """Who can put it right; which contracts there are is for the command line."""
        return _("So there are no figures to show yet."), _(
            "Ask whoever looks after this system to set the service's contract."
        )


def system_contract(service: Service) -> Contract:
    """What a service's contract counts; its own first day goes before the profile's."""
    if service.profile not in known():
        raise NoContract(f"{service.slug} names no contract; there is: {', '.join(known())}")
    return contract_of(service.profile, service.contract_first_day)


def _id(column: sa.orm.InstrumentedAttribute[Any]) -> sa.ColumnElement[Any]:
    """An id as the database's own simple value: to look up, never to show."""
    if dialect() == "postgresql":
        return sa.cast(column, sa.Text)
    return sa.type_coerce(column, sa.LargeBinary)


def _seconds(column: sa.orm.InstrumentedAttribute[Any]) -> sa.ColumnElement[Any]:
    """An instant as whole seconds since 1970."""
    if dialect() == "postgresql":
        return sa.cast(sa.func.floor(sa.extract("epoch", column)), sa.BigInteger)
    return sa.cast(sa.func.strftime("%s", sa.type_coerce(column, sa.Text)), sa.Integer)


def _columns(statement: sa.Select[Any], *kinds: Any) -> list[np.ndarray[Any, Any]]:
    """The columns of a reading as arrays of these kinds."""
    parts: list[list[np.ndarray[Any, Any]]] = [[] for _kind in kinds]
    result = db.session.connection().execute(statement, execution_options={"yield_per": BATCH})
    for rows in result.partitions():
        for at, kind in enumerate(kinds):
            made = [row[at] for row in rows]
            parts[at].append(_array(made, kind))
    return [
        np.concatenate(some) if some else np.zeros(0, kind)
        for some, kind in zip(parts, kinds, strict=True)
    ]


def _array(values: Sequence[Any], kind: Any) -> np.ndarray[Any, Any]:
    if kind is object:
        out = np.empty(len(values), object)
        out[:] = values
        return out
    return np.array(values, kind)


def _referrals(service_id: UUID) -> tuple[f.Referrals, Mapping[Any, int]]:
    asked = (
        sa.select(
            _id(Episode.id),
            _id(Episode.patient_id),
            sa.func.coalesce(Episode.referral_key, sa.cast(Episode.id, sa.Text))
            if dialect() == "postgresql"
            else sa.func.coalesce(Episode.referral_key, sa.func.lower(sa.func.hex(Episode.id))),
            _seconds(Episode.received_at),
            Episode.urgency == Urgency.URGENT,
            sa.type_coerce(Episode.cohort, sa.Text),
            Episode.cancer,
        )
        .where(Episode.service_id == service_id)
        .order_by(Episode.received_at, Episode.id)
    )
    ids, people, keys, received, urgent, cohort, cancer = _columns(
        asked, object, object, object, np.int64, bool, object, bool
    )
    person: dict[Any, int] = {}
    return (
        f.Referrals(
            key=keys,
            patient=np.array([person.setdefault(one, len(person)) for one in people], np.int64),
            received=london_wall(received),
            urgent=urgent,
            cohort=np.array([f.COHORTS.index(one) for one in cohort], np.int64),
            cancer=cancer,
        ),
        {one: at for at, one in enumerate(ids)},
    )


def _places(ids: np.ndarray[Any, Any], place: Mapping[Any, int]) -> f.Ints:
    """Where each referral stands; -1 for none, and for one that came while we were reading."""
    return np.array([place.get(one, -1) for one in ids], np.int64)


def _events(service_id: UUID, place: Mapping[Any, int]) -> f.Events:
    asked = (
        sa.select(
            EpisodeEvent.kind,
            _id(EpisodeEvent.episode_id),
            _seconds(EpisodeEvent.at),
            EpisodeEvent.detail,
        )
        .where(EpisodeEvent.service_id == service_id, is_current())
        .order_by(EpisodeEvent.at, EpisodeEvent.recorded_at, EpisodeEvent.id)
    )
    names: dict[str, int] = {}
    same: dict[str, str] = {}
    kinds, ids, at, detail = _columns(asked, object, object, np.int64, object)
    return f.Events(
        kind=np.array([names.setdefault(one, len(names)) for one in kinds], np.int64),
        names=tuple(names),
        referral=_places(ids, place),
        at=london_wall(at),
        detail=_array([same.setdefault(one, one) for one in detail], object),
    )


def _visits(service_id: UUID, place: Mapping[Any, int]) -> f.Visits:
    newer = sa.orm.aliased(AppointmentEvent)
    superseded = sa.exists().where(
        newer.appointment_id == AppointmentEvent.appointment_id, newer.seq > AppointmentEvent.seq
    )
    asked = (
        sa.select(
            _id(Appointment.episode_id),
            sa.type_coerce(AppointmentEvent.kind, sa.Text),
            sa.type_coerce(AppointmentEvent.mode, sa.Text),
            sa.type_coerce(AppointmentEvent.state, sa.Text),
            _seconds(AppointmentEvent.starts_at),
            Appointment.reminder_arm,
        )
        .join(Appointment, Appointment.id == AppointmentEvent.appointment_id)
        .where(AppointmentEvent.service_id == service_id, ~superseded)
        .order_by(AppointmentEvent.starts_at, AppointmentEvent.appointment_id)
    )
    ids, kind, mode, state, starts, arm = _columns(
        asked, object, object, object, object, np.int64, object
    )
    referral = _places(ids, place)
    kept = referral >= 0
    return f.Visits(
        referral=referral[kept],
        kind=_codes(kind, f.VISIT_KINDS)[kept],
        mode=_codes(mode, f.MODES)[kept],
        state=_codes(state, f.STATES)[kept],
        starts=london_wall(starts)[kept],
        arm=arm[kept],
    )


def _codes(words: np.ndarray[Any, Any], names: tuple[str, ...]) -> f.Ints:
    """Each word's place; what the contract's words do not know (moved) is still booked: 0."""
    at = {name: place for place, name in enumerate(names)}
    return np.array([at.get(one, 0) for one in words], np.int64)


def _answers(service_id: UUID, instrument: str, place: Mapping[Any, int]) -> f.Answers:
    fields = SCORES.get(instrument) or ITEMS[instrument]
    held = Response.scores if instrument in SCORES else Response.answers
    corrected = sa.select(Response.corrects_id).where(Response.corrects_id.is_not(None))
    asked = (
        sa.select(
            _id(Response.episode_id),
            sa.type_coerce(Response.time_point, sa.Text),
            _seconds(Response.answered_at),
            Response.mode == AnswerMode.PROXY,
            *(held[name].as_string() for name in fields),
        )
        .where(
            Response.service_id == service_id,
            Response.instrument == instrument,
            Response.id.not_in(corrected),
        )
        .order_by(Response.answered_at, Response.received_at, Response.id)
    )
    kinds = (object, object, np.int64, bool, *(object for _name in fields))
    ids, point, at, proxy, *columns = _columns(asked, *kinds)
    referral = _places(ids, place)
    kept = referral >= 0
    return f.Answers(
        referral=referral[kept],
        point=point.astype("U6")[kept],
        at=london_wall(at)[kept],
        proxy=proxy[kept],
        values={
            name: np.array([_number(one) for one in column], np.float64)[kept]
            for name, column in zip(fields, columns, strict=True)
        },
    )


def _number(value: Any) -> float:
    """A score or an item; a reason why there is none, or a skipped item, is no number."""
    if value is None:
        return float("nan")
    try:
        return float(value)
    except ValueError:
        return float("nan")


def _feedback(service_id: UUID) -> f.Feedback:
    return f.Feedback(*(np.array(column, kind) for column, kind in _fft_columns(service_id)))


def _fft_columns(service_id: UUID) -> Iterator[tuple[list[Any], Any]]:
    counts = sa.select(FftCount.day, FftCount.method, FftCount.response, FftCount.count)
    tallies = sa.select(FftTally.month, FftTally.method, FftTally.response, FftTally.count)
    rows = [
        *db.session.execute(counts.where(FftCount.service_id == service_id)),
        *db.session.execute(tallies.where(FftTally.service_id == service_id)),
    ]
    yield [number(row[0]) for row in rows], np.int64
    yield [row[1] for row in rows], object
    yield [row[2] or 0 for row in rows], np.int64
    yield list(map(operator.itemgetter(3), rows)), np.int64
