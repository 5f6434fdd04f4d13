"""What staff do about coming back: agree it with the patient, and end it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record
from patientapp.db import changed, db, insert
from patientapp.episodes.actions import record_happening
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.errors import Forbidden, Invalid, NotFound
from patientapp.messaging.actions import withdraw
from patientapp.patients.queries import patient
from patientapp.pifu import queries, rules
from patientapp.pifu.models import PifuAgreement, PifuEnd
from patientapp.pifu.rules import Move
from patientapp.workdays import london_day


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
