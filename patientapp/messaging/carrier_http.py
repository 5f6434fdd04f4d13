"""HTTP to the carrier under our own limits (IO-05), knowing whether a byte was ever sent (SMS-03).

Only the configured address, certificate checked, no redirects, no proxies or passwords out of the
environment, no retries; three seconds to connect, ten in all. A connection that was idle for long
is not used again: the other side may just be closing it, and that would leave us not knowing.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from twilio.http import HttpClient
from twilio.http.response import Response as TwilioResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from patientapp.messaging.gateway import NotHandedOver, NotTried, always
from patientapp.messaging.rules import CALL_LIMIT

CONNECT, READ = 3.0, 7.0
IN_ALL = CALL_LIMIT.total_seconds()
IDLE = 10.0
_THREAD = threading.local()


@dataclass
class Call:
    """One call of this thread, as it goes."""

    ends: float
    may_begin: Callable[[], bool]
    began: bool = False  # a byte of the request has left
    retry_after: str = ""


@contextmanager
def call(may_begin: Callable[[], bool] = always) -> Iterator[Call]:
    """Bound what is called inside; the Call then says whether a byte was sent."""
    made = Call(ends=time.monotonic() + IN_ALL, may_begin=may_begin)
    _THREAD.call = made
    try:
        yield made
    finally:
        del _THREAD.call


class _Watched:
    """A connection that notes its first byte, and refuses to send it when it is too late."""

    sock: Any
    used_at = 0.0

    @property
    def is_connected(self) -> bool:
        """Fit to be used again."""
        fresh = time.monotonic() - self.used_at < IDLE
        return fresh and bool(super().is_connected)  # type: ignore[misc]

    def send(self, data: Any) -> None:
        """Connect first, so that nothing slow lies between the last look and the first byte.

        The body follows the head in a send of its own. One that slept in between breaks off there:
        half a request is no text, a whole one that comes late may be a second one (SMS-02).
        """
        if self.sock is None:
            self.connect()  # type: ignore[attr-defined]
        now: Call = _THREAD.call
        if not now.began and not now.may_begin():
            raise NotTried
        self.used_at = time.monotonic()
        if self.used_at >= now.ends:
            raise TimeoutError if now.began else NotTried
        now.began = True
        super().send(data)  # type: ignore[misc]

    def getresponse(self) -> Any:
        """The answer, cut off when the time for the whole call is over, however it drips in."""
        left = max(_THREAD.call.ends - time.monotonic(), 0.01)
        cut = threading.Timer(left, _shut, (self.sock,))
        cut.daemon = True
        cut.start()
        _THREAD.cut = cut
        return super().getresponse()  # type: ignore[misc]


def _shut(sock: Any) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is gone already


class _Plain(_Watched, HTTPConnection):
    pass


class _Secure(_Watched, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Pools of watched connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def send(self, request: PreparedRequest, *_args: Any, **_kwargs: Any) -> Response:
        """Whatever the caller says: our time limits, the certificate checked, no proxy."""
        try:
            return super().send(request, timeout=(CONNECT, READ), verify=True)
        finally:
            if cut := getattr(_THREAD, "cut", None):
                cut.cancel()
                del _THREAD.cut


class CarrierHttp(HttpClient):  # type: ignore[misc]
    """What the SDK calls through; it logs nothing, for numbers stand in addresses (OPS-01)."""

    def __init__(self, base_url: str, *, lanes: int) -> None:
        self._base = base_url.rstrip("/") + "/"
        self._session = Session()
        self._session.trust_env = False
        self._session.adapters.clear()
        self._session.mount(self._base, _Adapter(max_retries=0, pool_maxsize=lanes))

    def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,  # noqa: FBT001 - the SDK's own signature
    ) -> TwilioResponse:
        """One request to the configured address, and to no other."""
        if not url.startswith(self._base):
            raise NotHandedOver
        if method == "GET":  # each page of a list has its own time
            _THREAD.call.ends = time.monotonic() + IN_ALL
        answer = self._session.request(
            method,
            url,
            params=params,  # type: ignore[arg-type]
            data=data,
            headers=headers,
            auth=auth,
            allow_redirects=False,
        )
        _THREAD.call.retry_after = answer.headers.get("Retry-After", "")
        return TwilioResponse(answer.status_code, answer.text, answer.headers)
