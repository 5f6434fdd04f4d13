"""Reads of what people told us: their own, or all of a service for those who answer it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Role, Viewer
from patientapp.db import db
from patientapp.errors import NotFound
from patientapp.feedback.told_models import Told, ToldEvent, YouSaid
from patientapp.feedback.told_rules import (
    Outcome,
    Standing,
    ToldKind,
    ToldStep,
    acknowledge_by,
    due_on,
    reference,
)
from patientapp.patients.models import Patient
from patientapp.patients.queries import visible_ids
from patientapp.workdays import at_london, london_day

MOST_SHOWN = 200
MIDNIGHT = time(0, 0)


@dataclass(frozen=True, kw_only=True)
class One:
    """One thing that was told, and how far it is."""

    told: Told
    events: Sequence[ToldEvent]

    @property
    def standing(self) -> Standing:
        """How far it is and whose."""
        owners = [one.staff_id for one in self.events if one.staff_id is not None]
        return Standing(steps=[one.step for one in self.events], owner=owners[-1] if owners else None)

    @property
    def seq(self) -> int:
        """The newest step's number, for a stale page to be told."""
        return self.events[-1].seq

    @property
    def due_on(self) -> date | None:
        """By when the next step is owed."""
        return due_on(self.told.kind, self.standing, london_day(self.told.received_at))

    @property
    def reference(self) -> str:
        """What to say on the telephone."""
        return reference(self.told.id)

    def step(self, step: ToldStep) -> ToldEvent | None:
        """The event of this step, if it was taken."""
        return next((one for one in self.events if one.step == step), None)


def _visible(viewer: Viewer) -> sa.Select[Told]:
    """Who told it, or the administrators of its service; a clinician sees nothing (B50)."""
    asked = sa.select(Told).where(
        Told.service_id == viewer.service_id, Told.patient_id.in_(visible_ids(viewer))
    )
    if viewer.patient_id is not None:
        return asked.where(Told.told_by == viewer.key)
    return asked if Role.SERVICE_ADMIN in viewer.roles else asked.where(sa.false())


def _whole(rows: Collection[Told]) -> list[One]:
    events: defaultdict[UUID, list[ToldEvent]] = defaultdict(list)
    asked = sa.select(ToldEvent).where(ToldEvent.told_id.in_([row.id for row in rows]))
    for event in db.session.scalars(asked.order_by(ToldEvent.told_id, ToldEvent.seq)):
        events[event.told_id].append(event)
    return [One(told=row, events=events[row.id]) for row in rows]


def all_told(viewer: Viewer) -> list[One]:
    """Everything that this viewer may read, the newest first."""
    asked = _visible(viewer).order_by(Told.received_at.desc(), Told.id).limit(MOST_SHOWN)
    return _whole(db.session.scalars(asked).all())


def one_told(viewer: Viewer, told_id: UUID) -> One:
    """One of them; NotFound for a foreign id as for an unknown one (SEC-02)."""
    found = db.session.scalar(_visible(viewer).where(Told.id == told_id))
    if found is None:
        raise NotFound
    return _whole([found])[0]


def people(viewer: Viewer, ones: Collection[One]) -> dict[UUID, Patient]:
    """The patients behind them."""
    ids = {one.told.patient_id for one in ones}
    asked = sa.select(Patient).where(Patient.id.in_(ids), Patient.id.in_(visible_ids(viewer)))
    return {person.id: person for person in db.session.scalars(asked)}


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What was told in a time, for the yearly count (SI 2009/309 regulation 18; B59)."""

    kinds: Counter[str]
    themes: Counter[str]
    outcomes: Counter[str]
    acknowledged_in_time: int
    acknowledged: int


def counts(viewer: Viewer, *, first: date, last: date) -> Counts:
    """Everything of a service received from one London day to another, both inclusive."""
    asked = _visible(viewer).where(
        Told.received_at >= at_london(first, MIDNIGHT),
        Told.received_at < at_london(last + timedelta(days=1), MIDNIGHT),
    )
    ones = _whole(db.session.scalars(asked).all())
    complaints = [one for one in ones if one.told.kind is ToldKind.COMPLAINT]
    acknowledged = [(one, event) for one in complaints if (event := one.step(ToldStep.ACKNOWLEDGED))]
    answered = [event for one in ones if (event := one.step(ToldStep.ANSWERED))]
    found = [one.step(ToldStep.ANSWERED) for one in complaints]
    return Counts(
        kinds=Counter(one.told.kind for one in ones),
        themes=Counter(theme for event in answered for theme in event.themes),
        outcomes=Counter(event.outcome or Outcome.NOT_NEEDED for event in found if event),
        acknowledged=len(acknowledged),
        acknowledged_in_time=sum(_in_time(one.told.received_at, event.at) for one, event in acknowledged),
    )


def _in_time(received_at: datetime, at: datetime) -> bool:
    return london_day(at) <= acknowledge_by(london_day(received_at))


def system_you_said(service_id: UUID) -> Sequence[YouSaid]:
    """What a service has published and not taken back, the newest first: for everybody."""
    asked = sa.select(YouSaid).where(YouSaid.service_id == service_id, YouSaid.withdrawn_at.is_(None))
    return db.session.scalars(asked.order_by(YouSaid.published_on.desc(), YouSaid.id)).all()


def own_you_said(viewer: Viewer, you_said_id: UUID) -> YouSaid:
    """One of the viewer's own service; else NotFound."""
    asked = sa.select(YouSaid).where(YouSaid.service_id == viewer.service_id, YouSaid.id == you_said_id)
    found = db.session.scalar(asked)
    if found is None:
        raise NotFound
    return found
