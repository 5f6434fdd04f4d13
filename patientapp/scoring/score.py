"""People x items in; values and reasons out. The only place where a score is made.

Inside, answers stand as columns x people, so that each numpy call runs along people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from patientapp.scoring.answers import INVALID, MISSING, accepted, tidy
from patientapp.scoring.methods import METHODS, Work
from patientapp.scoring.plan import Plan, prepare
from patientapp.scoring.scale import ABSENT, REASONS, Reason

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Answers = npt.NDArray[Any]

__all__ = ["INVALID", "METHODS", "MISSING", "Plan", "Scores", "prepare", "score"]

BLOCK = 4096
"""People at a time, at most: a block stays in the cache."""
ONE_THREAD = 200_000
"""Products in one block, at most: from 4 x 65,536 on, OpenBLAS spreads a sum over threads, which on a
busy machine wait for each other twenty times longer than the sum itself takes."""
CODE = {reason: np.uint8(REASONS.index(reason)) for reason in Reason}


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Scores of many people: `values` and `reasons` are scales x people, `n_invalid` per person."""

    plan: Plan
    values: Floats
    reasons: npt.NDArray[np.uint8]
    n_invalid: npt.NDArray[np.int64]

    def __getitem__(self, code: str) -> Any:
        """One scale's values, a float per person, NaN where there is no score."""
        return self.values[self.plan.place[code]]

    def why(self, code: str) -> list[Reason | None]:
        """One scale's reasons, None where there is a score or none is due."""
        return [REASONS[reason] for reason in self.reasons[self.plan.place[code]].tolist()]


def score(plan: Plan, answers: npt.ArrayLike) -> Scores:
    """Score people x columns (in the order of `plan.codes`): a value, or NaN with a reason.

    Whole numbers with MISSING for no answer, or floats with NaN. Anything else out of range, or not
    whole, is no answer either and counts in `n_invalid`; it is never clamped and never guessed.
    """
    matrix = np.asarray(answers)
    if matrix.ndim != 2 or matrix.shape[1] != len(plan.codes):
        raise ValueError(f"answers must be people x {len(plan.codes)} columns: {plan.codes}")
    return score_columns(plan, matrix.T)


def score_columns(plan: Plan, columns: Answers) -> Scores:
    """As `score`, of answers that already stand as columns x people."""
    people = columns.shape[1]
    out = Scores(
        plan=plan,
        values=np.empty((len(plan.scales), people)),
        reasons=np.zeros((len(plan.scales), people), dtype=np.uint8),
        n_invalid=np.zeros(people, dtype=np.int64),
    )
    size = people_at_once(plan)
    for start in range(0, people, size):
        _score_block(plan, tidy(plan, columns[:, start : start + size]), out, start)
    return out


def people_at_once(plan: Plan) -> int:
    """How many people make a block of this plan."""
    return max(1, min(BLOCK, ONE_THREAD // max(1, plan.weights.size)))


def _score_block(plan: Plan, block: Answers, out: Scores, start: int) -> None:
    """Score one block into `out` from column `start` on."""
    good = accepted(plan, block)
    here = slice(start, start + block.shape[1])
    values = out.values[:, here]
    complete = np.count_nonzero(good) == good.size
    given = block.astype(np.float64) if complete else np.where(good, block, 0.0)
    for row, points in plan.points:
        given[row] = points[given[row].astype(np.int64)]
    answered = plan.full if complete else plan.members @ good.astype(np.float64)
    totals = plan.weights @ given
    values[:] = totals
    work = Work(plan, totals, answered, given)
    for row, scale in plan.derived:
        values[row] = METHODS[scale.method](work, scale, row)
    for row in plan.partial if complete else ():
        values[row], out.reasons[row, here] = np.nan, ABSENT
    if not complete:
        _blank(plan, block, good, answered, out, here)


def _blank(plan: Plan, block: Answers, good: Answers, answered: Floats, out: Scores, here: slice) -> None:
    """Take away the values that the missing rules refuse, and say why."""
    bad = ~good & (block != MISSING)
    out.n_invalid[here] = bad[plan.counted].sum(axis=0)
    enough = answered >= plan.least
    spoiled = plan.members @ bad.astype(np.float64) > 0
    why = np.where(spoiled, CODE[Reason.OUT_OF_RANGE], CODE[Reason.INCOMPLETE])
    reasons = np.where(enough, np.uint8(0), why)
    reasons[answered > plan.most] = ABSENT
    for need in plan.needs:
        lacking = enough[need.scale] & ~good[need.columns].all(axis=0)
        reasons[need.scale, lacking] = CODE[need.reason]
    out.reasons[:, here] = reasons
    out.values[:, here][reasons > 0] = np.nan
