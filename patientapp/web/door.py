"""Over capacity: a few are served at once, some wait their turn, the rest are refused at once (REL-08).

A queue without an end serves everybody too late. Here it has one, and what changes something (an
answer that is sent, a request to come back) goes before what only looks: it waits in front, and
takes the place of a look where no place is left. Probes never wait: they tell whether we live.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

Answer = Iterable[bytes]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Answer]

PAUSE = 0.05  # seconds before a refusal: half of what REL-08 allows; who asks again at once is slowed
RETRY_AFTER = "5"  # seconds
LOOKS = frozenset({"GET", "HEAD", "OPTIONS"})
PROBES = "/health/"
WORDS = "Too many people are using this at the moment. Wait a few seconds, then try again."
# Written out: making a page is work that there is no room for. Whoever was about to tell us that they
# are in danger reads here where help is (section 11).
PAGE = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>We could not do this yet</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>We could not do this yet</h1>
<p>{WORDS} To send what you typed, load this page again.</p>
<p><strong>In an emergency call <a href="tel:999">999</a>.</strong></p>
<p>For urgent help call <a href="tel:111">111</a>. For help with your mental health, choose option 2.</p>
<p>To talk to somebody at any time, call Samaritans on <a href="tel:116123">116 123</a>.</p>
</main></body></html>
"""


class Place:
    """One request that waits for its turn."""

    def __init__(self) -> None:
        self.called = threading.Event()
        self.is_let_in = False

    def call(self, *, is_let_in: bool) -> None:
        """Its turn, or its dismissal."""
        self.is_let_in = is_let_in
        self.called.set()


class Door:
    """The app behind a door: `at_once` are inside, at most `waiting` before it."""

    def __init__(
        self,
        app: Wsgi,
        *,
        at_once: int,
        waiting: int,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._app, self._free, self._waiting, self._pause = app, at_once, waiting, pause
        self._lock = threading.Lock()
        self._changes: deque[Place] = deque()
        self._looks: deque[Place] = deque()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Answer:
        """Serve, after a turn of waiting, or refuse."""
        if str(environ.get("PATH_INFO", "")).startswith(PROBES):
            return self._app(environ, start_response)
        if not self._enter(is_look=environ.get("REQUEST_METHOD") in LOOKS):
            return self._refuse(start_response, is_page="text/html" in environ.get("HTTP_ACCEPT", ""))
        is_whole = False

        def begin(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            nonlocal is_whole
            is_whole = any(name.lower() == "content-length" for name, _value in headers)
            return start_response(status, headers, *error)

        try:
            answer = self._app(environ, begin)
            return _made(answer) if is_whole else answer  # a stream goes on outside the door
        finally:
            self._leave()

    def _enter(self, *, is_look: bool) -> bool:
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            if len(self._changes) + len(self._looks) >= self._waiting:
                if is_look or not self._looks:
                    return False
                self._looks.pop().call(is_let_in=False)
            place = Place()
            (self._looks if is_look else self._changes).append(place)
        place.called.wait()
        return place.is_let_in

    def _leave(self) -> None:
        with self._lock:
            queue = self._changes or self._looks
            if queue:
                queue.popleft().call(is_let_in=True)
            else:
                self._free += 1

    def _refuse(self, start_response: Callable[..., Any], *, is_page: bool) -> Answer:
        self._pause(PAUSE)
        said = (PAGE if is_page else f"{WORDS}\n").encode()
        start_response(
            "503 Service Unavailable",
            [
                ("Content-Type", f"text/{'html' if is_page else 'plain'}; charset=utf-8"),
                ("Content-Length", str(len(said))),
                ("Content-Security-Policy", "default-src 'none'"),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
                ("Retry-After", RETRY_AFTER),
            ],
        )
        return [said]


def _made(answer: Answer) -> list[bytes]:
    """The whole answer at once: no place inside hangs on a phone that has gone away."""
    try:
        return [b"".join(answer)]
    finally:
        if close := getattr(answer, "close", None):
            close()
