"""Tokens: made from a link's id under a key that is not in the database (LINK-01, LINK-02)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from uuid import UUID

BITS = 130  # 26 letters and digits of 5 bits; LINK-01 asks for 128 or more
LETTERS = BITS // 5


def token_of(link_id: UUID, *, key: str) -> str:
    """26 lower-case letters and digits that only the holder of the key can make."""
    digest = hmac.digest(key.encode(), b"link:" + link_id.bytes, hashlib.sha256)
    return base64.b32encode(digest).decode().lower()[:LETTERS]


def token_hash(token: str) -> bytes:
    """What the database holds; 130 random bits need no salt."""
    return hashlib.sha256(token.encode()).digest()


def address_of(link_id: UUID, *, key: str, public_url: str) -> str:
    """The address for a text: always the configured one, never the request's (LINK-06)."""
    return f"{public_url.rstrip('/')}/q/{token_of(link_id, key=key)}"
