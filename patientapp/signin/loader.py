"""Before each request: who asks (SEC-02). After it: note that the session was used."""

from __future__ import annotations

from flask import Response, after_this_request, current_app, g, request

from patientapp import clock
from patientapp.access.guard import POLICY, PUBLIC
from patientapp.access.matrix import HOLDERS, Permission
from patientapp.access.viewer import Role
from patientapp.clients.signing import bearer_of, client_viewer
from patientapp.signin import cookies
from patientapp.signin.cookies import Credential, Kind
from patientapp.signin.queries import system_viewer

MACHINES = ("/api/", "/fhir/")
CARERS = "/caring"  # their cookie counts nowhere else (SEC-11)
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
    """Whose cookie counts here. A browser may hold both, as a desk does where a patient is helped."""
    if path == "/staff" or path.startswith(("/staff/", "/fhir/")):
        return (Kind.STAFF,)
    if path == CARERS or path.startswith(f"{CARERS}/"):
        return (Kind.CARER,)
    if not path.startswith("/api/"):
        return (Kind.PATIENT,)
    return (Kind.PATIENT, Kind.STAFF) if _is_patients_own() else (Kind.STAFF, Kind.PATIENT)


def _is_patients_own() -> bool:
    """Whether only a patient may use this route, as its own policy says (SEC-01)."""
    view = current_app.view_functions.get(request.endpoint or "")
    policy = getattr(view, POLICY, PUBLIC)
    return policy != PUBLIC and HOLDERS[Permission(policy)] == {Role.PATIENT}


def _note_use(credential: Credential) -> None:
    @after_this_request
    def refresh(response: Response) -> Response:
        cookies.refresh(response, credential, now=clock.now())
        return response
