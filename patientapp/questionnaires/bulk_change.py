"""A file of answers of two occasions in, the same file with changes out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from patientapp.questionnaires.bulk import N_INVALID, find_columns, read_answers
from patientapp.questionnaires.bulk_read import BadTable, TableReader
from patientapp.questionnaires.bulk_write import (
    EXACT,
    Done,
    NumberCells,
    TableWriter,
    class_cells,
    free_name,
)
from patientapp.scoring import change
from patientapp.scoring.score import Scores, score_columns
from patientapp.scoring.values import DIMENSIONS

if TYPE_CHECKING:
    import numpy.typing as npt

    from patientapp.questionnaires.definition import ChangeColumn, Instrument
    from patientapp.scoring.scale import Scale

    Cells = list[bytes]

Maker = Callable[[Scores, Scores], list[bytes]]
"""Two occasions' scores in, one column of cells out."""
BASE, FOLLOW = "base_", "follow_"


def change_file(
    instrument: Instrument, source: BinaryIO, target: BinaryIO, told: Callable[[int], Any]
) -> Done:
    """Compare the two occasions of every row; BadTable says what is wrong with the table."""
    if not instrument.changes:
        why = instrument.no_change or "no rule for it is known"
        raise BadTable(f"no change is formed for {instrument.id}: {why}")
    table, plan = TableReader(source, told), instrument.plan
    before = find_columns(table.header, plan, BASE)
    after = find_columns(table.header, plan, FOLLOW)
    makers = {
        free_name(name, table.header): maker
        for column in instrument.changes
        for name, maker in makers_of(instrument, column).items()
    }
    counts = NumberCells()
    writer = TableWriter(target, table, [*makers, free_name(N_INVALID, table.header)])
    for block in table.blocks():
        base = score_columns(plan, read_answers(block, before))
        follow = score_columns(plan, read_answers(block, after))
        columns = [maker(base, follow) for maker in makers.values()]
        bad = counts.cells((base.n_invalid + follow.n_invalid).astype(np.float64))
        writer.rows(block, [*columns, bad])
    return writer.done()


def makers_of(instrument: Instrument, column: ChangeColumn) -> dict[str, Maker]:
    """What fills a column of the data file; value sets fill one column each, and never mix."""
    if column.kind == "paretian":
        return {column.column: _paretian}
    if column.kind == "value-sets":
        indexes = (scale for scale in instrument.scales if scale.value_set is not None)
        return {
            f"{column.column}_{scale.value_set.id}": partial(_difference, NumberCells(EXACT), scale)
            for scale in indexes
            if scale.value_set is not None
        }
    return {column.column: KINDS[column.kind](instrument.scale(column.scale))}


def _difference(cells: NumberCells, scale: Scale, base: Scores, follow: Scores) -> Cells:
    return cells.cells(follow[scale.code] - base[scale.code])


def _gain(scale: Scale, base: Scores, follow: Scores) -> npt.NDArray[np.float64]:
    assert scale.better is not None
    return np.asarray((follow[scale.code] - base[scale.code]) * scale.better.sign)


def _important(scale: Scale, base: Scores, follow: Scores) -> Cells:
    assert scale.important is not None
    size = change.important_size(scale.important, base[scale.code])
    codes = change.important_codes(_gain(scale, base, follow), size)
    return class_cells(codes, list(change.ImportantChange))


def _reliable(scale: Scale, base: Scores, follow: Scores) -> Cells:
    assert scale.reliability is not None
    codes = change.reliable_codes(_gain(scale, base, follow), scale.reliability.sdc95)
    return class_cells(codes, list(change.ReliableChange))


def _percent(cells: NumberCells, scale: Scale, base: Scores, follow: Scores) -> Cells:
    return cells.cells(change.reduction_percent(base[scale.code], follow[scale.code]))


def _category(scale: Scale, base: Scores, follow: Scores) -> Cells:
    codes = change.reduction_codes(base[scale.code], follow[scale.code])
    return class_cells(codes, list(change.Reduction))


def _paretian(base: Scores, follow: Scores) -> Cells:
    codes = change.paretian_codes(_levels(base), _levels(follow))
    return class_cells(codes, list(change.Paretian))


def _levels(scores: Scores) -> npt.NDArray[np.int64]:
    """People x dimensions out of the profiles; zeros where there is none."""
    profiles = np.nan_to_num(scores["profile"]).astype(np.int64)
    powers = 10 ** np.arange(len(DIMENSIONS) - 1, -1, -1)
    return np.asarray(profiles[:, None] // powers % 10)


KINDS: dict[str, Callable[[Scale], Maker]] = {
    "difference": lambda scale: partial(_difference, NumberCells(EXACT), scale),
    "important": lambda scale: partial(_important, scale),
    "reliable": lambda scale: partial(_reliable, scale),
    "reduction-percent": lambda scale: partial(_percent, NumberCells(EXACT), scale),
    "reduction-category": lambda scale: partial(_category, scale),
}
