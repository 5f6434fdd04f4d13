"""Rate limits shared by all workers, kept in the database (IO-08).

Only edges that could be hammered carry one; submitting answers has none, so it fails open, and the
date-of-birth and sign-in limits that protect records are counted by their own rooms and fail closed.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, request
from flask_limiter import Limiter
from limits.storage import Storage

from patientapp import clock
from patientapp.db import changed, db, insert, transaction
from patientapp.web.models import RateCounter


def _address() -> str:
    """Who knocks: the peer, or what a listed proxy says of it (ProxyFix has applied that)."""
    return request.remote_addr or "unknown"


class DatabaseStorage(Storage):
    """Counters as rows, one upsert a hit."""

    STORAGE_SCHEME = ["database"]

    def __init__(self, uri: str | None = None, *, wrap_exceptions: bool = False, **_: Any) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)

    @property
    def base_exceptions(self) -> type[Exception]:
        """What counts as the storage failing."""
        return Exception

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count a hit; the hits in this window so far."""
        now = clock.now()
        with transaction() as session:
            over = RateCounter.expires_at <= now
            row = {"key": key, "hits": amount, "expires_at": now + timedelta(seconds=expiry)}
            hit = insert(RateCounter).values(row)
            counted = hit.on_conflict_do_update(
                index_elements=["key"],
                set_={
                    "hits": sa.case((over, amount), else_=RateCounter.hits + amount),
                    "expires_at": sa.case((over, hit.excluded.expires_at), else_=RateCounter.expires_at),
                },
            ).returning(RateCounter.hits)
            return int(session.execute(counted).scalar_one())

    def get(self, key: str) -> int:
        """Hits in the current window."""
        row = db.session.get(RateCounter, key)
        return row.hits if row and row.expires_at > clock.now() else 0

    def get_expiry(self, key: str) -> float:
        """When the current window ends, in seconds since the epoch."""
        row = db.session.get(RateCounter, key)
        return row.expires_at.timestamp() if row else time.time()

    def check(self) -> bool:
        """Whether the database answers."""
        return db.session.execute(sa.select(1)).scalar() == 1

    def reset(self) -> int | None:
        """Forget all counters."""
        with transaction() as session:
            return changed(session.execute(sa.delete(RateCounter)))

    def clear(self, key: str) -> None:
        """Forget one counter."""
        with transaction() as session:
            session.execute(sa.delete(RateCounter).where(RateCounter.key == key))


def forget_old_counters(*, now: datetime) -> int:
    """Delete counters whose window is over; the number deleted."""
    old = sa.delete(RateCounter).where(RateCounter.expires_at <= now.astimezone(UTC))
    return changed(db.session.execute(old))


limiter = Limiter(_address, storage_uri="database://", headers_enabled=True)


def init_app(app: Flask) -> None:
    """Count only where a route says so."""
    app.config.update(RATELIMIT_HEADERS_ENABLED=True, RATELIMIT_SWALLOW_ERRORS=False)
    limiter.init_app(app)
