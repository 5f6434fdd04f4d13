"""REL-08: over capacity some wait, changes before looks, and the rest are refused at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from patientapp.web.door import PAUSE, Door

STOP = 20  # seconds: only a broken door waits so long
Ask = Callable[..., "Future[tuple[str, bytes]]"]


class Inside:
    """An app whose requests stay until they are let out; it notes who was served, in order."""

    def __init__(self) -> None:
        self.served: list[str] = []
        self.out = threading.Semaphore(0)
        self.came = threading.Semaphore(0)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        self.served.append(environ["PATH_INFO"])
        self.came.release()
        if environ["PATH_INFO"] == "/broken":
            raise RuntimeError("broken")
        assert environ["PATH_INFO"].startswith("/health/") or self.out.acquire(timeout=STOP)
        start_response("200 OK", [])
        return [b"done"]


@pytest.fixture
def inside() -> Inside:
    return Inside()


@pytest.fixture
def door(inside: Inside) -> Door:
    return Door(inside, at_once=1, waiting=2, pause=lambda seconds: None)


@pytest.fixture
def ask(door: Door, inside: Inside) -> Iterator[Ask]:
    """Ask in a thread; comes back once the request is inside, waiting or refused."""
    with ThreadPoolExecutor(10) as threads:

        def stand() -> tuple[int, int, int]:
            return len(door._changes), len(door._looks), len(inside.served)

        def asked(path: str, method: str = "GET") -> Future[tuple[str, bytes]]:
            before = stand()
            running = threads.submit(_asked, door, path, method)
            for _ in range(STOP * 1000):
                if running.done() or stand() != before:
                    break
                threading.Event().wait(0.001)
            return running

        yield asked


def _asked(door: Door, path: str, method: str, accept: str = "") -> tuple[str, bytes]:
    said: list[Any] = []
    asked = {"PATH_INFO": path, "REQUEST_METHOD": method, "HTTP_ACCEPT": accept}
    answer = door(asked, lambda *given: said.append(given))
    body = b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    status, headers = said[0]
    return status[:3] + dict(headers).get("Retry-After", ""), body


def test_rel_08_one_is_inside_two_wait_and_the_next_is_refused_at_once(inside: Inside, ask: Ask) -> None:
    first, second, third = ask("/1"), ask("/2"), ask("/3")
    status, words = ask("/4").result(STOP)
    assert (status, b"try again" in words) == ("5035", True)
    inside.out.release(3)
    assert [one.result(STOP)[0] for one in (first, second, third)] == ["200"] * 3
    assert inside.served == ["/1", "/2", "/3"], "in the order they came"
    inside.out.release()
    assert ask("/5").result(STOP)[0] == "200", "and there is room again"


def test_clin_02_who_is_refused_at_the_door_reads_where_help_is(
    inside: Inside, ask: Ask, door: Door
) -> None:
    """No room to make a page, and somebody may have been about to tell us that they are in danger."""
    running = [ask("/1"), ask("/2", "POST"), ask("/3", "POST")]
    status, page = _asked(door, "/4", "POST", "text/html,application/xhtml+xml")
    inside.out.release(3)
    assert [one.result(STOP)[0] for one in running] == ["200"] * 3
    assert status == "5035"
    for number in (b"tel:999", b"tel:111", b"tel:116123"):
        assert number in page
    assert b"<script" not in page


def test_rel_08_changes_go_before_looks_and_take_their_places(inside: Inside, ask: Ask) -> None:
    ask("/inside")
    early, late = ask("/look-1"), ask("/look-2")
    sent = ask("/send-1", "POST")
    assert late.result(STOP)[0] == "5035", "the last to look made room"
    sent_too = ask("/send-2", "PUT")
    assert early.result(STOP)[0] == "5035"
    assert ask("/send-3", "POST").result(STOP)[0] == "5035", "no place is left that is not a change's"
    inside.out.release(3)
    assert [sent.result(STOP)[0], sent_too.result(STOP)[0]] == ["200", "200"]
    assert inside.served == ["/inside", "/send-1", "/send-2"]


def test_rel_08_a_change_that_came_later_is_served_first(inside: Inside, ask: Ask) -> None:
    ask("/inside")
    look, sent = ask("/look"), ask("/send", "POST")
    inside.out.release(3)
    assert (look.result(STOP)[0], sent.result(STOP)[0]) == ("200", "200")
    assert inside.served == ["/inside", "/send", "/look"]


def test_rel_08_probes_never_wait(inside: Inside, ask: Ask) -> None:
    running = [ask("/1"), ask("/2", "POST"), ask("/3", "POST")]
    assert ask("/health/live").result(STOP)[0] == "200"
    inside.out.release(3)
    assert [one.result(STOP)[0] for one in running] == ["200"] * 3


def test_rel_08_a_request_that_fails_gives_its_place_back(inside: Inside, ask: Ask) -> None:
    with pytest.raises(RuntimeError):
        ask("/broken").result(STOP)
    inside.out.release()
    assert ask("/next").result(STOP)[0] == "200"


def test_rel_08_a_refusal_is_well_within_its_tenth_of_a_second() -> None:
    assert PAUSE <= 0.05


def test_rel_08_a_stream_goes_on_outside_and_an_answer_is_made_inside() -> None:
    """Nothing inside waits for a phone that reads slowly or has gone away."""
    closed: list[str] = []

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            return iter((b"a", b"b"))

        def close(self) -> None:
            closed.append("closed")

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Body:
        is_whole = environ["PATH_INFO"] == "/whole"
        start_response("200 OK", [("Content-Length", "2")] if is_whole else [])
        return Body()

    door = Door(app, at_once=1, waiting=0)  # type: ignore[arg-type]
    streams = [door({"PATH_INFO": "/stream"}, lambda *given: None) for _ in range(3)]
    assert [b"".join(one) for one in streams] == [b"ab"] * 3
    assert closed == [], "the server closes a stream"
    assert [door({"PATH_INFO": "/whole"}, lambda *given: None) for _ in range(3)] == [[b"ab"]] * 3
    assert closed == ["closed"] * 3
