"""Verbs of a patient who would come back: fill in, take back; sending stands in `sending`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record
from patientapp.db import db, insert
from patientapp.errors import Forbidden
from patientapp.messaging.actions import withdraw
from patientapp.pifu import form_rules, queries
from patientapp.pifu.form_rules import Step
from patientapp.pifu.models import (
    PifuDraft,
    PifuWithdrawal,
)
from patientapp.pifu.rules import Signs, Stage
from patientapp.workdays import london_day
from patientapp.worklist.actions import raise_item
from patientapp.worklist.hearing import hear_words
from patientapp.worklist.rules import ItemKind

OPEN = frozenset({Stage.SENT, Stage.READ})


def save(viewer: Viewer, step: Step, given: Mapping[str, list[str]], *, now: datetime) -> PifuDraft:
    """Keep one page; a worrying sign or word makes its alert now, sent or not (CLIN-02, CLIN-03).

    The audit comes first, here and in `send`: its head row makes two phones wait in line.
    """
    owner = patient_of(viewer)
    record(viewer, f"filled in a request: {step.value}", now=now, patient_id=owner)
    kept = form_rules.taken(step, given)
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
    hear_signs(viewer, kept.get("signs"), now=now)
    for name in form_rules.WORDS.get(step, ()):
        hear_own_words(viewer, str(kept.get(name, "")), now=now)


def hear_signs(viewer: Viewer, said: object, *, now: datetime) -> None:
    """Yes and "not sure" make the alert now, whatever becomes of the request (CLIN-02)."""
    owner = patient_of(viewer)
    if said in {Signs.YES, Signs.NOT_SURE}:
        raise_item(
            ItemKind.ALERT,
            service_id=viewer.service_id,
            patient_id=owner,
            reason="pifu_signs" if said == Signs.YES else "pifu_signs_not_sure",
            source=f"{owner}:pifu-signs:{london_day(now).isoformat()}:{said}",
            now=now,
        )


def hear_own_words(viewer: Viewer, text: str, *, now: datetime) -> None:
    """What was written is heard as it is kept (CLIN-03)."""
    owner = patient_of(viewer)
    hear_words(
        text,
        service_id=viewer.service_id,
        patient_id=owner,
        source=f"{owner}:pifu-words:{london_day(now).isoformat()}",
        now=now,
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


def patient_of(viewer: Viewer) -> UUID:
    if viewer.patient_id is None:
        raise Forbidden
    return viewer.patient_id
