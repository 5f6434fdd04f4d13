"""Reads of findings, from behind the wall: of one patient, and what is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.assessments.models import Response
from patientapp.assessments.queries import is_current_response
from patientapp.db import db
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.episodes.queries import is_current, visible_episodes
from patientapp.episodes.rules import Urgency
from patientapp.errors import NotFound
from patientapp.findings.models import Finding
from patientapp.findings.rules import Asks, Facts, Form, due_on, flags, forms
from patientapp.patients.models import Patient
from patientapp.patients.queries import visible_ids
from patientapp.services.profile import Review
from patientapp.services.queries import profile_of, system_service

SOON = timedelta(days=14)  # what falls due in this time is listed too
ENDED = ("discharged", "returned")
SEEN = ("triaged", "returned", "accepted", "first_appointment", "treatment_started", "discharged")


def stands() -> sa.ColumnElement[bool]:
    """Whether a finding is the truth: it takes nothing back, and nothing takes it back."""
    gone = sa.select(Finding.takes_back_id).where(Finding.takes_back_id.is_not(None))
    return sa.and_(Finding.takes_back_id.is_(None), Finding.id.not_in(gone))


def finding(viewer: Viewer, finding_id: UUID) -> Finding:
    """One finding, or NotFound when it is not this viewer's to see."""
    own = sa.select(Finding).where(Finding.id == finding_id, Finding.patient_id.in_(visible_ids(viewer)))
    found = db.session.scalar(own)
    if found is None:
        raise NotFound
    return found


def findings_of(viewer: Viewer, patient_id: UUID) -> list[Finding]:
    """A patient's findings that stand, newest first."""
    asked = sa.select(Finding).where(
        Finding.patient_id == patient_id, Finding.patient_id.in_(visible_ids(viewer)), stands()
    )
    in_order = asked.order_by(Finding.found_on.desc(), Finding.recorded_at.desc(), Finding.id)
    return list(db.session.scalars(in_order))


