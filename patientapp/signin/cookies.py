"""The session cookie: a secret and when it was last used, signed (SEC-09, SEC-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from flask import Request
from itsdangerous import BadSignature, TimestampSigner
from werkzeug.wrappers import Response

from patientapp import clock
from patientapp.config import Settings
from patientapp.signin.rules import LATE_SAVE, PATIENT_LIFE, STAFF_LIFE
from patientapp.web.current import settings

RESIGN_AFTER = timedelta(seconds=60)


class Kind(StrEnum):
    """Whose cookie: a desk may hold both without mixing them."""

    PATIENT = "patient"
    STAFF = "staff"
    CARER = "carer"


_LIFE = {Kind.PATIENT: LATE_SAVE, Kind.STAFF: STAFF_LIFE, Kind.CARER: PATIENT_LIFE}


@dataclass(frozen=True)
class Credential:
    """What a cookie says, once its signature holds."""

    kind: Kind
    secret: str
    last_used: datetime


class _Signer(TimestampSigner):
    """Signs with the one clock of the app (TIME-01)."""

    def get_timestamp(self) -> int:
        """Seconds since the epoch."""
        return int(clock.now().timestamp())


def _signer(kind: Kind, of: Settings) -> _Signer:
    return _Signer(of.secret_key, salt=f"patientapp.session.{kind.value}")


def name(kind: Kind) -> str:
    """The cookie's name; __Host- where it is secure, so that no subdomain can set it."""
    return ("__Host-" if settings().cookies_secure else "") + kind.value


def read(request: Request, kind: Kind) -> Credential | None:
    """The credential of a request; None where there is none or its signature fails."""
    raw = request.cookies.get(name(kind))
    if not raw:
        return None
    try:
        secret, signed_at = _signer(kind, settings()).unsign(raw, return_timestamp=True)
    except BadSignature:
        return None
    return Credential(kind, secret.decode(), signed_at.astimezone(UTC))


def give(response: Response, secret: str, *, kind: Kind) -> None:
    """Set the cookie, used just now."""
    response.set_cookie(
        name(kind),
        _signer(kind, settings()).sign(secret).decode(),
        max_age=_LIFE[kind],
        secure=settings().cookies_secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def refresh(response: Response, credential: Credential, *, now: datetime) -> None:
    """Note that the session was used, at most once a minute."""
    if now - credential.last_used > RESIGN_AFTER and name(credential.kind) not in str(
        response.headers.getlist("Set-Cookie")
    ):
        give(response, credential.secret, kind=credential.kind)


def clear(response: Response, *, kind: Kind) -> None:
    """Take the cookie away."""
    response.delete_cookie(
        name(kind), path="/", secure=settings().cookies_secure, httponly=True, samesite="Lax"
    )
