"""The worked examples of an instrument, run against its own data."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from patientapp.questionnaires.grade import Scored, score_one

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from patientapp.questionnaires.definition import Instrument

EXPECT = "expect_"
ABSENT = "absent"


def failures(instrument: Instrument, folder: Path) -> Iterator[str]:
    """One line for each score that differs from its worked example."""
    path = folder / instrument.key / "golden.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            scores = score_one(instrument, _answers(instrument, row))
            for name, wanted in row.items():
                code = name.removeprefix(EXPECT)
                if name.startswith(EXPECT) and not _agrees(scores.get(code), wanted):
                    yield f"{instrument.key}/golden.csv line {line}: {code} is not {wanted}"


def _answers(instrument: Instrument, row: dict[str, str]) -> dict[str, float | str | None]:
    """The cells of the scored columns; what is no number stands as it is."""
    return {code: _number(row.get(code, "")) for code in instrument.plan.codes}


def _number(cell: str) -> float | str | None:
    try:
        return float(cell) if cell else None
    except ValueError:
        return cell


def _agrees(found: Scored | None, wanted: str) -> bool:
    if found is None or wanted == ABSENT:
        return found is None and wanted == ABSENT
    if found.reason:
        return wanted == f"reason:{found.reason}"
    return found.text == wanted if found.text is not None else found.value == float(wanted)