def flags_of(viewer: Viewer, patient_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """What to know before acting, by patient: of the newest of each form, and of their own answers."""
    ids = set(patient_ids)
    newest: dict[UUID, dict[str, tuple[date, Mapping[str, str]]]] = {one: {} for one in ids}
    asked = sa.select(Finding).where(
        Finding.patient_id.in_(ids), Finding.patient_id.in_(visible_ids(viewer)), stands()
    )
    for one in db.session.scalars(asked.order_by(Finding.found_on, Finding.recorded_at, Finding.id)):
        newest[one.patient_id][one.form] = (one.found_on, one.answers)
    found = {one: list(flags(of)) for one, of in newest.items()}
    for asks in _all_asks():
        for patient_id, (value, _day) in _answers(viewer, asks, ids).items():
            if value == asks.value:
                found[patient_id].append(asks.flag)
    return found


def _all_asks() -> list[Asks]:
    return [asks for form in forms().values() for asks in form.asks]


def _answers(viewer: Viewer, asks: Asks, ids: Iterable[UUID]) -> dict[UUID, tuple[Any, date]]:
    """The newest answer of each of these people to what a form asks for, and its day."""
    asked = (
        sa.select(Response.patient_id, Response.scores[asks.scale].as_string(), Response.answered_on)
        .where(
            Response.service_id == viewer.service_id,
            Response.patient_id.in_(list(ids)),
            Response.patient_id.in_(visible_ids(viewer)),
            Response.instrument == asks.instrument,
            is_current_response(),
        )
        .order_by(Response.answered_at, Response.id)
    )
    return {row[0]: (row[1], row[2]) for row in db.session.execute(asked)}


@dataclass(frozen=True)
class Due:
    """A form that is due in an episode."""

    form: Form
    patient: Patient
    episode: Episode
    on: date
    clause: str

    def is_late(self, today: date) -> bool:
        """Whether its day has passed."""
        return today > self.on


def due_of(viewer: Viewer, *, until: date, patient_id: UUID | None = None) -> list[Due]:
    """The forms due by a day in the viewer's open episodes, the latest first (B17, C19, D41)."""
    reviews = _reviews(viewer)
    episodes = _open_episodes(viewer, patient_id)
    if not episodes or not reviews:
        return []
    facts = _facts(viewer, episodes)
    people = _people({one.patient_id for one in episodes})
    found = [
        Due(forms()[review.form], people[one.patient_id], one, day, review.clause)
        for one in episodes
        for review in reviews
        if (day := due_on(review, facts[one.id])) is not None and day <= until
    ]
    return sorted(found, key=lambda due: (due.on, due.form.id, due.episode.id))


def _reviews(viewer: Viewer) -> Sequence[Review]:
    contract = profile_of(system_service(viewer.service_id))
    return contract.reviews if contract else ()


def _open_episodes(viewer: Viewer, patient_id: UUID | None) -> list[Episode]:
    ended = sa.select(EpisodeEvent.episode_id).where(
        EpisodeEvent.service_id == viewer.service_id,
        EpisodeEvent.kind.in_(ENDED),
        EpisodeEvent.episode_id.is_not(None),
        is_current(),
    )
    dead = sa.select(Patient.id).where(Patient.died_on.is_not(None))
    asked = visible_episodes(viewer).where(Episode.id.not_in(ended), Episode.patient_id.not_in(dead))
    if patient_id is not None:
        asked = asked.where(Episode.patient_id == patient_id)
    return list(db.session.scalars(asked))


def _facts(viewer: Viewer, episodes: Sequence[Episode]) -> dict[UUID, Facts]:
    """First day of each event, last day of each form and what patients' answers ask, by episode."""
    own = {one.id for one in episodes}
    events: dict[UUID, dict[str, date]] = {one: {} for one in own}
    last: dict[UUID, dict[str, date]] = {one: {} for one in own}
    for row in db.session.execute(_first_days(viewer)):
        if row[0] in own:
            events[row[0]][row[1]] = row[2]
    for row in db.session.execute(_last_days(viewer)):
        if row[0] in own:
            last[row[0]][row[1]] = row[2]
    asked = _asked(viewer, {one.patient_id for one in episodes})
    return {
        one.id: Facts(events=events[one.id], last=last[one.id], asked=asked.get(one.patient_id, {}))
        for one in episodes
    }


def _first_days(viewer: Viewer) -> sa.Select[UUID | None, str, date]:
    first = sa.func.min(EpisodeEvent.on, type_=sa.Date())
    return (
        sa.select(EpisodeEvent.episode_id, EpisodeEvent.kind, first)
        .where(
            EpisodeEvent.service_id == viewer.service_id,
            EpisodeEvent.kind.in_({one.after for one in _reviews(viewer) if not one.after_form}),
            EpisodeEvent.episode_id.is_not(None),
            is_current(),
        )
        .group_by(EpisodeEvent.episode_id, EpisodeEvent.kind)
    )


def _last_days(viewer: Viewer) -> sa.Select[UUID, str, date]:
    newest = sa.func.max(Finding.found_on, type_=sa.Date())
    return (
        sa.select(Finding.episode_id, Finding.form, newest)
        .where(Finding.service_id == viewer.service_id, stands())
        .group_by(Finding.episode_id, Finding.form)
    )


def _asked(viewer: Viewer, people: Iterable[UUID]) -> dict[UUID, dict[str, date]]:
    found: dict[UUID, dict[str, date]] = {}
    ids = list(people)
    for form in forms().values():
        for asks in form.asks:
            for patient_id, (value, day) in _answers(viewer, asks, ids).items():
                if value == asks.value:
                    found.setdefault(patient_id, {})[form.id] = day
    return found


def _people(ids: Iterable[UUID]) -> dict[UUID, Patient]:
    asked = sa.select(Patient).where(Patient.id.in_(list(ids)))
    return {one.id: one for one in db.session.scalars(asked)}


@dataclass(frozen=True)
class ToTriage:
    """A referral that nobody has triaged or returned, with what to know before placing the patient."""

    episode: Episode
    patient: Patient
    flags: Sequence[str]


def to_triage(viewer: Viewer) -> list[ToTriage]:
    """The referrals that wait for triage: urgent ones first, then in the order received (B30, B31)."""
    seen = sa.select(EpisodeEvent.episode_id).where(
        EpisodeEvent.service_id == viewer.service_id,
        EpisodeEvent.kind.in_(SEEN),
        EpisodeEvent.episode_id.is_not(None),
        is_current(),
    )
    waiting = visible_episodes(viewer).where(Episode.id.not_in(seen))
    episodes = list(db.session.scalars(waiting.order_by(Episode.received_at, Episode.id)))
    people = _people({one.patient_id for one in episodes})
    known = flags_of(viewer, people)
    episodes.sort(key=lambda one: one.urgency is not Urgency.URGENT)
    return [ToTriage(one, people[one.patient_id], known[one.patient_id]) for one in episodes]
