"""The figures of issue 2, each measured beside its limit where it has one."""

from __future__ import annotations

import time
import timeit
from collections.abc import Iterator

from patientapp.questionnaires.library import default_library, score_one
from tests.accept.live import free_port, settings_of, start, stop
from tests.accept.people import SIX, make_ready, perfect_answers
from tests.bench.load import Result, submissions
from tests.bench.rivals import Rivals
from tests.bench.table import Figure
from tests.bench.tools import proportional_mib, sweep

SECONDS = 6
REPS = 3
CROWD = 256


def of_load(rivals: Rivals, *, seconds: int, reps: int) -> Iterator[Figure]:
    """PERF-1, 2 and 3: submissions of six instruments beside the ceiling's."""
    kind = rivals.database.kind
    submissions(rivals, concurrency=4, seconds=2, reps=1)  # warm
    at8 = submissions(rivals, concurrency=8, seconds=seconds, reps=reps)
    yield _rate(at8, kind)
    yield _cpu(at8, kind)
    at32 = submissions(rivals, concurrency=32, seconds=seconds, reps=reps)
    tail = at32.ours["p99"] / at32.ours["p50"]
    yield Figure(
        id="PERF-3",
        what="p99 / p50 at c=32, bad answers",
        database=kind,
        ours=f"{at32.ours['p99']:.0f} / {at32.ours['p50']:.0f} ms, {at32.ours['bad']:.0f} bad",
        ceiling=f"{at32.ceiling['p99']:.0f} / {at32.ceiling['p50']:.0f} ms",
        ratio=f"{tail:.1f}",
        goal="4, 0 bad",
        met=tail <= 4 and not at32.ours["bad"],
    )


def _rate(at8: Result, kind: str) -> Figure:
    return Figure(
        id="PERF-1",
        what="submissions/s at c=8",
        database=kind,
        ours=f"{at8.ours['rps']:.0f}/s",
        ceiling=f"{at8.ceiling['rps']:.0f}/s",
        ratio=f"{at8.ratio:.2f}",
        goal="0.35",
        met=at8.ratio >= 0.35,
    )


def _cpu(at8: Result, kind: str) -> Figure:
    return Figure(
        id="PERF-2",
        what="CPU a submission, all told",
        database=kind,
        ours=f"{at8.ours['cpu_ms']:.2f} ms",
        ceiling=f"{at8.ceiling['cpu_ms']:.2f} ms",
        ratio=f"{at8.ours['cpu_ms'] / at8.ceiling['cpu_ms']:.1f} (others took {at8.ours['foreign']:.0%})",
        goal="6 ms",
        met=at8.ours["cpu_ms"] <= 6,
    )


def of_pages(rivals: Rivals, *, seconds: int) -> Iterator[Figure]:
    """PERF-4: a question page beside the front page, which asks nothing of the database."""
    one = make_ready(rivals.app, 1, instruments=["pseq"])[0]
    headers = rivals.folder / "page-headers"
    headers.write_text(f"Cookie: {one.cookie}\n")
    url = f"{rivals.url}/tasks/{one.tasks['pseq']}/questions/1"
    own = rivals.pids[1]
    targets = [f"empty={rivals.url}/phone-locked,{own}", f"question={url},headers={headers},{own}"]
    sweep(targets, concurrency=4, seconds=2, out=rivals.folder / "page.json")
    empty, page = sweep(targets, concurrency=8, seconds=seconds, out=rivals.folder / "page.json")
    ratio = page["cpu_ms"] / empty["cpu_ms"]
    yield Figure(
        id="PERF-4",
        what="CPU of a question page; p99 at c=8",
        database=rivals.database.kind,
        ours=f"{page['cpu_ms']:.2f} ms; {page['p99']:.0f} ms",
        ceiling=f"{empty['cpu_ms']:.2f} ms (empty page)",
        ratio=f"{ratio:.1f}",
        goal="3; 50 ms",
        met=ratio <= 3 and page["p99"] <= 50 and not page["bad"],
    )


def of_door(rivals: Rivals, *, seconds: int) -> Iterator[Figure]:
    """REL-08: four times as many ask as may wait; who is served, and how soon the rest are refused."""
    one = make_ready(rivals.app, 1, instruments=["pseq"])[0]
    headers = rivals.folder / "door-headers"
    headers.write_text(f"Cookie: {one.cookie}\n")
    target = [
        f"page={rivals.url}/tasks/{one.tasks['pseq']}/questions/1,headers={headers},{rivals.pids[1]}"
    ]
    peak, crowd = (
        sweep(target, concurrency=many, seconds=seconds, out=rivals.folder / "door.json")[0]
        for many in (8, CROWD)
    )
    served = crowd["rps"] - (crowd["bad"] + crowd["errors"]) / seconds
    yield Figure(
        id="REL-08",
        what=f"pages/s at c={CROWD} of those at c=8; p50 there",
        database=rivals.database.kind,
        ours=f"{served:.0f} of {peak['rps']:.0f}/s; {crowd['p50']:.0f} ms",
        ratio=f"{served / peak['rps']:.2f}",
        goal="0.80; 100 ms",
        met=served >= 0.8 * peak["rps"] and crowd["p50"] <= 100,
    )


def of_scoring() -> Figure:
    """PERF-7: all six instruments of one person, in memory."""
    given = [(default_library().get(name), perfect_answers(name)) for name in SIX]

    def once() -> None:
        for instrument, answers in given:
            score_one(instrument, answers)

    once()
    best = min(timeit.repeat(once, number=200, repeat=7)) / 200 * 1e3
    return Figure(
        id="PERF-7",
        what="scoring six instruments of one person",
        database="-",
        ours=f"{best:.3f} ms",
        goal="0.1 ms",
        met=best <= 0.1,
    )


def of_memory(rivals: Rivals, *, rounds: int, seconds: int) -> Iterator[Figure]:
    """PERF-10: start to first answer; two workers' memory; its growth while people send."""
    kind = rivals.database.kind
    yield _start(rivals)
    sizes, sent = [], 0.0
    for _ in range(rounds):
        load = submissions(rivals, concurrency=8, seconds=seconds, reps=1)
        sizes.append(load.ours["pss"])
        sent += load.ours["rps"] * seconds
    workers = sizes[-1] - proportional_mib(rivals.pid)
    yield Figure(
        id="PERF-10",
        what="two workers; with their parent",
        database=kind,
        ours=f"{workers:.0f}; {sizes[-1]:.0f} MiB",
        ceiling=f"{load.ceiling['pss']:.0f} MiB with its parent",
        goal="120 MiB",
        met=workers <= 120,
    )
    after_first = sent * (rounds - 1) / rounds
    growth = (sizes[-1] / sizes[0] - 1) * 100
    yield Figure(
        id="PERF-10",
        what=f"growth over {after_first:,.0f} submissions (short of 100,000)",
        database=kind,
        ours=f"{growth:+.1f}%",
        goal="5%",
        met=growth <= 5,
    )


def _start(rivals: Rivals) -> Figure:
    took = []
    for _ in range(3):
        port = free_port()
        began = time.monotonic()
        settings = settings_of(rivals.database, rivals.folder, port)
        process = start(settings, port=port, workers=2, log=rivals.folder / "start.log")
        took.append(time.monotonic() - began)
        stop(process)
    best = min(took)
    return Figure(
        id="PERF-10",
        what="start to first answer, best of 3",
        database=rivals.database.kind,
        ours=f"{best:.2f} s",
        goal="1.5 s",
        met=best <= 1.5,
    )
