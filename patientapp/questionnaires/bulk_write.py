"""Scores as the cells of a CSV file, behind the rows as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import numpy as np

from patientapp.questionnaires.bulk_text import as_text, is_run, made_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from patientapp.questionnaires.bulk_read import Block, TableReader
    from patientapp.scoring.scale import Scale

MEMORY = 50_000
NO_SCORE = float("inf")
"""Stands for NaN in look-ups, because no NaN equals another."""
EXACT = 12
"""Decimals of a difference: what lies behind them is noise of binary fractions."""


class NumberCells(dict[float, bytes]):
    """The text of numbers, made once for each; an empty cell for no number."""

    def __init__(self, decimals: int | None = None) -> None:
        super().__init__()
        self.decimals = decimals

    def __missing__(self, value: float) -> bytes:
        if len(self) > MEMORY:
            self.clear()
        text = self[value] = self._text(value)
        return text

    def cells(self, values: npt.NDArray[np.float64]) -> list[bytes]:
        """One cell for each value."""
        known = np.where(np.isnan(values), NO_SCORE, values).tolist()
        return [self[value] for value in known]

    def _text(self, value: float) -> bytes:
        if value == NO_SCORE:
            return b""
        if self.decimals is not None:
            value = round(value, self.decimals)
        return b"%d" % int(value) if value == int(value) else repr(value).encode()


class ScaleCells(NumberCells):
    """The text of a textual scale: a profile, a risk group."""

    def __init__(self, scale: Scale) -> None:
        super().__init__()
        self.scale = scale

    def _text(self, value: float) -> bytes:
        return b"" if value == NO_SCORE else self.scale.text(value).encode()


def cells_for(scale: Scale) -> NumberCells:
    """How the scores of a scale are written."""
    return ScaleCells(scale) if scale.textual else NumberCells()


def class_cells(codes: npt.NDArray[Any], names: Sequence[str]) -> list[bytes]:
    """The names of classes; the code -1 picks the empty cell at the end."""
    known = [*(name.encode() for name in names), b""]
    return [known[code] for code in codes.tolist()]


def free_name(name: str, taken: Sequence[str]) -> str:
    """The column's name, behind `score_` where it would repeat one.

    >>> free_name("worst", ["id", "worst"])
    'score_worst'
    """
    while name in taken:
        name = f"score_{name}"
    return name


class Done(NamedTuple):
    """What was written: so many rows, in which so many cells were made text (IO-03)."""

    rows: int
    made_text: int


class TableWriter:
    """Writes a table as it came, with new columns behind it."""

    def __init__(self, target: BinaryIO, table: TableReader, names: Sequence[str]) -> None:
        self.target, self.table, self.made_text = target, table, 0
        cells = [as_text(cell) if is_run(cell) else cell for cell in table.header_cells]
        target.write(table.delimiter.join([*cells, *(name.encode() for name in names)]) + table.eol)

    def rows(self, block: Block, columns: Iterable[Sequence[bytes]]) -> None:
        """The rows as they came, with cells behind them."""
        if not block.lines:
            return
        self.made_text += made_text(block, self.table.delimiter)
        rows = map(self.table.delimiter.join, zip(block.lines, *columns, strict=True))
        self.target.write(self.table.eol.join(rows) + self.table.eol)

    def done(self) -> Done:
        """What was written."""
        return Done(self.table.records, self.made_text)
