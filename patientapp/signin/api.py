"""Who am I: what a client needs before its first change."""

from __future__ import annotations

from typing import Any

from flask_wtf.csrf import generate_csrf
from marshmallow import fields

from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.web.api import Blueprint, StrictSchema

blueprint = Blueprint("me", __name__, description="The person behind the credential")


class MeSchema(StrictSchema):
    """Roles of the viewer, and the token that each change carries as X-CSRFToken (SEC-09)."""

    roles = fields.List(fields.String(), required=True)
    service_id = fields.UUID(required=True)
    csrf_token = fields.String(required=True)


@blueprint.get("/me")
@requires(Permission.SEE_SELF)
@blueprint.response(200, MeSchema)
def me() -> dict[str, Any]:
    """The viewer's roles and a CSRF token."""
    asking = viewer()
    return {
        "roles": sorted(role.value for role in asking.roles),
        "service_id": asking.service_id,
        "csrf_token": generate_csrf(),
    }
