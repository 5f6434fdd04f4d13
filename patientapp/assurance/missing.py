"""Facts that the figures need and that nobody has given: by reason, with whom to ask (D15)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.appointments.queries import Newest, visible_visits
from patientapp.appointments.rules import OPEN
from patientapp.db import db
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.episodes.queries import is_current, visible_episodes
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.patients.models import Patient
from patientapp.patients.queries import visible_ids, visible_patients
from patientapp.patients.rules import Sex

SHOWN = 100  # of each reason; the count is of all
WAITS = timedelta(days=7)  # for an act to be recorded


class Missing(StrEnum):
    """What is not known, and which figures need it."""

    TRIAGE = "triage"  # K11, K12
    OUTCOME = "outcome"  # K14, K16, K29
    REASON = "reason"  # K22
    SUMMARY = "summary"  # K19
    NHS_NUMBER = "nhs_number"  # returns and data set
    SEX = "sex"  # equity view
    ETHNICITY = "ethnicity"
    DEPRIVATION = "deprivation"
    PRACTICE = "practice"  # letters, K19


@dataclass(frozen=True)
class Lack:
    """One missing fact: of how many people, and the first of them."""

    what: Missing
    count: int
    people: Sequence[Patient]


def lacks(viewer: Viewer, *, now: datetime) -> list[Lack]:
    """What is missing in my service, nothing for what is complete."""
    found = [_lack(what, of(viewer, now)) for what, of in WAYS.items()]
    return [one for one in found if one.count]


def _lack(what: Missing, people: sa.Select[Patient]) -> Lack:
    count = db.session.scalar(sa.select(sa.func.count()).select_from(people.subquery())) or 0
    in_order = people.order_by(Patient.family_name, Patient.given_name, Patient.id).limit(SHOWN)
    return Lack(what, count, list(db.session.scalars(in_order)))


def _of(viewer: Viewer, ids: sa.Select[UUID]) -> sa.Select[Patient]:
    return visible_patients(viewer).where(Patient.id.in_(ids))


def _with(viewer: Viewer, *kinds: EpisodeEventKind) -> sa.Select[UUID | None]:
    return sa.select(EpisodeEvent.episode_id).where(
        EpisodeEvent.service_id == viewer.service_id,
        EpisodeEvent.kind.in_(kinds),
        EpisodeEvent.episode_id.is_not(None),
        is_current(),
    )


K = EpisodeEventKind


def _without_triage(viewer: Viewer, now: datetime) -> sa.Select[Patient]:
    seen = _with(viewer, K.TRIAGED, K.RETURNED)
    old = visible_episodes(viewer).where(Episode.id.not_in(seen), Episode.received_at < now - WAITS)
    return _of(viewer, old.with_only_columns(Episode.patient_id))


def _without_outcome(viewer: Viewer, now: datetime) -> sa.Select[Patient]:
    past = visible_visits(viewer).where(Newest.starts_at < now, Newest.state.in_(OPEN)).subquery()
    return _of(viewer, sa.select(past.c.patient_id))


def _without_reason(viewer: Viewer, _now: datetime) -> sa.Select[Patient]:
    bare = _with(viewer, K.DISCHARGED).where(EpisodeEvent.detail == "")
    own = sa.select(Episode.patient_id).where(Episode.id.in_(bare))
    return _of(viewer, own)


def _without_summary(viewer: Viewer, now: datetime) -> sa.Select[Patient]:
    gone = _with(viewer, K.DISCHARGED).where(EpisodeEvent.at < now - WAITS)
    own = sa.select(Episode.patient_id).where(
        Episode.id.in_(gone), Episode.id.not_in(_with(viewer, K.SUMMARY_SENT))
    )
    return _of(viewer, own)


def _in_care(viewer: Viewer, lacking: sa.ColumnElement[bool]) -> sa.Select[Patient]:
    """People with an episode who lack a fact: without an episode they are in no figure."""
    own = sa.select(Episode.patient_id).where(Episode.patient_id.in_(visible_ids(viewer)))
    return _of(viewer, own).where(lacking)


WAYS: dict[Missing, Callable[[Viewer, datetime], sa.Select[Patient]]] = {
    Missing.TRIAGE: _without_triage,
    Missing.OUTCOME: _without_outcome,
    Missing.REASON: _without_reason,
    Missing.SUMMARY: _without_summary,
    Missing.NHS_NUMBER: lambda viewer, _now: _in_care(viewer, Patient.nhs_number.is_(None)),
    Missing.SEX: lambda viewer, _now: _in_care(viewer, Patient.sex == Sex.UNKNOWN),
    Missing.ETHNICITY: lambda viewer, _now: _in_care(viewer, Patient.ethnicity == ""),
    Missing.DEPRIVATION: lambda viewer, _now: _in_care(viewer, Patient.imd_decile.is_(None)),
    Missing.PRACTICE: lambda viewer, _now: _in_care(viewer, Patient.gp_code == ""),
}
