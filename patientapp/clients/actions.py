"""Verbs on machine clients: made by a person at the shell, revoked at once, every token noted."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from patientapp.access.matrix import Scope
from patientapp.audit.actions import record_system
from patientapp.clients.models import Client
from patientapp.clients.rules import LONGEST_NAME
from patientapp.db import db
from patientapp.errors import Conflict, Invalid, NotFound


class AlreadyRevoked(Conflict):
    """This client was revoked before; nothing was changed."""

    title = "This client was revoked before"


def add_client(
    *, service_id: UUID, name: str, scopes: Collection[str], by: str, now: datetime
) -> tuple[Client, str]:
    """A new client and its secret, which is told this once and never again."""
    wrong = _mistakes(name, scopes)
    if wrong:
        raise Invalid("The client cannot be added.", fields=wrong)
    secret = secrets.token_urlsafe(32)
    client = Client(
        id=uuid4(),
        service_id=service_id,
        name=name.strip(),
        scopes=sorted(set(scopes)),
        secret_hash=hash_of(secret),
        created_at=now,
        created_by=by,
    )
    db.session.add(client)
    db.session.flush()
    record_system(
        f"added client for {' '.join(client.scopes)}", chain=_chain(client.id), now=now, actor=by
    )
    return client, secret


def revoke(client_id: UUID, *, by: str, now: datetime) -> Client:
    """End a client: its secret gets no token, and its tokens open nothing, from now (SEC-10)."""
    client = db.session.get(Client, client_id, with_for_update=True)
    if client is None:
        raise NotFound
    if client.revoked_at is not None:
        raise AlreadyRevoked
    client.revoked_at, client.revoked_by = now, by
    db.session.flush()
    record_system("revoked client", chain=_chain(client_id), now=now, actor=by)
    return client


def note_token(client_id: UUID, outcome: str, *, now: datetime) -> None:
    """A token was given or refused: in the client's own chain of the audit."""
    record_system(outcome, chain=_chain(client_id), now=now, actor=f"client:{client_id}")


def hash_of(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def is_secret_of(client: Client, secret: str) -> bool:
    """Whether this is the client's secret, in constant time."""
    return secrets.compare_digest(client.secret_hash, hash_of(secret))


def _mistakes(name: str, scopes: Collection[str]) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        wrong["name"] = [f"Give a name of 1 to {LONGEST_NAME} characters: which system is it?"]
    if unknown := sorted(set(scopes) - set(Scope)):
        wrong["scopes"] = [f"No such scope: {', '.join(unknown)}. Use {', '.join(sorted(Scope))}."]
    elif not scopes:
        wrong["scopes"] = [f"Give at least one scope of {', '.join(sorted(Scope))}."]
    return wrong


def _chain(client_id: UUID) -> str:
    return f"client:{client_id}"
