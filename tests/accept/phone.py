"""A phone on a bad line: it keeps its Idempotency-Key and asks again until a 2xx (REL-02, REL-03)."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from tests.accept.people import Ready

TRY_AGAIN = frozenset({409, 429, 503})
PATIENCE = 90.0  # seconds until a phone gives up, far more than any test needs
Thing = TypeVar("Thing")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


@dataclass
class Phone:
    """One connection, opened again when it is lost."""

    url: str
    timeout: float = 30.0
    tries: int = 0
    last: Answer | None = None
    _line: http.client.HTTPConnection | None = None

    def ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: Any = None
    ) -> Answer:
        """One try; OSError or HTTPException when the line is lost."""
        if self._line is None:
            parts = urlsplit(self.url)
            self._line = http.client.HTTPConnection(
                parts.hostname or "", parts.port, timeout=self.timeout
            )
        raw, kind = _encoded(body)
        self.tries += 1
        try:
            self._line.request(method, path, body=raw, headers={**(headers or {}), **kind})
            response = self._line.getresponse()
            said = Answer(response.status, dict(response.getheaders()), response.read())
        except (OSError, http.client.HTTPException):
            self.hang_up()
            raise
        self.last = said
        if said.headers.get("connection", "").lower() == "close":
            self.hang_up()
        return said

    def __enter__(self) -> Phone:
        return self

    def __exit__(self, *_error: object) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        """Close the line."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def ask_until_stored(
        self, method: str, path: str, *, headers: Mapping[str, str], body: Any
    ) -> Answer:
        """The same request with the same key, until it is answered for good."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                said = self.ask(method, path, headers=headers, body=body)
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)
                continue
            if said.status not in TRY_AGAIN:
                return said
            time.sleep(0.05)
        raise AssertionError(f"no answer in {PATIENCE} s; the last one: {self.last}")


def _encoded(body: Any) -> tuple[bytes | None, dict[str, str]]:
    if body is None:
        return None, {}
    if isinstance(body, bytes):
        return body, {"Content-Type": "application/x-www-form-urlencoded"}
    return json.dumps(body).encode(), {"Content-Type": "application/json"}


def at_once(
    url: str, things: Sequence[Thing], act: Callable[[Phone, Thing], Result], *, phones: int
) -> tuple[list[Result], list[Phone]]:
    """Do it with each thing, in order, by so many phones at the same time."""
    local = threading.local()
    made: list[Phone] = []

    def run(thing: Thing) -> Result:
        if not hasattr(local, "phone"):
            local.phone = Phone(url)
            made.append(local.phone)
        return act(local.phone, thing)

    with ThreadPoolExecutor(phones) as pool:
        results = list(pool.map(run, things))
    for phone in made:
        phone.hang_up()
    return results, made


def send_pack(phone: Phone, who: Ready, answers: Mapping[str, Mapping[str, int]]) -> Answer:
    """Send a whole pack until it is stored, with one key."""
    return phone.ask_until_stored(
        "POST",
        f"/api/v1/packs/{who.pack_id}/responses",
        headers=who.headers | {"Idempotency-Key": who.pack_id.hex},
        body={"responses": answers},
    )
