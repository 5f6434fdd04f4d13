"""The loopback carrier itself: a threaded HTTP server."""

from __future__ import annotations

import base64
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from patientapp import clock
from tests.carrier.calling_back import CallingBack, Post, by_http
from tests.carrier.description import description
from tests.carrier.faults import LOST, CallBacks, Fault, Kind, Plan, all_well
from tests.carrier.ledger import Ledger

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "a-made-up-token-of-thirty-two-letters"
SENDER = "+447700900999"


class Carrier:
    """A carrier on a free loopback port; `violations` are breaches of the API's description."""

    def __init__(
        self,
        *,
        plan: Plan = all_well,
        call_backs: CallBacks = LOST,
        now_fn: Callable[[], datetime] | None = None,
        post: Post = by_http,
        takes: float = 0.0,
        strict: bool = True,
        port: int = 0,
    ) -> None:
        self.plan, self.takes, self.strict = plan, takes, strict
        self.ledger = Ledger(now_fn or (lambda: clock.now().astimezone(UTC)), ACCOUNT)
        self.calling_back = CallingBack(token=TOKEN, plan=call_backs, post=post)
        self.violations: list[str] = []
        self.calls = 0
        self.is_down = False
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.carrier = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def next_call(self) -> int:
        """The number of this call for a new text, from 0."""
        with self._lock:
            self.calls += 1
            return self.calls - 1

    def note(self, wrong: list[str], what: str) -> None:
        """Keep breaches of the description."""
        self.violations += [f"{what}: {one}" for one in wrong]

    def __enter__(self) -> Carrier:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self.calling_back.finish()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    carrier: Carrier

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is not worth a line."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    @property
    def carrier(self) -> Carrier:
        return self.server.carrier

    def log_message(self, *_args: object) -> None:
        """Nothing: the ledger is the record."""

    def do_POST(self) -> None:
        """A new text."""
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:  # half a request is no text
            self.close_connection = True
            return
        form = dict(parse_qsl(body.decode(), True))
        if not self._may_answer():
            return
        if urlsplit(self.path).path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
            self._refuse(404, 20404)
            return
        self._check("form", lambda known: known.wrong_form(form))
        self._take(form)

    def _take(self, form: Mapping[str, str]) -> None:
        carrier = self.carrier
        number = carrier.next_call()
        fault = carrier.plan(number, form)
        if fault is not None and not fault.takes_it:
            self._fail(fault)
            return
        planned = carrier.calling_back.plan
        text = carrier.ledger.take(form, final=planned.statuses[-1], error_code=planned.error_code)
        carrier.calling_back.about(text, number=number)
        time.sleep(carrier.takes)
        if fault is None or fault.kind is Kind.SLOW:
            time.sleep(fault.seconds if fault else 0)
            self._answer(201, text.as_json(status="queued"))
        else:
            self._fail(fault)

    def do_GET(self) -> None:
        """One text, or a list."""
        if not self._may_answer():
            return
        parts = urlsplit(self.path)
        root = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
        if parts.path == f"{root}.json":
            self._list(dict(parse_qsl(parts.query)))
            return
        sid = parts.path.removeprefix(f"{root}/").removesuffix(".json")
        text = self.carrier.ledger.texts.get(sid)
        if text is None:
            self._refuse(404, 20404)
        else:
            self._answer(200, text.as_json())

    def _list(self, query: Mapping[str, str]) -> None:
        self._check("query", lambda known: known.wrong_query(query))
        found = self.carrier.ledger.found(to=query.get("To", ""), since=query.get("DateSent>", ""))
        size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))
        rows = found[page * size : (page + 1) * size]
        rest = {k: v for k, v in query.items() if k != "Page"}
        here = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json?" + urlencode(rest)
        more = (page + 1) * size < len(found)
        self._answer(
            200,
            {
                "end": page * size + max(len(rows) - 1, 0),
                "first_page_uri": f"{here}&Page=0",
                "messages": [text.as_json() for text in rows],
                "next_page_uri": f"{here}&Page={page + 1}" if more else None,
                "page": page,
                "page_size": size,
                "previous_page_uri": None,
                "start": page * size,
                "uri": here,
            },
        )

    def _may_answer(self) -> bool:
        if self.carrier.is_down:
            self._reset()
            return False
        expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {expected}":
            self._refuse(401, 20003)
            return False
        return True

    def _check(self, what: str, look: Callable[[Any], list[str]]) -> None:
        if self.carrier.strict and (known := description()) is not None:
            self.carrier.note(look(known), what)

    def _fail(self, fault: Fault) -> None:
        match fault.kind:
            case Kind.BUSY:
                self._refuse(429, 20429, retry_after=fault.retry_after)
            case Kind.REFUSE:
                self._refuse(fault.status, fault.code, retry_after=fault.retry_after)
            case Kind.ERROR_BEFORE | Kind.ERROR_AFTER:
                self._refuse(500, 20500)
            case Kind.JUNK:
                self._send(201, b"<html>this is not what you expect")
            case Kind.MOVED:
                self._send(307, b"", Location=f"{self.carrier.url}/elsewhere")
            case Kind.DRIP:
                self._drip()
            case Kind.HANG:
                self.carrier.closing.wait(60)
                self._reset()
            case _:
                self._reset()

    def _drip(self) -> None:
        for letter in "HTTP/1.1 201 Created\r\nX-Long: " + "a" * 1000:
            if self.carrier.closing.wait(0.1):
                break
            self.wfile.write(letter.encode())

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def _refuse(self, status: int, code: int, *, retry_after: str = "") -> None:
        body = {"code": code, "message": "no", "more_info": "", "status": status}
        headers = {"Retry-After": retry_after} if retry_after else {}
        self._send(status, json.dumps(body).encode(), **headers)

    def _answer(self, status: int, body: Mapping[str, Any]) -> None:
        self._check("answer", lambda known: known.wrong_answer(body))
        self._send(status, json.dumps(body).encode())

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
