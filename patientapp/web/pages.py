"""Pages of nobody's: the built front end, the API's description, probes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, send_from_directory
from flask.typing import ResponseReturnValue

from patientapp import errors
from patientapp.access.guard import public
from patientapp.errors import NotFound, Problem, Unavailable
from patientapp.web.api import PREFIX
from patientapp.web.installation import is_current

STATIC_FOLDER = Path(__file__).parent / "static"
A_YEAR = 31_536_000

blueprint = Blueprint("web", __name__)


@blueprint.get("/static/<path:name>")
@public
def static(name: str) -> ResponseReturnValue:
    """A built file; its name carries a hash of its content, so phones keep it for good."""
    packed = f"{name}.gz"
    if "gzip" in request.headers.get("Accept-Encoding", "") and (STATIC_FOLDER / packed).is_file():
        response = send_from_directory(STATIC_FOLDER, packed, max_age=A_YEAR)
        response.headers["Content-Encoding"] = "gzip"
        response.mimetype = _mimetype(name)
    else:
        response = send_from_directory(STATIC_FOLDER, name, max_age=A_YEAR)
    response.headers["Vary"] = "Accept-Encoding"
    return response


def _mimetype(name: str) -> str:
    known = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
    return known.get(Path(name).suffix, "application/octet-stream")


@blueprint.get(f"{PREFIX}/openapi.json")
@public
def openapi() -> Response:
    """The API's OpenAPI 3.1 description, made once."""
    return Response(_description(current_app._get_current_object()), mimetype="application/json")  # type: ignore[attr-defined]


@cache
def _description(app: Any) -> str:
    return json.dumps(app.extensions["patientapp.api"].spec.to_dict())


@blueprint.get(f"{PREFIX}/docs")
@public
def docs() -> str:
    """The API's description for people."""
    return render_template("web/api-docs.html", spec_url=f"{PREFIX}/openapi.json")


@blueprint.get("/problems/<slug>")
@public
def problem(slug: str) -> str:
    """What a problem type means: the docstring of its class."""
    found = _problems(Problem).get(slug)
    if found is None:
        raise NotFound
    return render_template("web/problem.html", title=found.title, text=found.__doc__)


def _problems(family: type[errors.Problem]) -> dict[str, type[errors.Problem]]:
    known = {family.slug(): family}
    for child in family.__subclasses__():
        known |= _problems(child)
    return known


@blueprint.get("/health/live")
@public
def live() -> dict[str, str]:
    """This process answers."""
    return {"status": "live"}


@blueprint.get("/health/ready")
@public
def ready() -> dict[str, str]:
    """This process and its database answer, and the tables are not older than the code (OPS-04)."""
    if not is_current():
        raise Unavailable("The database is older than this version: run patientapp db upgrade.")
    return {"status": "ready"}
