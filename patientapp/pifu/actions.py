"""Verbs of coming back: agree, end, fill in, send, withdraw."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.assessments.actions import assign_packs
from patientapp.audit.actions import record
from patientapp.db import changed, db, insert
from patientapp.episodes.actions import record_happening
from patientapp.episodes.queries import system_episode
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.errors import Conflict, Forbidden, Invalid, NotFound
from patientapp.messaging.actions import enqueue, withdraw
from patientapp.patients.models import Patient
from patientapp.patients.queries import patient
from patientapp.pifu import queries, rules
from patientapp.pifu.models import (
    PifuAgreement,
    PifuDraft,
    PifuEnd,
    PifuPress,
    PifuRequest,
    PifuWithdrawal,
)
from patientapp.pifu.queries import Progress
from patientapp.pifu.rules import Move, Signs, Stage, Step, Window
from patientapp.workdays import london_day
from patientapp.worklist.actions import add_to, raise_item
from patientapp.worklist.hearing import hear_words
from patientapp.worklist.rules import ItemKind

OPEN = frozenset({Stage.SENT, Stage.READ})
_LETTERS = "ACDEFHJKMNPRTVWX"  # none that is mistaken for another or for a digit


class OutsideTheWindow(Conflict):
    """The time agreed for coming back by yourself is over, or was never agreed. Call the service."""

    title = "You cannot ask to come back here now"


def agree(
    viewer: Viewer,
    patient_id: UUID,
    *,
    starts_on: date,
    ends_on: date,
    triggers: str,
    others: str,
    check_in_months: int,
    now: datetime,
    move: Move | None = None,
) -> PifuAgreement:
    """A new agreement; an older one ends with it. Both names stand on it (practice.md 3.1).

    move: what it does to the newest episode, recorded there (K17b); none when nothing changes.
    """
    person = patient(viewer, patient_id)
    if viewer.staff_id is None:
        raise Forbidden
    episode_id, since = queries.newest_episode(viewer, person.id)
    contract = queries.contract_of(person.service_id)
    if rules.terms_mistakes(starts_on, ends_on, contract, since=since):
        raise Invalid("The days do not fit.", fields={"ends_on": ["Check the days."]})
    before = queries.system_agreement_of(person.id)
    if before is not None:
        _end(viewer, before, reason="replaced", now=now)
    made = PifuAgreement(
        service_id=person.service_id,
        patient_id=person.id,
        starts_on=starts_on,
        ends_on=ends_on,
        triggers=triggers,
        others=others,
        check_in_months=check_in_months,
        agreed_by=viewer.staff_id,
        agreed_at=now,
    )
    db.session.add(made)
    db.session.flush()
    record(viewer, "agreed about coming back", now=now, patient_id=person.id, object=made.id)
    if move is not None and episode_id is not None:
        record_happening(
            viewer,
            episode_id=episode_id,
            kind=EpisodeEventKind(move.value),
            on=london_day(now),
            now=now,
            once=str(made.id),
        )
    return made


def end_agreement(
    viewer: Viewer, patient_id: UUID, agreement_id: UUID, *, reason: str, now: datetime
) -> None:
    """A person decides that nobody comes back under this agreement any more (CLIN-08)."""
    person = patient(viewer, patient_id)
    found = queries.system_agreement(agreement_id)
    if found is None or found.patient_id != person.id:
        raise NotFound
    _end(viewer, found, reason=reason, now=now)


def _end(viewer: Viewer, agreement: PifuAgreement, *, reason: str, now: datetime) -> None:
    row = {"agreement_id": agreement.id, "reason": reason, "by": viewer.key, "at": now}
    if changed(db.session.execute(insert(PifuEnd).values(row).on_conflict_do_nothing())):
        withdraw(about=agreement.id, now=now)
        record(
            viewer,
            f"ended the agreement to come back: {reason}",
            now=now,
            patient_id=agreement.patient_id,
            object=agreement.id,
        )


def save(viewer: Viewer, step: Step, given: Mapping[str, list[str]], *, now: datetime) -> PifuDraft:
    """Keep one page; a worrying sign or word makes its alert now, sent or not (CLIN-02, CLIN-03).

    The audit comes first, here and in `send`: its head row makes two phones wait in line.
    """
    owner = _patient_of(viewer)
    record(viewer, f"filled in a request: {step.value}", now=now, patient_id=owner)
    kept = rules.taken(step, given)
    draft = db.session.get(PifuDraft, owner)
    if draft is None:
        begun = {"patient_id": owner, "answers": {}, "begun_at": now, "saved_at": now}
        db.session.execute(insert(PifuDraft).values(begun).on_conflict_do_nothing())
        draft = db.session.get_one(PifuDraft, owner)
    draft.answers = {**draft.answers, **kept}
    draft.saved_at = now
    db.session.flush()
    _hear(viewer, step, kept, now=now)
    return draft


def _hear(viewer: Viewer, step: Step, kept: Mapping[str, object], *, now: datetime) -> None:
    owner = _patient_of(viewer)
    if kept.get("signs") in {Signs.YES, Signs.NOT_SURE}:
        raise_item(
            ItemKind.ALERT,
            service_id=viewer.service_id,
            patient_id=owner,
            reason="pifu_signs" if kept["signs"] == Signs.YES else "pifu_signs_not_sure",
            source=f"{owner}:pifu-signs:{london_day(now).isoformat()}:{kept['signs']}",
            now=now,
        )
    for name in rules.WORDS.get(step, ()):
        hear_words(
            str(kept.get(name, "")),
            service_id=viewer.service_id,
            patient_id=owner,
            source=f"{owner}:pifu-words:{london_day(now).isoformat()}",
            now=now,
        )


def send(viewer: Viewer, *, now: datetime) -> Progress:
    """The draft as a request, or joined to the one that is open; all of it in one commit (CLIN-08).

    A press with nothing filled in is the second of two: it is kept with the request that is open.
    """
    owner = _patient_of(viewer)
    record(viewer, "asked to come back", now=now, patient_id=owner)
    draft = queries.draft(viewer)
    if draft is None:
        return _pressed_again(viewer, now=now)
    answers = dict(draft.answers)
    agreement = _agreement(owner, begun_at=draft.begun_at, now=now)
    request = _join(owner, now=now) or _new(viewer, agreement, answers, now=now)
    db.session.add(PifuPress(request_id=request.id, answers=answers, at=now))
    db.session.delete(draft)
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


def withdraw_request(viewer: Viewer, request_id: UUID, *, now: datetime) -> None:
    """The patient takes it back; whoever reads it sees so and still closes it (CLIN-12)."""
    found = queries.request_of(viewer, request_id)
    if found.stage not in OPEN:
        return
    row = {"request_id": request_id, "at": now}
    db.session.execute(insert(PifuWithdrawal).values(row).on_conflict_do_nothing())
    withdraw(about=request_id, now=now)
    record(
        viewer,
        "took back a request",
        now=now,
        patient_id=found.request.patient_id,
        object=request_id,
    )


def _patient_of(viewer: Viewer) -> UUID:
    if viewer.patient_id is None:
        raise Forbidden
    return viewer.patient_id
