"""Before each request: who asks (SEC-02). After it: note that the session was used."""

from __future__ import annotations

from flask import Response, after_this_request, g, request

from patientapp import clock
from patientapp.clients.signing import bearer_of, client_viewer
from patientapp.signin import cookies
from patientapp.signin.cookies import Credential, Kind
from patientapp.signin.queries import system_viewer

MACHINES = ("/api/", "/fhir/")
NOBODY = ("/static/", "/webhooks/", "/health/", "/q/")


def load_viewer() -> None:
    """Set g.viewer and g.service from the token or cookie that this address looks at, no more."""
    g.viewer = g.service = None
    token = bearer_of(request.headers.get("Authorization"))
    if token is not None and request.path.startswith(MACHINES):
        g.viewer = client_viewer(token, now=clock.now())  # or a refusal: no cookie stands in for it
        return
    if request.path.startswith(NOBODY):
        return
    for kind in _kinds(request.path):
        credential = cookies.read(request, kind)
        found = credential and system_viewer(credential, now=clock.now())
        if credential and found:
            g.viewer, g.service = found
            if not g.viewer.idle:
                _note_use(credential)
            return


def _kinds(path: str) -> tuple[Kind, ...]:
    if path == "/staff" or path.startswith(("/staff/", "/fhir/")):
        return (Kind.STAFF,)
    return (Kind.STAFF, Kind.PATIENT) if path.startswith("/api/") else (Kind.PATIENT,)


def _note_use(credential: Credential) -> None:
    @after_this_request
    def refresh(response: Response) -> Response:
        cookies.refresh(response, credential, now=clock.now())
        return response
