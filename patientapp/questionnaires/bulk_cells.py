"""Cells of a block as the numbers that scoring takes: an answer, not answered, or none."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from patientapp.questionnaires.bulk_read import unquoted
from patientapp.scoring.answers import INVALID, MISSING

if TYPE_CHECKING:
    import numpy.typing as npt

    from patientapp.questionnaires.bulk_read import Block
    from patientapp.scoring.scale import Column

WHOLE = re.compile(rb"0*([0-9]{1,4})(?:\.0*)?")
"""A whole number; 3.0 is one, as spreadsheets and data frames write it, and three is none."""
MEMORY = 50_000


class CellReader:
    """The cells of one column; odd ones are read once and remembered."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self.known: dict[bytes, float] = {}

    def read(self, block: Block, place: int) -> npt.NDArray[Any]:
        """One number for each record."""
        starts, sizes = block.starts[:, place], block.ends[:, place] - block.starts[:, place]
        if self.column.words or not self.column.whole:
            found = np.full(len(starts), np.nan if not self.column.whole else INVALID)
            return self._slowly(found, np.arange(len(starts)), block, place)
        first = block.data[starts] - np.uint8(ord("0"))
        found = np.where((sizes == 1) & (first < 10), first, np.int16(INVALID))
        found[sizes == 0] = MISSING
        longer = np.flatnonzero((sizes > 1) & (sizes < 4))
        if longer.size:
            found[longer] = _longer(block.data, starts[longer], sizes[longer])
        odd = np.flatnonzero(found == INVALID)
        return self._slowly(found, odd, block, place) if odd.size else found

    def _slowly(
        self, found: npt.NDArray[Any], rows: npt.NDArray[np.int64], block: Block, place: int
    ) -> npt.NDArray[Any]:
        """The same for cells that are no plain digits."""
        if len(self.known) > MEMORY:
            self.known.clear()
        starts = block.starts[rows, place].tolist()
        ends = block.ends[rows, place].tolist()
        found[rows] = [self._value(block.raw[a:b]) for a, b in zip(starts, ends, strict=True)]
        return found

    def _value(self, cell: bytes) -> float:
        if cell not in self.known:
            self.known[cell] = value_of(cell, self.column)
        return self.known[cell]


def _longer(data: npt.NDArray[np.uint8], starts: Any, sizes: Any) -> npt.NDArray[Any]:
    """Numbers of two or three digits."""
    zero = np.uint8(ord("0"))
    digits = [data[starts + i * (sizes > i)] - zero for i in range(3)]
    good = (digits[0] < 10) & (digits[1] < 10) & (digits[2] < 10)
    tens = digits[0].astype(np.int16) * 10 + digits[1]
    return np.where(good, np.where(sizes == 2, tens, tens * 10 + digits[2]), np.int16(INVALID))


def value_of(cell: bytes, column: Column) -> float:
    """What one cell says.

    >>> from patientapp.scoring.scale import Column
    >>> item = Column(code="q1", minimum=0, maximum=10)
    >>> [value_of(cell, item) for cell in (b" 3 ", b'"3"', b"3.0", b"", b"3.5", b"three", b"-1")]
    [3, 3, 3, -1, -2, -2, -2]
    """
    text = unquoted(cell).strip()
    if not text:
        return MISSING if column.whole else math.nan
    word = text.decode("utf-8", "replace").lower()
    if word in column.words:
        return column.words.index(word)
    if column.words:
        return INVALID
    if not column.whole:
        return _fraction(word)
    found = WHOLE.fullmatch(text)
    return int(found.group(1)) if found else INVALID


def _fraction(word: str) -> float:
    plain = re.fullmatch(r"[0-9]{1,9}(\.[0-9]*)?", word)
    return float(word) if plain else INVALID
