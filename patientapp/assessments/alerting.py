"""A risk answer makes its alert, and the alert keeps the answer (P6, CLIN-02)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from patientapp.access.viewer import Viewer
from patientapp.assessments.queries import OwnTask
from patientapp.assessments.words import instrument_of
from patientapp.questionnaires.definition import Risk
from patientapp.worklist.actions import note_change, note_said, raise_item
from patientapp.worklist.rules import ItemKind, Said


def alert(
    viewer: Viewer,
    task: OwnTask,
    values: Mapping[str, int | None],
    *,
    given_at: datetime,
    kept: bool,
    now: datetime,
) -> tuple[Risk, ...]:
    """The risks in these answers: one alert for each of a task, in this transaction, however often
    told; with what was said, when, and whether it is in the record or was only heard."""
    assert viewer.patient_id is not None
    risks = instrument_of(task).risks(values)
    for risk in risks:
        item_id = raise_item(
            ItemKind.ALERT,
            service_id=viewer.service_id,
            patient_id=viewer.patient_id,
            reason=risk.code,
            source=_source(task, risk),
            now=now,
        )
        if (said := _said(risk, values, given_at=given_at, kept=kept)) is not None:
            note_said(item_id, said)
    return risks


def note_changes(
    viewer: Viewer, task: OwnTask, values: Mapping[str, int | None], *, given_at: datetime
) -> None:
    """Where the answer behind an alert was changed for a lesser one, staff see both."""
    assert viewer.patient_id is not None
    instrument = instrument_of(task)
    raised = {risk.item for risk in instrument.risks(values)}
    for risk in instrument.risk_rules:
        said = _said(risk, values, given_at=given_at, kept=True)
        if risk.item not in raised and said is not None:
            note_change(_source(task, risk), said, patient_id=viewer.patient_id)


def _source(task: OwnTask, risk: Risk) -> str:
    return f"{task.id}:{risk.item}"


def _said(risk: Risk, values: Mapping[str, int | None], *, given_at: datetime, kept: bool) -> Said | None:
    value = values.get(risk.item)
    return None if value is None else Said(question=risk.item, value=value, given_at=given_at, kept=kept)
