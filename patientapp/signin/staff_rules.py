"""When a name is locked, and which code counts (SEC-10)."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

import pyotp

from patientapp.services.rules import email_key

TRIES = 5
LOCK = timedelta(minutes=15)
HALF_LIFE = timedelta(minutes=5)  # between the password and the code
STEP_SECONDS = 30
DRIFT_STEPS = (-1, 0, 1)


def who(email: str) -> bytes:
    """The name that was typed, as failures are counted: known and unknown names alike."""
    return hashlib.sha256(b"staff\n" + email_key(email).encode()).digest()


def locked_until(failures: Sequence[datetime], *, now: datetime) -> datetime | None:
    """When a locked name opens again: 15 minutes after the last of 5 failures that were as close.

    `failures` may be in any order; while a name is locked none is added.
    """
    latest = sorted(failures)[-TRIES:]
    if len(latest) < TRIES or latest[-1] - latest[0] > LOCK:
        return None
    opens = latest[-1] + LOCK
    return opens if now < opens else None


def code_form(typed: str) -> str:
    """The digits of a code, whatever script or spaces they were typed with."""
    plain = "".join(str(unicodedata.digit(char)) if char.isdecimal() else char for char in typed)
    return re.sub(r"[\s-]", "", plain)


def matching_step(secret: str, typed: str, *, now: datetime, after: int) -> int | None:
    """The time step that this code belongs to: now or one beside it, and never one used already."""
    code, here = code_form(typed), int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in (here + drift for drift in DRIFT_STEPS):
        expected = pyotp.TOTP(secret).at(step * STEP_SECONDS)
        if hmac.compare_digest(expected.encode(), code.encode()) and step > after:
            found = step
    return found
