"""How the carrier's call-backs are read. PURE."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from patientapp.messaging.carrier_codes import STATUSES
from patientapp.messaging.rules import MessageState

_ATTEMPT = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-([0-9]{1,4})\Z")
_CARRIER_ID = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}\Z")
_CODE = re.compile(r"[0-9]{1,6}\Z")
LONGEST_TEXT = 4_000  # IO-06; the carrier joins up to 1,600
LONGEST_NUMBER = 64


@dataclass(frozen=True, kw_only=True)
class StatusCall:
    """One status report as it came."""

    carrier_id: str
    status: str
    state: MessageState | None  # None: a status that says nothing of a text of ours
    reason: str
    attempt: tuple[UUID, int] | None  # None: not an address that we gave


@dataclass(frozen=True, kw_only=True)
class InboundCall:
    """One text that somebody sent us."""

    carrier_id: str
    from_number: str
    to_number: str
    body: str
    opt_out: str


def read_status(form: Mapping[str, str], *, attempt_key: str) -> StatusCall | None:
    """A status report; None when it names no text of the carrier's."""
    carrier_id = form.get("MessageSid") or form.get("SmsSid") or ""
    if not _CARRIER_ID.match(carrier_id):
        return None
    status = (form.get("MessageStatus") or form.get("SmsStatus") or "").lower()[:32]
    code = form.get("ErrorCode") or ""
    return StatusCall(
        carrier_id=carrier_id,
        status=_printable(status),
        state=STATUSES.get(status),
        reason=code if _CODE.match(code) else "",
        attempt=read_attempt(attempt_key),
    )


def read_attempt(key: str) -> tuple[UUID, int] | None:
    """(text, attempt) of the key that we gave the carrier with an attempt."""
    found = _ATTEMPT.match(key)
    return (UUID(found[1]), int(found[2])) if found else None


def read_inbound(form: Mapping[str, str]) -> InboundCall | None:
    """A text to us; None when it has no id or no sender."""
    carrier_id = form.get("MessageSid") or form.get("SmsSid") or ""
    sender = _printable(form.get("From") or "")[:LONGEST_NUMBER]
    if not _CARRIER_ID.match(carrier_id) or not sender:
        return None
    return InboundCall(
        carrier_id=carrier_id,
        from_number=sender,
        to_number=_printable(form.get("To") or "")[:LONGEST_NUMBER],
        body=_printable(form.get("Body") or "")[:LONGEST_TEXT],
        opt_out=_printable(form.get("OptOutType") or "").upper()[:16],
    )


def _printable(given: str) -> str:
    """What every database can hold: no NUL, no half of a pair."""
    return given.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
