"""Every worked example of every instrument, found by itself (CLIN-05: never 0 for missing)."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from patientapp.questionnaires.library import Library, data_folder, score_one

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from patientapp.questionnaires.library import Scored

LIBRARY = Library.load(data_folder())


def examples() -> Iterator[object]:
    for path in sorted(data_folder().glob("*/v*/golden.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for line, row in enumerate(csv.DictReader(file), start=2):
                yield pytest.param(path, row, id=f"{path.parent.parent.name}-line{line}")


def told(score: Scored) -> str | float | None:
    if score.reason:
        return f"reason:{score.reason}"
    return score.value if score.text is None else score.text


def answers_of(row: dict[str, str]) -> dict[str, float | str | None]:
    found: dict[str, float | str | None] = {}
    for name, cell in row.items():
        if not name.startswith("expect_") and name != "source":
            plain = cell.replace(".", "", 1).isdigit()
            found[name] = (None if not cell else float(cell)) if plain or not cell else cell
    return found


@pytest.mark.parametrize(("path", "row"), list(examples()))
def test_worked_example(path: Path, row: dict[str, str]) -> None:
    instrument = LIBRARY.version(path.parent.parent.name, int(path.parent.name[1:]))
    scores = score_one(instrument, answers_of(row))
    expected = {k.removeprefix("expect_"): v for k, v in row.items() if k.startswith("expect_")}
    assert row["source"]
    assert set(expected) == {scale.code for scale in instrument.scales}
    due = {code: cell for code, cell in expected.items() if cell != "absent"}
    assert set(due) == set(scores), "every scale that is due stands in every example"
    for code, cell in due.items():
        found = told(scores[code])
        assert found == (float(cell) if isinstance(found, float) else cell), code
