"""Signed call-backs about texts, as planned, from threads of their own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import requests
from twilio.request_validator import RequestValidator

from tests.carrier.faults import CallBacks
from tests.carrier.ledger import Taken

SIGNATURE = "X-Twilio-Signature"
Post = Callable[[str, Mapping[str, str], Mapping[str, str]], int]  # url, form, headers -> status


def by_http(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> int:
    """Over the network, as the carrier would."""
    return requests.post(url, data=form, headers=dict(headers), timeout=15).status_code


def report_of(text: Taken, status: str) -> dict[str, str]:
    """The form of one status report."""
    form = {
        "AccountSid": text.account_sid,
        "ApiVersion": "2010-04-01",
        "From": text.sender or "",
        "MessageSid": text.sid,
        "MessageStatus": status,
        "SmsSid": text.sid,
        "SmsStatus": status,
        "To": text.to,
    }
    if text.error_code and status in {"undelivered", "failed"}:
        form["ErrorCode"] = str(text.error_code)
    return form


class CallingBack:
    """Calls back about each text; `answers` are the HTTP statuses it got."""

    def __init__(self, *, token: str, plan: CallBacks, post: Post = by_http) -> None:
        self.plan, self.answers, self.slowest = plan, list[int](), 0.0
        self._sign = RequestValidator(token).compute_signature
        self._post = post
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="call-back")
        self._lock = threading.Lock()

    def about(self, text: Taken, *, number: int) -> None:
        """Call back about a text, once or as often as planned."""
        if not text.callback or not self.plan.times:
            return
        work = [(text.callback, report_of(text, status)) for status in self.plan.reports(number)]
        if self.plan.before_answer:
            self._send(work)
        else:
            self._pool.submit(self._send, work)

    def send(self, url: str, form: Mapping[str, str]) -> int:
        """One signed call, now."""
        began = time.monotonic()
        status = self._post(url, form, {SIGNATURE: self._sign(url, dict(form))})
        with self._lock:
            self.answers.append(status)
            self.slowest = max(self.slowest, time.monotonic() - began)
        return status

    def _send(self, work: list[tuple[str, dict[str, str]]]) -> None:
        if self.plan.after:
            time.sleep(self.plan.after)
        for url, form in work:
            try:
                self.send(url, form)
            except (requests.RequestException, OSError):
                with self._lock:
                    self.answers.append(0)  # as the carrier, it hardly tries again

    def finish(self) -> None:
        """Wait for those under way."""
        self._pool.shutdown(wait=True)
