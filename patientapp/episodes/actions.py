"""Verbs of episodes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from hashlib import sha256
from uuid import UUID, uuid4

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record
from patientapp.db import changed, db, insert
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.episodes.queries import episode, system_current, system_days
from patientapp.episodes.rules import (
    ONCE,
    EpisodeEventKind,
    PainSite,
    amount_of,
    day_problem,
    detail_problem,
)
from patientapp.errors import Invalid
from patientapp.patients.queries import patient
from patientapp.workdays import at_london, london_day

MIDNIGHT = time(0, 0)  # of an event of which only the day is known


class EventOutOfOrder(Invalid):
    """That day cannot be right beside what is recorded already. Check the date and send it again."""

    title = "That date does not fit"


def open_episode(
    viewer: Viewer, *, patient_id: UUID, pain_site: PainSite, received_on: date, now: datetime
) -> Episode:
    """A new episode, begun by a referral received on a day."""
    person = patient(viewer, patient_id)
    _check_day(EpisodeEventKind.RECEIVED, received_on, {}, field="received_on")
    _check_received(received_on, field="received_on", now=now)
    made = Episode(
        patient_id=person.id,
        service_id=person.service_id,
        pain_site=pain_site,
        received_at=at_london(received_on, MIDNIGHT),
        received_on=received_on,
        created_at=now,
    )
    db.session.add(made)
    db.session.flush()
    _add_event(viewer, made, EpisodeEventKind.RECEIVED, made.received_at, now=now)
    return made


def record_event(
    viewer: Viewer,
    *,
    episode_id: UUID,
    kind: EpisodeEventKind,
    on: date,
    now: datetime,
    detail: str = "",
    hour: time = MIDNIGHT,
) -> Episode:
    """Something happened on a day; EventOutOfOrder when it cannot have, Invalid for a wrong detail."""
    found = episode(viewer, episode_id)
    _check_day(kind, on, system_days(found.id), field="on")
    if kind is EpisodeEventKind.RECEIVED:
        _check_received(on, field="on", now=now)
    if problem := detail_problem(kind, detail):
        raise Invalid(f"detail: {problem}", fields={"detail": [problem]})
    at = at_london(on, hour)
    _add_event(viewer, found, kind, at, detail=detail, now=now)
    if kind is EpisodeEventKind.RECEIVED:
        found.received_at, found.received_on = at, on
    return found


def _check_day(
    kind: EpisodeEventKind, on: date, days: Mapping[EpisodeEventKind, date], *, field: str
) -> None:
    problem = day_problem(kind, on, days)
    if problem:
        raise EventOutOfOrder(f"{field}: {problem}", fields={field: [problem]})


def _check_received(on: date, *, field: str, now: datetime) -> None:
    """A referral cannot have come on a day that is still to come."""
    if on > london_day(now):
        raise EventOutOfOrder(f"{field}: is still to come", fields={field: ["is still to come"]})


def _add_event(
    viewer: Viewer, of: Episode, kind: EpisodeEventKind, at: datetime, *, now: datetime, detail: str = ""
) -> None:
    db.session.add(
        EpisodeEvent(
            service_id=of.service_id,
            episode_id=of.id,
            kind=kind,
            at=at,
            on=london_day(at),
            detail=detail,
            amount=amount_of(kind, detail),
            corrects_id=system_current(of.id, kind) if kind in ONCE else None,
            recorded_at=now,
            recorded_by=viewer.key,
        )
    )
    db.session.flush()
    record(viewer, f"recorded {kind.value}", now=now, patient_id=of.patient_id, object=of.id)


def record_happening(
    viewer: Viewer,
    *,
    episode_id: UUID,
    kind: EpisodeEventKind,
    on: date,
    now: datetime,
    detail: str = "",
    amount: float | None = None,
    once: str = "",
) -> bool:
    """Something that may happen often (a letter, a session, a dose); False when `once` was there."""
    found = episode(viewer, episode_id)
    _check_day(kind, on, system_days(found.id), field="on")
    mark = sha256(f"{kind.value}:{once}".encode()).digest()[:16] if once else None
    row = {
        "id": uuid4(),
        "service_id": found.service_id,
        "episode_id": found.id,
        "kind": kind.value,
        "at": at_london(on, MIDNIGHT),
        "on": on,
        "detail": detail,
        "amount": amount,
        "mark": mark,
        "never_happened": False,
        "recorded_at": now,
        "recorded_by": viewer.key,
    }
    added = changed(db.session.execute(insert(EpisodeEvent).values(row).on_conflict_do_nothing()))
    if added:
        record(viewer, f"recorded {kind.value}", now=now, patient_id=found.patient_id, object=found.id)
    return bool(added)


def record_of_service(
    viewer: Viewer, kind: EpisodeEventKind, *, on: date, now: datetime, once: str
) -> bool:
    """Something that happened to the service and is in nobody's episode; False when `once` was there."""
    mark = sha256(f"{kind.value}:{once}".encode()).digest()[:16]
    row = {
        "id": uuid4(),
        "service_id": viewer.service_id,
        "kind": kind.value,
        "at": at_london(on, MIDNIGHT),
        "on": on,
        "detail": "",
        "mark": mark,
        "never_happened": False,
        "recorded_at": now,
        "recorded_by": "system",  # who stands in the audit: here it would lead to the person
    }
    return bool(changed(db.session.execute(insert(EpisodeEvent).values(row).on_conflict_do_nothing())))


def take_back(
    viewer: Viewer, episode_id: UUID, kind: EpisodeEventKind, once: str, *, now: datetime
) -> None:
    """What `once` recorded never happened: said by a record of its own, nothing is changed."""
    found = episode(viewer, episode_id)
    mark = sha256(f"{kind.value}:{once}".encode()).digest()[:16]
    was = db.session.query(EpisodeEvent).filter_by(service_id=found.service_id, mark=mark).one_or_none()
    if was is None:
        return
    row = {
        "id": uuid4(),
        "service_id": was.service_id,
        "episode_id": was.episode_id,
        "kind": was.kind,
        "at": was.at,
        "on": was.on,
        "detail": was.detail,
        "amount": was.amount,
        "corrects_id": was.id,
        "never_happened": True,
        "recorded_at": now,
        "recorded_by": viewer.key,
    }
    if changed(db.session.execute(insert(EpisodeEvent).values(row).on_conflict_do_nothing())):
        record(viewer, f"took back {kind.value}", now=now, patient_id=found.patient_id, object=found.id)
