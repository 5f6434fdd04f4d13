"""What the carrier has taken: the truth that our own records are compared with."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any


@dataclass
class Taken:
    """One text in the ledger."""

    sid: str
    account_sid: str
    to: str
    body: str
    sender: str | None
    service: str | None
    callback: str
    at: datetime
    status: str = "queued"
    direction: str = "outbound-api"
    error_code: int | None = None
    is_sent: bool = True  # a text that still queues has no day of sending

    def as_json(self, *, status: str = "") -> dict[str, Any]:
        """As the API answers it."""
        stamp = format_datetime(self.at.astimezone(UTC)).replace("-0000", "+0000")
        uri = f"/2010-04-01/Accounts/{self.account_sid}/Messages/{self.sid}"
        return {
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": stamp,
            "date_sent": stamp if self.is_sent else None,
            "date_updated": stamp,
            "direction": self.direction,
            "error_code": self.error_code,
            "error_message": None,
            "from": self.sender,
            "messaging_service_sid": self.service,
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": None,
            "sid": self.sid,
            "status": status or self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.to,
            "uri": f"{uri}.json",
        }


@dataclass
class Ledger:
    """Every text taken, newest last; safe for threads."""

    now_fn: Callable[[], datetime]
    account_sid: str
    texts: dict[str, Taken] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, form: Mapping[str, str], *, final: str, error_code: int | None) -> Taken:
        """Put a text in."""
        with self._lock:
            sid = f"SM{len(self.texts) + 1:032x}"
            text = Taken(
                sid=sid,
                account_sid=self.account_sid,
                to=form["To"],
                body=form["Body"],
                sender=form.get("From"),
                service=form.get("MessagingServiceSid"),
                callback=form.get("StatusCallback", ""),
                at=self.now_fn().replace(microsecond=0),
                status=final,
                error_code=error_code,
            )
            self.texts[sid] = text
            return text

    def hear(self, sender: str, body: str, *, to: str, at: datetime | None = None) -> Taken:
        """A text that somebody sent to one of our numbers."""
        with self._lock:
            text = Taken(
                sid=f"SM{0xF00D0000 + len(self.texts):032x}",
                account_sid=self.account_sid,
                to=to,
                body=body,
                sender=sender,
                service=None,
                callback="",
                at=(at or self.now_fn()).replace(microsecond=0),
                status="received",
                direction="inbound",
            )
            self.texts[text.sid] = text
            return text

    def found(self, *, to: str, since: str) -> list[Taken]:
        """As the list has them: newest first, filtered."""
        with self._lock:
            newest = list(reversed(self.texts.values()))
        day = since[:10]
        return [
            text
            for text in newest
            if (not to or text.to == to)
            and (not day or (text.is_sent and text.at.date().isoformat() >= day))
        ]

    def doubled(self) -> list[tuple[str, str]]:
        """(number, words) of each text that is in here more than once."""
        counted = Counter(
            (text.to, text.body) for text in self.texts.values() if text.direction == "outbound-api"
        )
        return [text for text, times in counted.items() if times > 1]
