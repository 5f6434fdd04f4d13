"""How long a token lives, and why one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

TOKEN_LIFE = timedelta(minutes=10)
MOST_SKEW = timedelta(minutes=5)  # clocks of two machines may be so far apart (TIME-04)
LONGEST_NAME = 100
TYPE = "at+jwt"  # RFC 9068: nothing else that we sign passes for an access token


class WhyNot(StrEnum):
    """Why a token whose signature is ours opens nothing."""

    AUDIENCE = "it is for another audience"
    ISSUER = "it was issued by another installation"
    EXPIRED = "it has expired: ask for a new one"
    EARLY = "it was issued in the future: a clock is more than 5 minutes wrong"
    LONG = "it was issued for longer than a token lives"
    SHAPE = "it lacks what a token must say"


def claims(*, client_id: str, scope: str, audience: str, token_id: str, now: datetime) -> dict[str, Any]:
    """What a new token says (RFC 9068)."""
    begun = int(now.timestamp())
    return {
        "iss": audience,
        "aud": audience,
        "sub": client_id,
        "client_id": client_id,
        "scope": scope,
        "iat": begun,
        "exp": begun + int(TOKEN_LIFE.total_seconds()),
        "jti": token_id,
    }


def why_not(said: Mapping[str, Any], *, audience: str, now: datetime) -> WhyNot | None:
    """Why this token is refused; None when it is good.

    A clock that is up to 5 minutes ahead of ours is borne with; an end that has passed by our clock
    is an end, so that no wrong clock lengthens a token's life.
    """
    texts, times = ("iss", "aud", "client_id", "scope", "jti"), ("iat", "exp")
    if not all(isinstance(said.get(name), str) for name in texts):
        return WhyNot.AUDIENCE if isinstance(said.get("aud"), list) else WhyNot.SHAPE
    if not all(type(said.get(name)) is int for name in times):
        return WhyNot.SHAPE
    if said["aud"] != audience:
        return WhyNot.AUDIENCE
    if said["iss"] != audience:
        return WhyNot.ISSUER
    return _why_not_now(said["iat"], said["exp"], now=now.astimezone(UTC).timestamp())


def _why_not_now(issued: int, ends: int, *, now: float) -> WhyNot | None:
    if ends <= now:
        return WhyNot.EXPIRED
    if issued > now + MOST_SKEW.total_seconds():
        return WhyNot.EARLY
    return WhyNot.LONG if ends - issued > TOKEN_LIFE.total_seconds() else None
