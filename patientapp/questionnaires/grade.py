"""One person's answers, scored: the same plan as for a cohort, with a matrix of one row."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from patientapp.scoring.answers import INVALID, MISSING
from patientapp.scoring.scale import ABSENT, REASONS, Reason
from patientapp.scoring.score import score_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patientapp.questionnaires.definition import Instrument
    from patientapp.scoring.plan import Plan


class Scored(NamedTuple):
    """One score: exactly one of value, text and reason is set."""

    value: float | None
    text: str | None
    reason: Reason | None


def score_one(
    instrument: Instrument, answers: Mapping[str, int | float | str | None]
) -> dict[str, Scored]:
    """Every scale that is due on one person's answers, by code; what is absent was not answered."""
    plan = instrument.plan
    cells = [_cell(plan, i, answers.get(code)) for i, code in enumerate(plan.codes)]
    scores = score_columns(plan, np.array(cells)[:, None])
    values, reasons = scores.values.ravel().tolist(), scores.reasons.ravel().tolist()
    scored = {}
    for row, code in enumerate(plan.place):
        if (reason := reasons[row]) == ABSENT:
            continue
        if reason:
            scored[code] = Scored(None, None, REASONS[reason])
        elif plan.textual[row]:
            scored[code] = Scored(None, plan.scales[row].text(values[row]), None)
        else:
            scored[code] = Scored(values[row], None, None)
    return scored


def _cell(plan: Plan, place: int, answer: int | float | str | None) -> int | float:
    """An answer as a number of the matrix; -1 and other strays never pass for "not answered"."""
    if type(answer) is int:
        return answer if answer >= 0 else INVALID
    if answer is None:
        return float("nan") if plan.fractional.size else MISSING
    column = plan.columns[place]
    if isinstance(answer, str):
        return column.words.index(answer) if answer in column.words else INVALID
    if not isinstance(answer, float) or not answer >= 0:
        return INVALID
    if column.whole:
        return int(answer) if answer.is_integer() else INVALID
    return answer
