"""PERF-6 and PERF-7: bulk scoring in memory beside a bare numpy look-up, files, and one person's pack.

By itself: python -m tests.bench.scoring [--rows 10000000].
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from patientapp.questionnaires.library import default_library
from patientapp.scoring.score import score
from tests.bench.table import Figure, lines
from tests.bench.tools import DRIVERS, ROOT

if TYPE_CHECKING:
    import numpy.typing as npt

    from patientapp.questionnaires.definition import Instrument

PEOPLE, ROWS, SOME = 1_000_000, 1_000_000, 200_000
ROUNDS = 7
MISSING_SHARE = 0.01
LIMIT = "1M EQ-5D-5L profiles: row-major, range check + NaN, blocks"
QUICKLY = "import limit_common, runpy; limit_common.wait_quiet = lambda *_: True; "
MEASURED = """
from patientapp.cli import root
try:
    root()
finally:
    import sys
    status = open("/proc/self/status").read()
    sys.stderr.write(next(line for line in status.splitlines() if line.startswith("VmHWM")))
"""
"""The command, and then its largest memory; what wait4 says begins with the memory of the parent."""
OTHERS = ("bpi_sf", "pseq", "start_back", "start_msk", "collaborate", "fft")


def of_bulk(*, rows: int = ROWS) -> Iterator[Figure]:
    """PERF-6 in memory and in files."""
    yield from _of_memory()
    yield from _of_files(rows)


def _of_memory() -> Iterator[Figure]:
    """Before and after the bare look-up in the same run, so that a busy minute hits both."""
    plan = default_library().get("eq5d5l").plan.only("index_uk_5l_2026")
    rng = np.random.default_rng(1)
    whole = rng.integers(1, 6, size=(PEOPLE, 5), dtype=np.int8)
    gappy = np.where(rng.random(whole.shape) < MISSING_SHARE, np.int8(-1), whole)
    kinds = {"": whole, ", 1% missing": gappy}
    rates: dict[str, list[float]] = {name: [] for name in kinds}
    limit = 0.0
    for turn in range(2):
        for name, answers in kinds.items():
            rates[name] += _rates(lambda answers=answers: score(plan, answers))  # type: ignore[misc]
        if turn == 0:
            limit = _limit()
    for name, found in rates.items():
        ours = statistics.median(found)
        yield Figure(
            id="PERF-6",
            what=f"EQ-5D index in memory{name}",
            database="",
            ours=f"{ours / 1e6:.1f} M rows/s",
            ceiling=f"{limit / 1e6:.1f} M" if limit else "not here",
            ratio=f"{ours / limit:.2f}" if limit else "",
            goal="15 M, 0.60",
            met=ours >= 15e6 and (not limit or ours >= 0.6 * limit),
        )
    for name in ("pseq", "bpi_sf"):
        yield _sums(name, rng)


def _sums(name: str, rng: np.random.Generator) -> Figure:
    plan = default_library().get(name).plan
    answers = rng.integers(-1, int(plan.high.max()) + 1, size=(PEOPLE, len(plan.codes)), dtype=np.int8)
    rate = statistics.median(_rates(lambda: score(plan, answers)))
    return Figure(
        id="PERF-6",
        what=f"all scales of {name} in memory, gaps",
        database="",
        ours=f"{rate / 1e6:.1f} M rows/s",
        goal="5 M",
        met=rate >= 5e6,
    )


def _rates(work: Callable[[], object]) -> list[float]:
    work()
    found = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        work()
        found.append(PEOPLE / (time.perf_counter() - began))
    return found


def _limit() -> float:
    """The median rate of the bare look-up with range checks; 0 where its script is not at hand."""
    if not (DRIVERS / "limit_numpy.py").is_file():
        return 0.0
    program = f"{QUICKLY}runpy.run_path('limit_numpy.py', run_name='__main__')"
    run = subprocess.Popen(
        [sys.executable, "-c", program], cwd=DRIVERS, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    for line in run.stdout:
        if line.startswith(LIMIT):
            run.kill()
            run.wait()
            found = re.search(r"([\d,]+) rows/s", line)
            return float(found[1].replace(",", "")) if found else 0.0
    return 0.0


def _of_files(rows: int) -> Iterator[Figure]:
    library = default_library()
    with tempfile.TemporaryDirectory(prefix="patientapp-bench-") as name:
        folder = Path(name)
        first = _file(library.get("eq5d5l"), rows, folder)
        yield _file_figure("eq5d5l", rows, first, least=300_000)
        for other in OTHERS:
            yield _file_figure(other, SOME, _file(library.get(other), SOME, folder), least=first[0] / 3)


def _file_figure(name: str, rows: int, found: tuple[float, float], *, least: float) -> Figure:
    rate, mib = found
    return Figure(
        id="PERF-6",
        what=f"score {name}, CSV of {rows:,} rows",
        database="",
        ours=f"{rate / 1e3:,.0f} k rows/s, {mib:.0f} MB",
        goal=f"{least / 1e3:,.0f} k, 200 MB",
        met=rate >= least and mib < 200,
    )


def _file(instrument: Instrument, rows: int, folder: Path) -> tuple[float, float]:
    """Rows a second of the command, start and all, and its largest memory in MB."""
    path, out = folder / "answers.csv", folder / "scores.csv"
    _write(path, instrument, rows)
    words = ["score", instrument.id, str(path), "-o", str(out)]
    began = time.perf_counter()
    run = subprocess.run(
        [sys.executable, "-c", MEASURED, *words], cwd=ROOT, check=True, stderr=subprocess.PIPE, text=True
    )
    spent = time.perf_counter() - began
    return rows / spent, int(run.stderr.split()[-2]) * 1024 / 1e6


def _write(path: Path, instrument: Instrument, rows: int) -> None:
    """Answers in range, one cell in a hundred empty, with a key and a name to pass through."""
    rng = np.random.default_rng(2)
    columns = [column for column in instrument.plan.columns if column.default is None]
    with path.open("w", encoding="ascii") as out:
        out.write(",".join(["key", "clinic", *(column.code for column in columns)]) + "\n")
        for start in range(0, rows, 50_000):
            size = min(50_000, rows - start)
            cells = [_cells(rng, column, size) for column in columns]
            keys = (f"p{start + i},clinic {i % 9}" for i in range(size))
            out.writelines(",".join(row) + "\n" for row in zip(keys, *cells, strict=True))


def _cells(rng: np.random.Generator, column: Any, size: int) -> list[str]:
    values: npt.NDArray[Any] = rng.integers(int(column.minimum), int(column.maximum) + 1, size=size)
    empty = rng.random(size) < MISSING_SHARE
    words = column.words
    return [
        "" if gap else (words[value] if words else str(value))
        for value, gap in zip(values.tolist(), empty.tolist(), strict=True)
    ]


if __name__ == "__main__":
    asked = int(sys.argv[sys.argv.index("--rows") + 1]) if "--rows" in sys.argv else ROWS
    print("\n".join(lines(list(of_bulk(rows=asked)))))
