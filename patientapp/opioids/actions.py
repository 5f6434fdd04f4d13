"""Verbs on opioid doses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record
from patientapp.db import db
from patientapp.documents.actions import begin
from patientapp.episodes.actions import record_happening
from patientapp.episodes.queries import episode
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.errors import Conflict, Forbidden, Invalid
from patientapp.opioids.models import OpioidDose
from patientapp.opioids.rules import Line, Point, said, table, total
from patientapp.workdays import london_day

NOTICE = "gp_opioid_notice"


class OtherFigure(Conflict):
    """The figure you confirmed is not what the lines come to. Work it out again, then confirm it."""

    title = "That is not what the lines come to"


def confirm(
    viewer: Viewer,
    *,
    episode_id: UUID,
    point: Point,
    taken_on: date,
    lines: Sequence[Line],
    shown: Decimal,
    now: datetime,
) -> OpioidDose:
    """Keep the dose that a clinician was shown; at 100 mg or more the GP's notice begins (D42)."""
    of, by = episode(viewer, episode_id), table()
    if viewer.staff_id is None:
        raise Forbidden
    if taken_on > london_day(now):
        raise Invalid("That day is still to come.", fields={"taken_on": ["today or before"]})
    reckoned = total(lines, by)
    if reckoned.mg != shown:
        raise OtherFigure(OtherFigure.__doc__ or "")
    made = OpioidDose(
        service_id=of.service_id,
        patient_id=of.patient_id,
        episode_id=of.id,
        point=point,
        taken_on=taken_on,
        lines=[[line.opioid, str(line.mg), str(mg)] for line, mg in reckoned.lines],
        total_mg=str(reckoned.mg),
        table_version=by.version,
        confirmed_by=viewer.staff_id,
        confirmed_at=now,
    )
    db.session.add(made)
    db.session.flush()
    record_happening(
        viewer,
        episode_id=of.id,
        kind=EpisodeEventKind.OPIOID_DOSE,
        on=taken_on,
        detail=said(reckoned.mg),
        amount=float(reckoned.mg),
        once=str(made.id),
        now=now,
    )
    if reckoned.tells_gp(by):
        _begin_notice(viewer, made, reckoned.mg, now=now)
    record(viewer, "confirmed an opioid dose", now=now, patient_id=of.patient_id, object=made.id)
    return made


def _begin_notice(viewer: Viewer, dose: OpioidDose, mg: Decimal, *, now: datetime) -> None:
    words = f"{said(mg)} mg oral morphine equivalent in 24 hours on {dose.taken_on:%-d %B %Y}"
    begin(
        viewer,
        episode_id=dose.episode_id,
        kind=NOTICE,
        started_on=dose.taken_on,
        prefilled={"dose": f"{words} ({table().source}, version {dose.table_version})."},
        source=f"dose:{dose.id}",
        now=now,
    )


def recommended(viewer: Viewer, episode_id: UUID, *, on: date, now: datetime) -> bool:
    """An opioid was recommended to the prescriber (N30, K25c); one a day."""
    return record_happening(
        viewer,
        episode_id=episode_id,
        kind=EpisodeEventKind.OPIOID_RECOMMENDED,
        on=on,
        once=f"{episode_id}:{on.isoformat()}",
        now=now,
    )
