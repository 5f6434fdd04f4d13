"""Where machines get tokens (RFC 6749), and where that is written down for them (RFC 8414)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from patientapp.access.guard import public
from patientapp.access.matrix import Scope
from patientapp.clients.oauth import WAYS, Server
from patientapp.clients.signing import audience
from patientapp.db import transaction
from patientapp.web.current import settings
from patientapp.web.limits import limiter
from patientapp.web.security import csrf

blueprint = Blueprint("clients", __name__)
PATH = "/oauth/token"


@blueprint.post(PATH)
@public
@limiter.limit("60/minute")
def token() -> Response:
    """A token for a client that shows its secret; no cookie plays any part here."""
    with transaction():
        response: Response = Server().create_token_response()
    return response


@blueprint.get("/.well-known/oauth-authorization-server")
@public
def metadata() -> dict[str, Any]:
    """Which ways and scopes there are."""
    return server_metadata()


def server_metadata() -> dict[str, Any]:
    """The facts of RFC 8414."""
    issuer = audience(settings())
    return {
        "issuer": issuer,
        "token_endpoint": f"{issuer}{PATH}",
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": list(WAYS),
        "scopes_supported": sorted(Scope),
        "response_types_supported": [],
    }


csrf.exempt(blueprint)  # a secret of the body or header stands where a cookie would
