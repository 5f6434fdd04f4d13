"""Kill -9 of random workers while a test goes on, each time so much more is through."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random  # noqa: TID251 - seeded, and of a test

from tests.accept.live import Live


@contextmanager
def killer(
    running: Live, done: threading.Semaphore, *, every: int, times: int, dice: Random
) -> Iterator[list[int]]:
    """Kill a random worker each time `done` was released so many times more; the kills so far."""
    killed: list[int] = []

    def kill() -> None:
        for number in range(times):
            for _ in range(every):
                done.acquire()
            while not running.kill_worker(dice.randrange(1_000)):
                pass  # all workers were being replaced
            killed.append(number)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    yield killed
    thread.join(10)
