"""From an Authorization header to a viewer: the client behind a token, or a refusal that says why."""

from __future__ import annotations

from datetime import datetime

import structlog

from patientapp.access.viewer import Viewer
from patientapp.clients.actions import note_token
from patientapp.clients.queries import system_client, viewer_of
from patientapp.clients.rules import why_not
from patientapp.clients.tokens import read
from patientapp.config import Settings
from patientapp.db import transaction
from patientapp.errors import SignInNeeded
from patientapp.web.current import settings

log = structlog.get_logger(__name__)
BEARER = "bearer "


class InvalidToken(SignInNeeded):
    """This access token opens nothing here. Its answer says why; ask for a new one with your secret."""

    title = "This token cannot be used"


def bearer_of(header: str | None) -> str | None:
    """The token of an Authorization header; None where there is no bearer."""
    if header is None or not header.lower().startswith(BEARER):
        return None
    return header[len(BEARER) :].strip()


def audience(of: Settings) -> str:
    """Whom our tokens are for: this installation, by its public address."""
    return of.public_url.rstrip("/")


def client_viewer(token: str, *, now: datetime) -> Viewer:
    """Who asks with this token; InvalidToken, noted in the audit where the client is known."""
    said = read(token, key=settings().secret_key)
    if said is None:
        log.warning("token refused", why="not ours")
        raise InvalidToken("The access token is not one of ours.")
    refusal = why_not(said, audience=audience(settings()), now=now)
    client = system_client(str(said.get("client_id")))
    if refusal is None and client is not None:
        return viewer_of(client, str(said["scope"]))
    why = refusal.value if refusal else "its client was revoked"
    log.warning("token refused", why=why)
    if client is not None:
        with transaction():
            note_token(client.id, f"token refused: {why}", now=now)
    raise InvalidToken(f"The access token cannot be used: {why}.")
