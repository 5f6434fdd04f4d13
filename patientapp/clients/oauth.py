"""The token endpoint's rules, by Authlib: RFC 6749 section 4.4, client credentials."""

from __future__ import annotations

import secrets
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.integrations.flask_oauth2.requests import FlaskOAuth2Payload
from authlib.oauth2.rfc6749 import ClientMixin, OAuth2Request, grants
from authlib.oauth2.rfc6749.errors import InvalidScopeError
from flask import request

from patientapp import clock
from patientapp.access.matrix import Scope
from patientapp.clients.actions import is_secret_of, note_token
from patientapp.clients.models import Client
from patientapp.clients.queries import system_client
from patientapp.clients.rules import TOKEN_LIFE, claims
from patientapp.clients.signing import audience
from patientapp.clients.tokens import signed
from patientapp.web.current import settings

WAYS = ("client_secret_basic", "client_secret_post")


class _Known(ClientMixin):  # type: ignore[misc]
    """A client as Authlib asks about it. An unknown one is asked the same and fails the same."""

    def __init__(self, client: Client | None) -> None:
        self.client = client

    def get_client_id(self) -> str:
        return str(self.client.id) if self.client else ""

    def check_client_secret(self, client_secret: str) -> bool:
        if self.client is None:
            return False
        if is_secret_of(self.client, client_secret):
            return True
        note_token(self.client.id, "token refused: wrong secret", now=clock.now())
        return False

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in WAYS and endpoint == "token"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == str(ClientCredentials.GRANT_TYPE)

    def get_allowed_scope(self, scope: str | None) -> str:
        """What was asked for, if all of it is held; all that is held, if nothing was asked."""
        held = frozenset(self.client.scopes if self.client else ()) & frozenset(Scope)
        asked = frozenset((scope or "").split())
        return " ".join(sorted(asked or held)) if asked <= held else ""


class ClientCredentials(grants.ClientCredentialsGrant):  # type: ignore[misc]
    """Client credentials; a scope that is not held is refused, not silently dropped."""

    TOKEN_ENDPOINT_AUTH_METHODS = list(WAYS)

    def validate_requested_scope(self) -> None:
        """InvalidScopeError for what this client does not hold."""
        if not self.request.client.get_allowed_scope(self.request.payload.scope):
            raise InvalidScopeError


class _Request(OAuth2Request):  # type: ignore[misc]
    """This request. TLS ends at the proxy: that the public address has it is IO-10's to hold."""

    def __init__(self) -> None:
        super().__init__(request.method, "https://tls.ends.before.us", headers=request.headers)
        self.payload = FlaskOAuth2Payload(request)

    @property
    def form(self) -> Any:
        return request.form


class Server(AuthorizationServer):  # type: ignore[misc]
    """Gives tokens to clients and notes each; what it knows stands in our tables."""

    def __init__(self) -> None:
        super().__init__(query_client=lambda name: _Known(system_client(name)), save_token=_note)
        self.scopes_supported = None
        self._token_generators["default"] = _token
        self.register_grant(ClientCredentials)

    def create_oauth2_request(self, request: Any) -> _Request:
        """The request as Authlib reads it."""
        return _Request()


def _token(*, client: _Known, scope: str | None, **_: Any) -> dict[str, Any]:
    granted = client.get_allowed_scope(scope)
    said = claims(
        client_id=client.get_client_id(),
        scope=granted,
        audience=audience(settings()),
        token_id=secrets.token_hex(16),
        now=clock.now(),
    )
    return {
        "access_token": signed(said, key=settings().secret_key),
        "token_type": "Bearer",
        "expires_in": int(TOKEN_LIFE.total_seconds()),
        "scope": granted,
    }


def _note(token: dict[str, Any], asked: OAuth2Request) -> None:
    client = asked.client.client
    note_token(client.id, f"token given for {token['scope']}", now=clock.now())
