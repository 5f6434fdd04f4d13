"""Reads of agreements and requests, from behind the wall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.db import db
from patientapp.episodes.queries import episodes_of, system_days
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.errors import NotFound
from patientapp.patients.queries import visible_ids
from patientapp.pifu.models import (
    PifuAgreement,
    PifuDraft,
    PifuEnd,
    PifuPress,
    PifuRequest,
    PifuWithdrawal,
)
from patientapp.pifu.rules import CLOSES, WINDOW_MONTHS, Contract, Stage, Terms
from patientapp.services.profile import Route
from patientapp.services.queries import profile_of, system_service
from patientapp.worklist.models import WorkItemEvent
from patientapp.worklist.rules import ItemStep


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One request and how far it is."""

    request: PifuRequest
    stage: Stage
    dates: dict[Stage, datetime]  # when each stage was reached
    owner: UUID | None = None
    action: str = ""  # what was done, once it is answered


def own_agreement(viewer: Viewer) -> PifuAgreement | None:
    """The patient's own newest agreement that was not ended."""
    return system_agreement_of(viewer.patient_id) if viewer.patient_id else None


def system_agreement_of(patient_id: UUID) -> PifuAgreement | None:
    """The newest agreement of a person that nobody has ended."""
    return db.session.scalar(
        running().where(PifuAgreement.patient_id == patient_id).order_by(*NEWEST_FIRST).limit(1)
    )


def system_agreement(agreement_id: UUID) -> PifuAgreement | None:
    """One agreement that nobody has ended."""
    return db.session.scalar(running().where(PifuAgreement.id == agreement_id))


def system_running(*, after: UUID | None, limit: int, today: date) -> Sequence[PifuAgreement]:
    """Agreements whose window has begun and that nobody has ended, some at a time."""
    asked = running().where(PifuAgreement.starts_on <= today).order_by(PifuAgreement.id).limit(limit)
    if after is not None:
        asked = asked.where(PifuAgreement.id > after)
    return db.session.scalars(asked).all()


def terms_of(agreement: PifuAgreement | None) -> Terms | None:
    """What the rules ask of an agreement."""
    if agreement is None:
        return None
    return Terms(starts_on=agreement.starts_on, ends_on=agreement.ends_on)


def contract_of(service_id: UUID) -> Contract:
    """What the contract of this service says of coming back."""
    profile = profile_of(system_service(service_id))
    if profile is None:
        return Contract()
    support = profile.support
    return Contract(
        may_agree=support.route is not Route.REFERRER,
        months=support.months or WINDOW_MONTHS,
        is_limit=support.route is Route.WITHIN_WINDOW and support.months is not None,
        closes=profile.closes or CLOSES,
    )


def newest_episode(viewer: Viewer, patient_id: UUID) -> tuple[UUID | None, date | None]:
    """The newest episode of a patient, and the day it was discharged, if any."""
    for episode in episodes_of(viewer, patient_id):
        return episode.id, system_days(episode.id).get(EpisodeEventKind.DISCHARGED)
    return None, None


def is_with_us(viewer: Viewer) -> bool:
    """Whether this patient is in care now, so that no new referral is needed."""
    if viewer.patient_id is None:
        return False
    episode_id, discharged = newest_episode(viewer, viewer.patient_id)
    return episode_id is not None and discharged is None


def draft(viewer: Viewer) -> PifuDraft | None:
    """What this patient has filled in and not sent."""
    if viewer.patient_id is None:
        return None
    return db.session.get(PifuDraft, viewer.patient_id, populate_existing=True)


def own_requests(viewer: Viewer) -> list[Progress]:
    """The patient's own requests, newest first."""
    if viewer.patient_id is None:
        return []
    return progress_of(viewer.patient_id)


def progress_of(patient_id: UUID) -> list[Progress]:
    """Every request of a person, newest first; the caller stands behind the wall."""
    asked = requests().where(PifuRequest.patient_id == patient_id)
    return [progress(row) for row in db.session.execute(asked.order_by(PifuRequest.number.desc()))]


def request_of(viewer: Viewer, request_id: UUID) -> Progress:
    """One request of this viewer's patients; else NotFound."""
    asked = requests().where(
        PifuRequest.id == request_id, PifuRequest.patient_id.in_(visible_ids(viewer))
    )
    row = db.session.execute(asked).one_or_none()
    if row is None:
        raise NotFound
    return progress(row)


def presses_of(request_id: UUID) -> Sequence[PifuPress]:
    """What was said at each press, oldest first; the caller stands behind the wall."""
    asked = sa.select(PifuPress).where(PifuPress.request_id == request_id)
    return db.session.scalars(asked.order_by(PifuPress.at, PifuPress.id)).all()


def running() -> sa.Select[PifuAgreement]:
    """Agreements that nobody has ended; one whose last day is past waits for a decision."""
    ended = sa.exists().where(PifuEnd.agreement_id == PifuAgreement.id)
    return sa.select(PifuAgreement).where(~ended)


NEWEST_FIRST = (PifuAgreement.agreed_at.desc(), PifuAgreement.id.desc())
newest_event = WorkItemEvent.__table__.alias("newest_event")
_taken = WorkItemEvent.__table__.alias("taken_event")
_last = (
    sa.select(sa.func.max(WorkItemEvent.seq))
    .where(WorkItemEvent.item_id == PifuRequest.work_item_id)
    .correlate(PifuRequest)
    .scalar_subquery()
)
_read_at = (
    sa.select(sa.func.min(_taken.c.at))
    .where(_taken.c.item_id == PifuRequest.work_item_id, _taken.c.step == ItemStep.TAKEN)
    .correlate(PifuRequest)
    .scalar_subquery()
)


def requests() -> sa.Select[Any]:
    return (
        sa.select(
            PifuRequest,
            newest_event.c.step,
            newest_event.c.staff_id,
            newest_event.c.at,
            newest_event.c.action,
            PifuWithdrawal.at,
            _read_at,
        )
        .select_from(PifuRequest)
        .join(
            newest_event,
            sa.and_(newest_event.c.item_id == PifuRequest.work_item_id, newest_event.c.seq == _last),
        )
        .outerjoin(PifuWithdrawal, PifuWithdrawal.request_id == PifuRequest.id)
    )


def progress(row: sa.Row[Any]) -> Progress:
    request, step, owner, at, action, withdrawn_at, read_at = tuple(row)[:7]
    dates = {Stage.SENT: request.sent_at}
    if read_at is not None:
        dates[Stage.READ] = read_at
    if step is ItemStep.CLOSED:
        dates[Stage.ANSWERED] = at
    if withdrawn_at is not None:
        dates[Stage.WITHDRAWN] = withdrawn_at
    stage = Stage.WITHDRAWN if withdrawn_at is not None else list(dates)[-1]
    is_closed = step is ItemStep.CLOSED
    return Progress(
        request=request,
        stage=stage,
        dates=dates,
        owner=owner,
        action=action if is_closed else "",
    )
