"""Cells that a spreadsheet would run are made text (IO-03); all others stay byte for byte.

The files of `score` and `change` are opened in spreadsheets, and their foreign columns come from
anywhere: `=cmd()` goes out as `'=cmd()`. What is a number, with its sign, is what it was.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from patientapp.questionnaires.bulk_read import QUOTE

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from patientapp.questionnaires.bulk_read import Block

WIDE = tuple(sign.encode() for sign in "＝＋－＠")
RUNS = (b"=", b"+", b"-", b"@", b"\t", b"\r", b"\n", *WIDE)
"""What a cell begins with that a spreadsheet may take for a formula."""
NUMBER = re.compile(rb"[+-][0-9 .,]*(?:[eE][+-]?[0-9]+)?\s*")
"""A sign and figures, a telephone number, a lone dash: nothing in it can be run."""
LOOKS = np.zeros(256, dtype=np.bool_)
LOOKS[[start[0] for start in RUNS]] = True


def made_text(block: Block, delimiter: bytes) -> int:
    """Rewrite the lines of a block that hold such cells; returns how many cells those were."""
    changed = 0
    for row, columns in _suspects(block).items():
        raw, starts, ends = block.raw, block.starts[row].tolist(), block.ends[row].tolist()
        cells = [raw[start:end] for start, end in zip(starts, ends, strict=True)]
        for column in columns:
            if is_run(cells[column]):
                cells[column] = as_text(cells[column])
                changed += 1
                block.lines[row] = delimiter.join(cells)
    return changed


def _suspects(block: Block) -> dict[int, list[int]]:
    """Columns by record of cells that begin with one of the signs, quotes looked through."""
    if not block.lines:
        return {}
    first = block.data[block.starts]
    quoted = first == QUOTE
    if quoted.any():
        first[quoted] = block.data[block.starts[quoted] + 1]
    found: dict[int, list[int]] = {}
    for row, column in zip(*_places(LOOKS[first] & (block.ends > block.starts)), strict=True):
        found.setdefault(row, []).append(column)
    return found


def _places(flags: npt.NDArray[np.bool_]) -> Iterator[list[int]]:
    return (where.tolist() for where in np.nonzero(flags))


def is_run(cell: bytes) -> bool:
    """Whether a spreadsheet might run this cell.

    >>> [is_run(cell) for cell in (b"=1", b'"@x"', b"-2+3", b"-1", b'"+44 113 496 0100"', b"-", b"a=1")]
    [True, True, True, False, False, False, False]
    """
    content = cell[1:-1] if cell.startswith(b'"') else cell
    return content.startswith(RUNS) and not NUMBER.fullmatch(content)


def as_text(cell: bytes) -> bytes:
    """The cell with the mark of a text before its content, quoted where its content needs it.

    >>> as_text(b"=A1"), as_text(b'"=A1,2"'), as_text(b'=LINK("x")')
    (b"'=A1", b'"\\'=A1,2"', b'"\\'=LINK(""x"")"')
    """
    if cell.startswith(b'"'):
        return b"\"'" + cell[1:]
    if b'"' in cell:
        return b"\"'" + cell.replace(b'"', b'""') + b'"'
    return b"'" + cell
