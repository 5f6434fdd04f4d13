"""Tokens as signed words: made, and read back, by a key that is made for nothing else."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from patientapp.clients.rules import TYPE

ALGORITHM = "HS256"


def signed(said: Mapping[str, Any], *, key: str) -> str:
    """A token that says this."""
    return str(jwt.encode({"alg": ALGORITHM, "typ": TYPE}, dict(said), _key(key)))


def read(token: str, *, key: str) -> Mapping[str, Any] | None:
    """What a token says; None for one that we did not sign as an access token."""
    try:
        found = jwt.decode(token, _key(key), algorithms=[ALGORITHM])
    except (JoseError, ValueError, TypeError):
        return None
    said = found.claims
    return said if found.header.get("typ") == TYPE and isinstance(said, dict) else None


def _key(secret: str) -> OctKey:
    """Its own key: a cookie's signature never passes for a token's."""
    return OctKey.import_key(hmac.digest(secret.encode(), b"machine access tokens", hashlib.sha256))
