"""What an entry says and how entries hang together (OPS-01)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

START = bytes(32)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One act or look, without its place in the chain."""

    at: datetime
    actor: str
    action: str
    service_id: UUID | None = None
    object: str = ""
    result: str = "done"


def entry_hash(previous: bytes, chain: str, seq: int, entry: Entry) -> bytes:
    """SHA-256 over the previous hash and every fact of this entry."""
    facts = [
        chain,
        seq,
        entry.at.isoformat(),
        str(entry.service_id or ""),
        entry.actor,
        entry.action,
        entry.object,
        entry.result,
    ]
    return hashlib.sha256(previous + json.dumps(facts).encode()).digest()


def first_break(
    chain: str, entries: Iterable[tuple[int, Entry, bytes]], *, head: tuple[int, bytes]
) -> int | None:
    """The sequence number at which a chain stops being whole; None when it is whole."""
    previous, expected = START, 1
    for seq, entry, stored in entries:
        if seq != expected or entry_hash(previous, chain, seq, entry) != stored:
            return expected
        previous, expected = stored, expected + 1
    return None if (expected - 1, previous) == head else expected
