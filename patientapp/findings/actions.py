"""Verbs on findings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record
from patientapp.db import db
from patientapp.episodes.actions import record_happening, take_back
from patientapp.episodes.queries import episode
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.errors import Conflict, Forbidden, Invalid
from patientapp.findings.models import Finding
from patientapp.findings.queries import finding
from patientapp.findings.rules import Follows, Form, Urgency, forms, mistakes
from patientapp.workdays import at_london, london_day, working_days_after
from patientapp.worklist.actions import raise_item
from patientapp.worklist.rules import ItemKind

DAY_ENDS = time(17)
KINDS = {Urgency.ALERT: ItemKind.ALERT, Urgency.TASK: ItemKind.TASK}


class TakenBack(Conflict):
    """This was taken back already. Its history says by whom."""

    title = "Already taken back"


def keep(
    viewer: Viewer,
    *,
    episode_id: UUID,
    form: Form,
    found_on: date,
    answers: Mapping[str, str],
    now: datetime,
) -> Finding:
    """Keep a form with what follows from it: events, tasks and alerts, in one transaction."""
    of = episode(viewer, episode_id)
    if viewer.staff_id is None:
        raise Forbidden
    given = {code: value.strip() for code, value in answers.items() if value.strip()}
    if wrong := mistakes(form, given):
        raise Invalid("This form cannot be kept so.", fields={code: [why] for code, why in wrong.items()})
    if not of.received_on <= found_on <= london_day(now):
        raise Invalid("Check the day.", fields={"found_on": ["from the referral to today"]})
    made = Finding(
        service_id=of.service_id,
        patient_id=of.patient_id,
        episode_id=of.id,
        form=form.id,
        form_version=form.version,
        found_on=found_on,
        answers=given,
        recorded_by=viewer.staff_id,
        recorded_at=now,
    )
    db.session.add(made)
    db.session.flush()
    for one in form.followed(given):
        _follow(viewer, made, one, now=now)
    record(viewer, f"kept {form.id}", now=now, patient_id=of.patient_id, object=made.id)
    return made


def _follow(viewer: Viewer, made: Finding, follows: Follows, *, now: datetime) -> None:
    if follows.event:
        record_happening(
            viewer,
            episode_id=made.episode_id,
            kind=EpisodeEventKind(follows.event),
            on=made.found_on,
            detail=made.answers.get(follows.detail_from, ""),
            once=f"finding:{made.id}",
            now=now,
        )
    if follows.urgency:
        day = working_days_after(london_day(now), follows.days)
        raise_item(
            KINDS[follows.urgency],
            service_id=made.service_id,
            patient_id=made.patient_id,
            reason=follows.reason,
            source=f"finding:{made.id}:{follows.reason}",
            due=at_london(day, DAY_ENDS) if follows.days else None,
            now=now,
        )


def undo(viewer: Viewer, finding_id: UUID, *, now: datetime) -> Finding:
    """This was never so, as a record of its own says; its events go, its alerts are closed by hand."""
    was = finding(viewer, finding_id)
    if viewer.staff_id is None:
        raise Forbidden
    if was.takes_back_id is not None:
        raise TakenBack(TakenBack.__doc__ or "")
    back = Finding(
        service_id=was.service_id,
        patient_id=was.patient_id,
        episode_id=was.episode_id,
        form=was.form,
        form_version=was.form_version,
        found_on=was.found_on,
        answers={},
        takes_back_id=was.id,
        recorded_by=viewer.staff_id,
        recorded_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(back)
    except IntegrityError:
        raise TakenBack(TakenBack.__doc__ or "") from None
    for one in forms()[was.form].followed(was.answers):
        if one.event:
            mark = f"finding:{was.id}"
            take_back(viewer, was.episode_id, EpisodeEventKind(one.event), mark, now=now)
    record(viewer, f"took back {was.form}", now=now, patient_id=was.patient_id, object=was.id)
    return back
