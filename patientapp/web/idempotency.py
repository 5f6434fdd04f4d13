"""Changes that a phone may ask for again and again, and that happen once (REL-02).

`@once` opens the transaction, claims the key in it, runs the view, and keeps the answer beside the
change: all one commit. The same key and body get the first answer again; another body is refused.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, wraps
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import Response, make_response, request

from patientapp import clock
from patientapp.access.guard import viewer
from patientapp.db import changed, db, dialect, insert, run, table, transaction
from patientapp.errors import BadRequest, Invalid
from patientapp.web.models import IdempotencyKey

HEADER = "Idempotency-Key"
FIELD = "idempotency_key"
KEPT = timedelta(days=30)
_FORM = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")

View = TypeVar("View", bound=Callable[..., Any])


class KeyUsedForAnotherBody(Invalid):
    """This idempotency key was used for a different request. Make a new key for each new act."""

    title = "That key was used for something else"


class _Refused(Exception):
    """Carries an unsuccessful answer out of the transaction, so that nothing is kept of it."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def once(view: View) -> View:
    """The view's change happens once per key; use inside `@requires`, where the viewer is known."""

    @wraps(view)
    def idempotent(*args: Any, **kwargs: Any) -> Response:
        key = _key()
        digest = _request_hash()
        try:
            with transaction():
                first = _claim(viewer().key, key, digest=digest, now=clock.now())
                return first or _run(view, args, kwargs, key=key)
        except _Refused as refused:
            return refused.response

    return idempotent  # type: ignore[return-value]


def forget_old_keys(*, now: datetime) -> int:
    """Delete keys past their time; the number deleted."""
    old = sa.delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEPT)
    return changed(db.session.execute(old))


def _key() -> str:
    key = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not _FORM.match(key):
        raise BadRequest(f"Send a {HEADER} of 8 to 64 letters, digits, - or _ with each change.")
    return key


def _request_hash() -> bytes:
    """The act that was asked for, without what differs from try to try."""
    if request.form:
        pairs = sorted(request.form.items(multi=True))
        body = repr([pair for pair in pairs if pair[0] not in {"csrf_token", FIELD}]).encode()
    else:
        body = request.get_data(cache=True)
    return hashlib.sha256(f"{request.method} {request.path}\n".encode() + body).digest()


def _claim(scope: str, key: str, *, digest: bytes, now: datetime) -> Response | None:
    """Take the key, or the stored answer of whoever took it first."""
    row = {"scope": scope, "key": key, "request_hash": digest, "created_at": now}
    row |= {"status": 0, "location": "", "body": b""}
    if changed(run(_take(dialect()), row)):
        return None
    stored = db.session.get_one(IdempotencyKey, (scope, key))
    if stored.request_hash != digest:
        raise KeyUsedForAnotherBody
    return _replay(stored)


# Built once: building a statement costs more than running it.
_KEYS = table(IdempotencyKey)
_KEEP_ANSWER = (
    sa.update(_KEYS)
    .where(_KEYS.c.scope == sa.bindparam("of"), _KEYS.c.key == sa.bindparam("which"))
    .values(
        status=sa.bindparam("new_status"),
        location=sa.bindparam("new_location"),
        body=sa.bindparam("new_body"),
    )
)


@cache
def _take(into: str) -> sa.Insert:
    return insert(IdempotencyKey, into=into).on_conflict_do_nothing()


def _replay(stored: IdempotencyKey) -> Response:
    is_page = bool(stored.location)
    body = zlib.decompress(stored.body) if stored.body else b""
    response = Response(body, status=stored.status)
    response.mimetype = "text/html" if is_page else "application/json"
    if is_page:
        response.headers["Location"] = stored.location
    return response


def _run(view: Callable[..., Any], args: Any, kwargs: Any, *, key: str) -> Response:
    response = make_response(view(*args, **kwargs))
    if response.status_code >= 400:
        raise _Refused(response)
    location = response.headers.get("Location", "")
    answer = {
        "of": viewer().key,
        "which": key,
        "new_status": response.status_code,
        "new_location": location,
        "new_body": b"" if location else zlib.compress(response.get_data(), 1),
    }
    run(_KEEP_ANSWER, answer)
    return response
