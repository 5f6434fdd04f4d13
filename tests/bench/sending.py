"""P3, PERF-9, OPS-05: how fast texts leave, and whether a carrier that is down slows anybody.

By itself: python -m tests.bench.sending [--only sqlite|postgresql]. Speeds are figures of a machine at
a moment, so no test asserts them: what must hold anywhere, each text once, is in tests/accept.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa

from patientapp.db import db
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.rules import MessageState
from tests.accept.live import start, stop
from tests.accept.texting import (
    Post,
    answer_all,
    fill,
    post_office,
    start_dispatcher,
    start_instant,
    states,
    stop_all,
    wait_until,
)
from tests.bench.table import Figure, lines
from tests.carrier.server import Carrier
from tests.databases import server

LEAST = {"sqlite": 30, "postgresql": 150}  # texts a second with four dispatchers
TAKES = 0.05  # seconds that the carrier takes for each text
SECONDS = 3.0
PAIRS = 3


def measured(kind: str) -> Iterator[Figure]:
    """Every figure of sending on a database of this kind."""
    for figure in (_four_dispatchers, _lateness, _two_instead_of_one, _carrier_down):
        with (
            tempfile.TemporaryDirectory() as folder,
            Carrier(takes=TAKES, strict=False) as carrier,
            post_office(kind, Path(folder), carrier_url=carrier.url, dispatch_lanes=10) as post,
        ):
            carrier.ledger.now_fn = post.clock.now
            yield from figure(kind, post, carrier)


def _figure(what: str, kind: str, ours: str, goal: str, *, met: bool, of: str = "PERF-9") -> Figure:
    return Figure(id=of, what=what, database=kind, ours=ours, goal=goal, met=met)


def _four_dispatchers(kind: str, post: Post, carrier: Carrier) -> Iterator[Figure]:
    fill(post.app, 6_000, due_at=lambda _number: post.clock.now())
    _fresh_figures(post)
    running = [start_dispatcher(post) for _each in range(4)]
    try:
        wait_until(lambda: carrier.calls > 100, seconds=60)
        before, spent = carrier.calls, _processor(running)
        began = time.monotonic()
        time.sleep(SECONDS * 2)
        sent = carrier.calls - before
        rate = sent / (time.monotonic() - began)
        cost = (_processor(running) - spent) / max(sent, 1) * 1000
    finally:
        stop_all(running)
    ours = f"{rate:.0f}/s, {cost:.1f} ms CPU each"
    met = rate >= LEAST[kind] and not carrier.ledger.doubled()
    yield _figure("texts/s, 4 dispatchers, carrier 50 ms", kind, ours, f"{LEAST[kind]}/s", met=met)


def _lateness(kind: str, post: Post, _carrier: Carrier) -> Iterator[Figure]:
    load = LEAST[kind] / 10
    count = int(load * 20)
    began = post.clock.now() + timedelta(seconds=3)
    fill(post.app, count, due_at=lambda number: began + timedelta(seconds=number / load))
    running = [start_dispatcher(post, pause=2.5) for _each in range(2)]  # as often as the scheduler
    try:
        wait_until(lambda: states(post.app).get("due", 0) == 0, seconds=90)
        time.sleep(1)
    finally:
        stop_all(running)
    with post.app.app_context():
        rows = db.session.execute(sa.select(OutboxMessage.due_at, OutboxMessage.sent_at)).all()
        db.session.remove()
    late = sorted((sent - due).total_seconds() for due, sent in rows if sent is not None)
    ours = f"95% in {late[int(len(late) * 0.95)]:.1f} s, all in {late[-1]:.1f} s"
    met = len(late) == count and late[int(len(late) * 0.95)] <= 10 and late[-1] <= 60
    yield _figure("after the due time, a tenth of that", kind, ours, "95% in 10 s", met=met, of="P3")


def _two_instead_of_one(kind: str, post: Post, _carrier: Carrier) -> Iterator[Figure]:
    """One after two in turn, as pairs: on a shared machine only what ran side by side compares."""
    for takes, lanes, what in ((0.0, 32, "instant carrier"), (TAKES, 10, "carrier 50 ms")):
        rates: list[float] = []
        for processes in (1, 2) * PAIRS:
            _empty(post)
            fill(post.app, 9_000, due_at=lambda _number: post.clock.now())
            _fresh_figures(post)
            rates.append(_rate(post, processes, takes=takes, lanes=lanes))
        one, two = statistics.median(rates[0::2]), statistics.median(rates[1::2])
        ratio = statistics.median(b / a for a, b in zip(rates[0::2], rates[1::2], strict=True))
        ours = f"{one:.0f}/s, two {two:.0f}/s: {ratio:.2f}"
        goal = "500/s, 1.5" if takes == 0 else "1.5"
        met = ratio >= 1.5 and (takes > 0 or one >= 500)
        yield _figure(f"a process, {what}", kind, ours, goal, met=met)


def _rate(post: Post, processes: int, *, takes: float, lanes: int) -> float:
    def handed_over() -> int:
        return states(post.app).get("accepted", 0)

    before = handed_over()
    running = [start_instant(post, lanes=lanes, takes=takes) for _each in range(processes)]
    try:
        wait_until(lambda: handed_over() > before + 300, seconds=60)
        began, first = time.monotonic(), handed_over()
        time.sleep(SECONDS)
        last, ended = handed_over(), time.monotonic()
    finally:
        stop_all(running)
    return (last - first) / (ended - began)


def _carrier_down(kind: str, post: Post, carrier: Carrier) -> Iterator[Figure]:
    port = int(post.settings.public_url.rpartition(":")[2])
    web = start(post.settings, port=port, workers=2, log=post.folder / "server.log")
    fill(post.app, 4_000, due_at=lambda number: post.clock.now() + timedelta(seconds=number / 20))
    running = [start_dispatcher(post)]
    took: dict[bool, list[float]] = {True: [], False: []}
    try:
        for block in range(16):
            carrier.is_down = block % 2 == 1
            time.sleep(0.3)
            took[carrier.is_down].append(statistics.quantiles(answer_all(post, 25), n=20)[18])
    finally:
        stop_all(running)
        stop(web)
    up, down = (_calm(took[is_down]) for is_down in (False, True))
    ours = f"{up * 1000:.1f} ms up, {down * 1000:.1f} ms down"
    yield _figure("p95 of answering", kind, ours, "+10%", met=down < up * 1.1, of="OPS-05")


def _calm(blocks: Sequence[float]) -> float:
    """The mean of the half that other work on this machine disturbed least."""
    return statistics.mean(sorted(blocks)[: len(blocks) // 2])


def _processor(processes: Sequence[Any]) -> float:
    """Seconds of processor that these processes have used."""
    times = [psutil.Process(one.pid).cpu_times() for one in processes]
    return sum(one.user + one.system for one in times)


def _fresh_figures(post: Post) -> None:
    """What a database that has run for a while knows of its own tables."""
    with post.app.app_context(), db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(sa.text("ANALYZE"))


def _empty(post: Post) -> None:
    with post.app.app_context():
        waiting = OutboxMessage.state == MessageState.DUE
        done = {"state": MessageState.WITHDRAWN}
        db.session.execute(sa.update(OutboxMessage).where(waiting).values(done))
        db.session.commit()
        db.session.remove()


def main(arguments: Sequence[str]) -> int:
    """Print the figures of both databases."""
    kinds = [kind for kind in LEAST if "--only" not in arguments or kind in arguments]
    with server():
        for kind in kinds:
            print("\n".join(lines(list(measured(kind)))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
