"""Which answers are answers: there, whole, and in range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from patientapp.scoring.plan import Plan

    Answers = npt.NDArray[Any]

MISSING = -1
"""An item that was not answered, in answers of whole numbers (NaN in answers of floats)."""
INVALID = -2
"""An answer that is none: out of range, a fraction, a word."""


def tidy(plan: Plan, block: Answers) -> Answers:
    """The block in whole numbers (or floats where a column may have them), defaults filled in."""
    block = np.ascontiguousarray(block)
    if block.dtype.kind == "f":
        whole = np.floor(block) == block
        whole[plan.fractional] = True
        block = np.where(np.isnan(block), MISSING, np.where(whole & (block >= 0), block, INVALID))
    elif block.dtype.kind == "u":
        block = block.astype(np.int64)
    for row, default in plan.defaults:
        block = block.copy()
        block[row] = np.where(block[row] == MISSING, default, block[row])
    return block


def accepted(plan: Plan, block: Answers) -> npt.NDArray[np.bool_]:
    """Which answers are answers: there, whole and in range."""
    low, high = plan.range_for(block.dtype)
    good: npt.NDArray[np.bool_] = (block >= low) & (block <= high)
    for row, allowed in plan.choices:
        good[row] &= np.logical_or.reduce([block[row] == value for value in allowed])
    if plan.limit is not None:
        good &= block <= np.where(good[plan.limit], block[plan.limit], high[plan.limit])
    return good
