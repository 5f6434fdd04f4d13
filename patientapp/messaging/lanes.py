"""Several calls to the carrier at once, in threads that touch no database."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")
GATHER = 0.01  # seconds


class Lanes(Generic[T]):
    """So many calls side by side; a single lane calls in place, without a thread."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="carrier") if count > 1 else None

    def start(self, call: Callable[[], T]) -> Future[T]:
        """Begin a call; with one lane it has ended when this returns."""
        if self._pool is not None:
            return self._pool.submit(call)
        ended: Future[T] = Future()
        ended.set_result(call())
        return ended

    @staticmethod
    def ended(under_way: Collection[Future[T]], *, within: float | None) -> set[Future[T]]:
        """Those that have ended: the first one, and what follows it closely, as one commit serves all."""
        first = wait(under_way, timeout=within, return_when=FIRST_COMPLETED)
        if not first.done or not first.not_done:
            return set(first.done)
        return set(wait(under_way, timeout=GATHER).done)

    def __enter__(self) -> Lanes[T]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True)
