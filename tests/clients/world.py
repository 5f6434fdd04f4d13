"""Other systems with secrets and tokens."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.matrix import Scope
from patientapp.clients.actions import add_client
from patientapp.clients.models import Client
from patientapp.services.models import Service
from tests.factories import NOW


def make_client(session: Session, service: Service, *scopes: Scope) -> tuple[Client, str]:
    """A client of a service and its secret."""
    made = add_client(
        service_id=service.id,
        name="Trust data hub",
        scopes=scopes or (Scope.CHANGES_READ,),
        by="shell:test",
        now=NOW,
    )
    session.commit()
    return made


def token_of(browser: FlaskClient, client: Client, secret: str, **asked: str) -> str:
    """A token, got as any OAuth client gets one."""
    form = {"grant_type": "client_credentials"} | asked
    response = browser.post("/oauth/token", data=form, auth=(str(client.id), secret))
    assert response.status_code == 200, response.text
    return str(response.get_json()["access_token"])


def bearer(token: str) -> dict[str, str]:
    """What such a client sends."""
    return {"Authorization": f"Bearer {token}"}
