"""Secrets in single fields: AES-GCM under a key that is not in the database.

A stored value is one format byte, four bytes that name the key, the nonce, then the ciphertext.
What the value is (`table.column.id`) is authenticated with it, so a value moved to another row does
not open there.
"""

from __future__ import annotations

import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORMAT = b"\x01"
KEY_ID_LENGTH = 4
NONCE_LENGTH = 12


class SealError(Exception):
    """The value was sealed under another key, belongs elsewhere, or was changed."""


def seal(plain: bytes, *, key: str, about: str) -> bytes:
    """The stored form of a secret; `about` is `table.column.id`."""
    raw = _raw(key)
    nonce = os.urandom(NONCE_LENGTH)
    return FORMAT + _key_id(raw) + nonce + AESGCM(raw).encrypt(nonce, plain, about.encode())


def unseal(stored: bytes, *, key: str, about: str) -> bytes:
    """The secret; SealError unless key, place and bytes are the ones it was sealed with."""
    raw = _raw(key)
    front = FORMAT + _key_id(raw)
    if not stored.startswith(front):
        raise SealError("sealed under another key")
    rest = stored[len(front) :]
    try:
        return AESGCM(raw).decrypt(rest[:NONCE_LENGTH], rest[NONCE_LENGTH:], about.encode())
    except (InvalidTag, ValueError):
        raise SealError("changed, or of another row") from None


def _raw(key: str) -> bytes:
    return hashlib.sha256(b"patientapp field key\n" + key.encode()).digest()


def _key_id(raw: bytes) -> bytes:
    return hashlib.sha256(b"patientapp key id\n" + raw).digest()[:KEY_ID_LENGTH]
