"""Measures and prints the table: python -m tests.bench [--quick] [--only sqlite|postgresql]."""

from __future__ import annotations

import platform
import sys
import time
import warnings
from collections.abc import Iterator

from tests.bench import figures, holding, planning, returns, scoring, sending
from tests.bench.rivals import rivals
from tests.bench.table import Figure, lines
from tests.bench.tools import database, why_not
from tests.databases import server


def main(arguments: list[str]) -> int:
    """Print every figure; 0 always: a figure that is not met is a fact, not a failed run."""
    warnings.simplefilter("ignore")
    print(f"{platform.node()}, {platform.machine()}, {time.strftime('%Y-%m-%d %H:%M')}")
    kinds = [kind for kind in ("sqlite", "postgresql") if "--only" not in arguments or kind in arguments]
    measured = [figures.of_scoring(), *scoring.of_bulk()]
    measured += [one for kind in kinds for one in planning.measured(kind)]
    measured += [one for kind in kinds for one in returns.measured(kind)]
    if "sqlite" in kinds:
        measured += holding.measured()
    with server():
        measured += [one for kind in kinds for one in sending.measured(kind)]
    reason = why_not()
    if reason:
        print(f"skipped: PERF-1, 2, 3, 4, 10: {reason}")
    else:
        for kind in kinds:
            measured += _of_server(kind, is_quick="--quick" in arguments)
    print("\n".join(lines(measured)))
    return 0


def _of_server(kind: str, *, is_quick: bool) -> Iterator[Figure]:
    seconds, reps = (3, 1) if is_quick else (figures.SECONDS, figures.REPS)
    with database(kind) as (made, folder, postmaster), rivals(made, folder, postmaster) as both:
        yield from figures.of_load(both, seconds=seconds, reps=reps)
        yield from figures.of_pages(both, seconds=seconds)
        yield from figures.of_memory(both, rounds=3, seconds=seconds)
        yield from figures.of_door(both, seconds=seconds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
