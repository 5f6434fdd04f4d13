"""One form, one answer: a form's own signed number, which counts once (OPS-07).

A second click must not count twice, and nobody's name may be kept to know that by. So each form that is
shown has a number of its own, drawn at random and signed; what is kept of a used one is its hash and the
day on which that is forgotten, in a table that is ordered by the hash.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, date, datetime, time, timedelta

from itsdangerous import BadSignature, Signer

from patientapp.db import changed, db, insert
from patientapp.web.models import RateCounter
from patientapp.workdays import london_day

GOOD_FOR = timedelta(days=2)
SALT = "patientapp.feedback.form"


def new_ticket(*, key: str, now: datetime) -> str:
    """The number of a form that is shown now."""
    said = f"{london_day(now):%Y%m%d}-{secrets.token_hex(16)}"
    return _signer(key).sign(said).decode()


def is_ours(ticket: str, *, key: str, now: datetime) -> bool:
    """Whether we gave this number out, today or lately."""
    try:
        said = _signer(key).unsign(ticket).decode()
        given_on = datetime.strptime(said[:8], "%Y%m%d").replace(tzinfo=UTC).date()
    except (BadSignature, ValueError):
        return False
    return given_on >= london_day(now) - GOOD_FOR


def use(ticket: str, *, now: datetime) -> bool:
    """Whether this number is used for the first time, on however many workers at once."""
    digest = hashlib.sha256(ticket.encode()).hexdigest()
    forgotten = datetime.combine(_after(london_day(now)), time(), UTC)
    first = insert(RateCounter).values(key=f"fft:{digest}", expires_at=forgotten, hits=1)
    return bool(changed(db.session.execute(first.on_conflict_do_nothing())))


def _after(day: date) -> date:
    """A day on which no number of this day is good any more."""
    return day + GOOD_FOR + timedelta(days=2)


def _signer(key: str) -> Signer:
    return Signer(key, salt=SALT, digest_method=hashlib.sha256)
