"""A risk answer makes its alert, and the alert keeps the answer (P6, CLIN-02)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from patientapp.access.viewer import Viewer
from patientapp.assessments.queries import OwnTask
from patientapp.assessments.words import instrument_of
from patientapp.questionnaires.definition import Instrument, Risk
from patientapp.worklist.actions import note_change, note_said, raise_item
from patientapp.worklist.rules import ItemKind, Said


@dataclass(frozen=True, kw_only=True)
class Told:
    """Answers to one questionnaire, by whichever route they came."""

    source: UUID  # the task, or the first response where there is none: one alert for each question of it
    instrument: Instrument
    service_id: UUID
    patient_id: UUID
    given_at: datetime
    kept: bool = True  # in the record, or only heard


def alert(
    viewer: Viewer,
    task: OwnTask,
    values: Mapping[str, int | None],
    *,
    given_at: datetime,
    kept: bool,
    now: datetime,
) -> tuple[Risk, ...]:
    """The risks in a patient's own answers, each with its alert."""
    return raise_alerts(_told(viewer, task, given_at=given_at, kept=kept), values, now=now)


def _told(viewer: Viewer, task: OwnTask, *, given_at: datetime, kept: bool) -> Told:
    assert viewer.patient_id is not None
    return Told(
        source=task.id,
        instrument=instrument_of(task),
        service_id=viewer.service_id,
        patient_id=viewer.patient_id,
        given_at=given_at,
        kept=kept,
    )


def raise_alerts(told: Told, values: Mapping[str, int | None], *, now: datetime) -> tuple[Risk, ...]:
    """The risks in these answers: one alert for each of a source, in this transaction, however often
    told; with what was said, when, and whether it is in the record or was only heard."""
    risks = told.instrument.risks(values)
    for risk in risks:
        item_id = raise_item(
            ItemKind.ALERT,
            service_id=told.service_id,
            patient_id=told.patient_id,
            reason=risk.code,
            source=_source(told.source, risk),
            now=now,
        )
        if (said := _said(risk, values, given_at=told.given_at, kept=told.kept)) is not None:
            note_said(item_id, said)
    return risks


def note_changes(
    viewer: Viewer, task: OwnTask, values: Mapping[str, int | None], *, given_at: datetime
) -> None:
    """Where the answer behind an alert was changed for a lesser one, staff see both."""
    note_lesser(_told(viewer, task, given_at=given_at, kept=True), values)


def note_lesser(told: Told, values: Mapping[str, int | None]) -> None:
    """The same, of answers by any route."""
    raised = {risk.item for risk in told.instrument.risks(values)}
    for risk in told.instrument.risk_rules:
        said = _said(risk, values, given_at=told.given_at, kept=True)
        if risk.item not in raised and said is not None:
            note_change(_source(told.source, risk), said, patient_id=told.patient_id)


def _source(of: UUID, risk: Risk) -> str:
    return f"{of}:{risk.item}"


def _said(risk: Risk, values: Mapping[str, int | None], *, given_at: datetime, kept: bool) -> Said | None:
    value = values.get(risk.item)
    return None if value is None else Said(question=risk.item, value=value, given_at=given_at, kept=kept)
