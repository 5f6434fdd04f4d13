"""Verbs on what people tell us: told, taken, acknowledged, answered; and what we did about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record
from patientapp.db import changed, db, insert
from patientapp.episodes.actions import record_of_service
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.errors import Conflict, Forbidden, Invalid
from patientapp.feedback.told_models import Told, ToldEvent, YouSaid
from patientapp.feedback.told_queries import One, one_told, own_you_said
from patientapp.feedback.told_rules import (
    Outcome,
    Theme,
    ToldKind,
    ToldStep,
    answer_mistakes,
    may_step,
    told_mistakes,
)
from patientapp.messaging.actions import enqueue
from patientapp.messaging.rules import next_sending_time
from patientapp.patients.models import Patient
from patientapp.patients.queries import patient
from patientapp.workdays import london_day
from patientapp.worklist.hearing import hear_words

TEXT_USEFUL = timedelta(days=7)
_EVENTS = {  # as the return counts them (K23); a comment is no line of it
    (ToldKind.COMPLAINT, ToldStep.RECEIVED): EpisodeEventKind.COMPLAINT,
    (ToldKind.COMPLAINT, ToldStep.ACKNOWLEDGED): EpisodeEventKind.COMPLAINT_ACKNOWLEDGED,
    (ToldKind.COMPLAINT, ToldStep.ANSWERED): EpisodeEventKind.COMPLAINT_CLOSED,
    (ToldKind.COMPLIMENT, ToldStep.RECEIVED): EpisodeEventKind.COMPLIMENT,
}


class MovedMeanwhile(Conflict):
    """A colleague did something here while you were reading. Look again, then act."""

    title = "This changed while you were looking"


def tell(viewer: Viewer, kind: str, words: str, *, wanted: str = "", now: datetime) -> One:
    """Kept whole with its receipt, counted for the return, and heard, in one commit (B50, CLIN-03)."""
    if viewer.patient_id is None:
        raise Forbidden
    wrong = told_mistakes(kind, words, wanted)
    if wrong:
        raise Invalid("Check what you wrote.", fields={name: [code] for name, code in wrong.items()})
    person = patient(viewer, viewer.patient_id)
    record(viewer, "told us something", now=now, patient_id=person.id)
    made = Told(
        service_id=person.service_id,
        patient_id=person.id,
        kind=ToldKind(kind),
        words=words.strip(),
        wanted=wanted.strip(),
        told_by=viewer.key,
        received_at=now,
    )
    db.session.add(made)
    db.session.flush()
    _add(made, 1, ToldStep.RECEIVED, now=now)
    _count(viewer, made, ToldStep.RECEIVED, now=now)
    hear_words(
        f"{words}\n{wanted}",
        service_id=person.service_id,
        patient_id=person.id,
        source=f"{made.id}:told",
        now=now,
    )
    return one_told(viewer, made.id)


def take(viewer: Viewer, told_id: UUID, *, seen: int, now: datetime) -> None:
    """This person answers for it from now on."""
    _step(viewer, told_id, ToldStep.TAKEN, seen=seen, now=now)


def acknowledge(viewer: Viewer, told_id: UUID, words: str, *, seen: int, now: datetime) -> None:
    """Said to whoever told us: we have it, and what happens next."""
    _step(viewer, told_id, ToldStep.ACKNOWLEDGED, seen=seen, now=now, words=words)


def answer(
    viewer: Viewer,
    told_id: UUID,
    *,
    outcome: str,
    words: str,
    themes: Sequence[str],
    seen: int,
    now: datetime,
) -> None:
    """What came of it, in words, shown to whoever told us; Invalid names what is missing."""
    found = one_told(viewer, told_id)
    wrong = answer_mistakes(found.told.kind, outcome, words, themes)
    if wrong:
        raise Invalid("The answer is not whole.", fields={name: [code] for name, code in wrong.items()})
    _step(
        viewer,
        told_id,
        ToldStep.ANSWERED,
        seen=seen,
        now=now,
        words=words,
        outcome=Outcome(outcome),
        themes=sorted(set(themes)),
    )


def _step(
    viewer: Viewer, told_id: UUID, to: ToldStep, *, seen: int, now: datetime, **said: object
) -> None:
    found = one_told(viewer, told_id)
    if viewer.staff_id is None:
        raise Forbidden
    if seen != found.seq or not may_step(found.standing, to):
        raise MovedMeanwhile(MovedMeanwhile.__doc__ or "")
    _add(found.told, found.seq + 1, to, now=now, staff_id=viewer.staff_id, **said)
    _count(viewer, found.told, to, now=now)
    record(viewer, f"told: {to.value}", now=now, patient_id=found.told.patient_id, object=told_id)
    if to is not ToldStep.TAKEN:
        _text(found.told, to, patient(viewer, found.told.patient_id), now=now)


def _add(told: Told, seq: int, step: ToldStep, *, now: datetime, **said: object) -> None:
    row = {"told_id": told.id, "seq": seq, "step": step, "words": "", "themes": [], "at": now} | said
    if not changed(db.session.execute(insert(ToldEvent).values(row).on_conflict_do_nothing())):
        raise MovedMeanwhile(MovedMeanwhile.__doc__ or "")


def _count(viewer: Viewer, told: Told, step: ToldStep, *, now: datetime) -> None:
    """For the return, and of nobody's referral: no record of a person says that they complained."""
    kind = _EVENTS.get((told.kind, step))
    if kind is not None:
        record_of_service(viewer, kind, on=london_day(now), now=now, once=f"{told.id}:{step.value}")


def _text(told: Told, step: ToldStep, person: Patient, *, now: datetime) -> None:
    """A word to the patient that there is something to read, never what; the claim looks at wishes."""
    if not person.mobile or not person.texts_ok or told.told_by != f"patient:{person.id}":
        return
    leaves_at = next_sending_time(now)
    enqueue(
        key=f"{told.id}:{step.value}",
        service_id=told.service_id,
        patient_id=person.id,
        about=told.id,
        template="told-news",
        words={},
        to_number=person.mobile,
        language=person.language,
        due_at=leaves_at,
        useful_until=leaves_at + TEXT_USEFUL,
        now=now,
    )


def publish(viewer: Viewer, theme: Theme, *, said: str, did: str, now: datetime) -> YouSaid:
    """ "You said, we did": for everybody to read, with nobody's name in it."""
    if viewer.staff_id is None:
        raise Forbidden
    made = YouSaid(
        service_id=viewer.service_id,
        theme=theme,
        said=said.strip(),
        did=did.strip(),
        published_on=london_day(now),
        published_by=viewer.staff_id,
    )
    db.session.add(made)
    db.session.flush()
    record(viewer, "published for the service", now=now, object=made.id)
    return made


def take_back(viewer: Viewer, you_said_id: UUID, *, now: datetime) -> None:
    """No longer shown; who published it and when stays."""
    found = own_you_said(viewer, you_said_id)
    if viewer.staff_id is not None and found.withdrawn_at is None:
        found.withdrawn_at, found.withdrawn_by = now, viewer.staff_id
        record(viewer, "took back for the service", now=now, object=found.id)
