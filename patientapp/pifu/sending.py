"""Sending a request to come back: stored for good, or joined to the open one, in one commit (CLIN-08)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.assessments.actions import assign_packs
from patientapp.audit.actions import record
from patientapp.db import db
from patientapp.episodes.actions import record_happening
from patientapp.episodes.queries import system_episode
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.errors import Conflict
from patientapp.messaging.actions import enqueue
from patientapp.patients.models import Patient
from patientapp.patients.queries import patient
from patientapp.pifu import queries, rules
from patientapp.pifu.actions import OPEN, patient_of
from patientapp.pifu.models import PifuAgreement, PifuPress, PifuRequest
from patientapp.pifu.queries import Progress
from patientapp.pifu.rules import Window
from patientapp.workdays import london_day
from patientapp.worklist.actions import add_to, raise_item
from patientapp.worklist.rules import ItemKind

_LETTERS = "ACDEFHJKMNPRTVWX"  # none that is mistaken for another or for a digit


class OutsideTheWindow(Conflict):
    """The time agreed for coming back by yourself is over, or was never agreed. Call the service."""

    title = "You cannot ask to come back here now"


def send(viewer: Viewer, *, now: datetime) -> Progress:
    """The draft as a request, or joined to the one that is open; all of it in one commit (CLIN-08).

    A press with nothing filled in is the second of two: it is kept with the request that is open.
    """
    owner = patient_of(viewer)
    record(viewer, "asked to come back", now=now, patient_id=owner)
    draft = queries.draft(viewer)
    if draft is None:
        return _pressed_again(viewer, now=now)
    agreement = _agreement(owner, begun_at=draft.begun_at, now=now)
    db.session.delete(draft)
    return _press(viewer, agreement, dict(draft.answers), now=now)


def send_as_carer(viewer: Viewer, answers: Mapping[str, object], *, now: datetime) -> Progress:
    """What a carer asks for the patient: heard, stored or joined like the patient's own (SEC-11).

    It touches no draft: what the patient has begun to write is nobody else's.
    """
    owner = patient_of(viewer)
    record(viewer, "asked to come back", now=now, patient_id=owner)
    agreement = _agreement(owner, begun_at=now, now=now)
    return _press(viewer, agreement, answers, now=now)


def _press(
    viewer: Viewer, agreement: PifuAgreement, answers: Mapping[str, object], *, now: datetime
) -> Progress:
    owner = agreement.patient_id
    request = _join(owner, now=now) or _new(viewer, agreement, answers, now=now)
    db.session.add(PifuPress(request_id=request.id, answers=dict(answers), at=now))
    db.session.flush()
    _sooner(viewer, request, answers, now=now)
    return next(one for one in queries.progress_of(owner) if one.request.id == request.id)


class NothingToSend(Conflict):
    """Nothing is filled in. Begin your request again: it takes about 3 minutes."""

    title = "There is nothing to send yet"


def _pressed_again(viewer: Viewer, *, now: datetime) -> Progress:
    for one in queries.own_requests(viewer):
        if one.stage in OPEN:
            db.session.add(PifuPress(request_id=one.request.id, answers={}, at=now))
            db.session.flush()
            return one
    raise NothingToSend(NothingToSend.__doc__ or "")


def _agreement(owner: UUID, *, begun_at: datetime, now: datetime) -> PifuAgreement:
    found = queries.system_agreement_of(owner)
    terms = queries.terms_of(found)
    standing = rules.window(terms, today=london_day(now), begun_on=london_day(begun_at))
    if found is None or standing is not Window.OPEN:
        raise OutsideTheWindow(OutsideTheWindow.__doc__ or "")
    return found


def _join(owner: UUID, *, now: datetime) -> PifuRequest | None:
    """The open request, told of this press; None where there is none, or it was closed just now."""
    for one in queries.progress_of(owner):
        if one.stage in OPEN:
            return one.request if add_to(one.request.work_item_id, now=now) else None
    return None


def _new(
    viewer: Viewer, agreement: PifuAgreement, answers: Mapping[str, object], *, now: datetime
) -> PifuRequest:
    owner = agreement.patient_id
    number = _last_number(owner) + 1
    closes = queries.contract_of(agreement.service_id).closes
    read_by = rules.read_by(now, rules.working_days(answers), closes=closes)
    item = raise_item(
        ItemKind.TASK,
        service_id=agreement.service_id,
        patient_id=owner,
        reason="pifu_request",
        source=f"{owner}:pifu:{number}",
        now=now,
        due=rules.due_at(read_by, closes=closes),
    )
    made = PifuRequest(
        service_id=agreement.service_id,
        patient_id=owner,
        agreement_id=agreement.id,
        number=number,
        reference=reference(owner, number),
        work_item_id=item,
        read_by=read_by,
        sent_at=now,
    )
    db.session.add(made)
    db.session.flush()
    _receipt(made, patient(viewer, owner), now=now)
    _reopen(viewer, made, now=now)
    return made


def _reopen(viewer: Viewer, request: PifuRequest, *, now: datetime) -> None:
    """The request in the episode, and the questionnaires of re-entry where the contract has them."""
    episode_id, _discharged = queries.newest_episode(viewer, request.patient_id)
    if episode_id is None:
        return
    record_happening(
        viewer,
        episode_id=episode_id,
        kind=EpisodeEventKind.ASKED_TO_RETURN,
        on=london_day(now),
        now=now,
        once=str(request.id),
    )
    assign_packs(system_episode(episode_id), now=now)


def reference(patient_id: UUID, number: int) -> str:
    """Four letters to say on the telephone; they name the request to this person only."""
    left = (patient_id.int ^ (number * 0x9E3779B97F4A7C15)) & 0xFFFFFFFF
    return "".join(_LETTERS[(left >> shift) % len(_LETTERS)] for shift in (0, 8, 16, 24))


def _last_number(owner: UUID) -> int:
    asked = sa.select(sa.func.max(PifuRequest.number)).where(PifuRequest.patient_id == owner)
    return int(db.session.scalar(asked) or 0)


def _receipt(request: PifuRequest, person: Patient, *, now: datetime) -> None:
    if not (person.mobile and person.texts_ok):
        return  # the page is their receipt, and staff read the request all the same
    enqueue(
        key=f"{request.id}:got",
        service_id=request.service_id,
        patient_id=person.id,
        about=request.id,
        template="pifu-got",
        words={"ref": request.reference, "day": request.read_by.isoformat()},
        to_number=person.mobile,
        language=person.language,
        due_at=now,
        useful_until=rules.due_at(request.read_by),
        now=now,
    )


def _sooner(
    viewer: Viewer, request: PifuRequest, answers: Mapping[str, object], *, now: datetime
) -> None:
    """A press that is more pressing than the request it joined gets a nearer day of its own."""
    closes = queries.contract_of(request.service_id).closes
    day = rules.read_by(now, rules.working_days(answers), closes=closes)
    if day < request.read_by:
        raise_item(
            ItemKind.TASK,
            service_id=viewer.service_id,
            patient_id=request.patient_id,
            reason="pifu_sooner",
            source=f"{request.id}:sooner",
            now=now,
            due=rules.due_at(day, closes=closes),
        )
