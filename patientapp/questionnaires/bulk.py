"""A file of answers in, the same file with scores out: one pass, blocks of rows, constant memory."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from patientapp.questionnaires.bulk_cells import CellReader
from patientapp.questionnaires.bulk_read import BadTable, TableReader
from patientapp.questionnaires.bulk_write import Done, NumberCells, TableWriter, cells_for, free_name
from patientapp.scoring.answers import MISSING
from patientapp.scoring.plan import BY_GROUP
from patientapp.scoring.score import score_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from patientapp.questionnaires.bulk_read import Block
    from patientapp.questionnaires.definition import Instrument
    from patientapp.scoring.plan import Plan
    from patientapp.scoring.scale import Column

N_INVALID = "n_invalid"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a plan's column stands in the file; None: nowhere, and it is not needed."""

    place: int | None
    reader: CellReader


def score_file(
    instrument: Instrument, source: BinaryIO, target: BinaryIO, told: Callable[[int], Any]
) -> Done:
    """Score every row of a table; BadTable says what is wrong with it."""
    table, plan = TableReader(source, told), instrument.plan
    sources = find_columns(table.header, plan)
    shown = [(i, cells_for(scale)) for i, scale in enumerate(plan.scales) if scale.exported]
    counts = NumberCells()
    names = [free_name(plan.scales[i].code, table.header) for i, _ in shown]
    writer = TableWriter(target, table, [*names, free_name(N_INVALID, table.header)])
    for block in table.blocks():
        scores = score_columns(plan, read_answers(block, sources))
        columns = [cells.cells(scores.values[i]) for i, cells in shown]
        writer.rows(block, [*columns, counts.cells(scores.n_invalid.astype(np.float64))])
    return writer.done()


def find_columns(header: Sequence[str], plan: Plan, prefix: str = "") -> list[Source]:
    """Where each of the plan's columns stands; BadTable names what is missing and the nearest."""
    wanted = {column.code: prefix + column.code for column in plan.columns}
    if doubled := [name for name in wanted.values() if header.count(name) > 1]:
        raise BadTable(f"the column {doubled[0]!r} stands there twice")
    places = {code: _place(header, name, code) for code, name in wanted.items()}
    needed = [c.code for c in plan.columns if places[c.code] is None and not _optional(c)]
    if needed:
        raise BadTable("; ".join(_missing(wanted[code], header) for code in needed))
    return [Source(places[column.code], CellReader(column)) for column in plan.columns]


def _place(header: Sequence[str], name: str, code: str) -> int | None:
    """A further input such as age may stand once for both occasions."""
    if name not in header and code in BY_GROUP:
        name = code
    return header.index(name) if name in header else None


def _optional(column: Column) -> bool:
    return column.default is not None or column.code in BY_GROUP


def _missing(name: str, header: Sequence[str]) -> str:
    folded = {cell.casefold(): cell for cell in header}
    near = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.5)
    nearest = f" (the nearest is {folded[near[0]]!r})" if near else ""
    return f"the column {name!r} is missing{nearest}"


def read_answers(block: Block, sources: Sequence[Source]) -> npt.NDArray[Any]:
    """The answers of a block, columns x people."""
    people = len(block.lines)
    nothing = np.full(people, MISSING, dtype=np.int16)
    columns = [
        nothing if source.place is None or not people else source.reader.read(block, source.place)
        for source in sources
    ]
    return np.array(columns)
