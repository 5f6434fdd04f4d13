"""The carrier's adapter, on its own SDK. Only dispatchers import this: the SDK is large.

Creating a message has no idempotency key there, so what we cannot know we say so (SMS-03); its
list of messages and the call-backs to the address we give with each text are the evidence (SMS-04).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import structlog
from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from patientapp.messaging import carrier_codes
from patientapp.messaging.carrier_http import CarrierHttp, call
from patientapp.messaging.evidence_rules import Incoming, Listed
from patientapp.messaging.gateway import (
    Accepted,
    CannotAsk,
    NotHandedOver,
    OutcomeUnknown,
    Refused,
    always,
)
from patientapp.messaging.rules import MessageState

T = TypeVar("T")
log = structlog.get_logger(__name__)
OWN_ADDRESS = "https://api.twilio.com"
TO_ONE = 500  # the most texts to one number that we read; more, and we say that we cannot tell
TO_ALL = 20_000  # the most texts of an account since a backup
PAGE = 1000
OUT, IN = "outbound-api", "inbound"


class Twilio:
    """Sends texts, and asks what became of them; safe to use from several threads."""

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        sender: Mapping[str, str],
        status_url: Callable[[str], str],
        now_fn: Callable[[], datetime],
        base_url: str = "",
        lanes: int = 1,
    ) -> None:
        """`sender` is {"from_": number} or {"messaging_service_sid": id}."""
        base_url = (base_url or OWN_ADDRESS).rstrip("/")
        nothing = {"PATH": ""}  # what is in the environment must not choose another host
        client = Client(
            account_sid,
            auth_token,
            http_client=CarrierHttp(base_url, lanes=lanes),
            environment=nothing,
        )
        client.api.base_url = base_url
        self._messages = client.messages
        self._sender = dict(sender)
        self._status_url = status_url
        self._now = now_fn

    def send(
        self,
        to: str,
        body: str,
        *,
        attempt_key: str,
        may_begin: Callable[[], bool] = always,
    ) -> Accepted | Refused:
        """Hand over one text, once."""
        with call(may_begin) as now:
            try:
                made = self._messages.create(
                    to=to, body=body, status_callback=self._status_url(attempt_key), **self._sender
                )
            except NotHandedOver:
                raise
            except Exception as error:  # noqa: BLE001 - whatever failed, was a byte sent?
                status = getattr(error, "status", 0) if isinstance(error, TwilioException) else 0
                if carrier_codes.is_refusal(status):
                    return self._refused(status, getattr(error, "code", None), now.retry_after)
                raise (OutcomeUnknown if now.began else NotHandedOver)(type(error).__name__) from None
        if not made.sid:
            raise OutcomeUnknown
        return Accepted(carrier_id=made.sid)

    def texts_to(self, number: str, *, since: datetime) -> Sequence[Listed]:
        """Every text that we sent to this number since then.

        Not filtered by day: a text that the carrier has queued has no day of sending yet.
        """
        return self._since(since, most=TO_ONE, to=number)

    def texts_since(self, since: datetime) -> Sequence[Listed]:
        """Every text that we sent to anybody since then."""
        return self._since(since, most=TO_ALL, date_sent_after=_day_of(since))

    def texts_received(self, since: datetime) -> Sequence[Incoming]:
        """Every text to our number since then; to any of ours, where a service chooses among several."""
        number = self._sender.get("from_")
        which = {"to": number} if number else {}
        day = _day_of(since)
        found = self._read(_incoming, limit=TO_ALL, page_size=PAGE, date_sent_after=day, **which)
        if len(found) >= TO_ALL:
            raise CannotAsk("too many to tell")
        received = [one for one in found if one is not None and one.at >= since]
        return sorted(received, key=lambda one: one.at)

    def text(self, carrier_id: str) -> Listed | None:
        """One text, None when the carrier does not know it."""
        try:
            with call():
                return _listed(self._messages(carrier_id).fetch())
        except Exception as error:  # noqa: BLE001 - nothing follows from a failure
            if getattr(error, "status", 0) == 404:
                return None
            raise CannotAsk(type(error).__name__) from None

    def reach(self) -> None:
        """Raise CannotAsk unless the carrier answers and knows our credentials."""
        self._read(_listed, limit=1, page_size=1)

    def _since(self, since: datetime, *, most: int, **which: Any) -> Sequence[Listed]:
        found = self._read(_listed, limit=most, page_size=PAGE, **which)
        if len(found) >= most and min(one.at for one in found) > since:
            raise CannotAsk("too many to tell")
        return [one for one in found if one.at >= since and one.is_ours]

    def _read(self, shape: Callable[[Any], T], **which: Any) -> list[T]:
        try:
            with call():
                return [shape(one) for one in self._messages.list(**which)]
        except Exception as error:  # noqa: BLE001 - nothing follows from a failure
            raise CannotAsk(type(error).__name__) from None

    def _refused(self, status: int, code: Any, retry_after: str) -> Refused:
        number = code if isinstance(code, int) else None
        wait = _seconds(retry_after, now=self._now())
        answer = carrier_codes.refusal(status, number, retry_after=wait)
        if answer.for_all:
            log.error("the carrier refuses every text", status=status, code=number)
        return answer


def _listed(one: Any) -> Listed:
    status = str(getattr(one.status, "value", one.status))
    return Listed(
        carrier_id=one.sid,
        to_number=one.to or "",
        body=one.body or "",
        at=one.date_created.astimezone(UTC),
        state=carrier_codes.STATUSES.get(status, MessageState.ACCEPTED),
        reason=str(one.error_code or ""),
        is_ours=one.direction == OUT,
    )


def _incoming(one: Any) -> Incoming | None:
    """A text that somebody sent us; None for any other."""
    if one.direction != IN:
        return None
    return Incoming(
        carrier_id=one.sid,
        from_number=str(one.from_ or ""),
        to_number=one.to or "",
        body=one.body or "",
        at=one.date_created.astimezone(UTC),
    )


def _day_of(moment: datetime) -> datetime:
    """The carrier filters by UTC days."""
    return datetime.combine(moment.astimezone(UTC).date(), time(0), tzinfo=UTC)


def _seconds(retry_after: str, *, now: datetime) -> timedelta | None:
    """Retry-After: seconds, or a date; None where it says nothing that we understand."""
    if retry_after.isdecimal():
        return timedelta(seconds=min(int(retry_after), 86_400))
    try:
        return max(parsedate_to_datetime(retry_after) - now, timedelta(0))
    except (TypeError, ValueError):
        return None
