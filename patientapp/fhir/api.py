"""FHIR R4 at /fhir/R4: reads, searches, and QuestionnaireResponse create."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request

from patientapp import clock
from patientapp.access.guard import public, requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.clients.pages import server_metadata
from patientapp.db import transaction
from patientapp.errors import BadRequest, Problem
from patientapp.fhir import definitions, searches
from patientapp.fhir.actions import create as keep
from patientapp.fhir.bundles import bundle
from patientapp.fhir.capability import statement
from patientapp.fhir.kinds import KINDS
from patientapp.fhir.received import identifier_of, received
from patientapp.fhir.searches import Found
from patientapp.questionnaires.library import default_library
from patientapp.web.api import strict_json
from patientapp.web.current import settings
from patientapp.web.idempotency import HEADER, once
from patientapp.workdays import london_day

blueprint = Blueprint("fhir", __name__, url_prefix="/fhir/R4")
JSON = "application/fhir+json"
FORM = "application/x-www-form-urlencoded"
FORMATS = frozenset({"", "json", "application/json", JSON, "application/fhir json", "*/*"})
SEARCHED = f"any({', '.join(repr(name) for name in KINDS)})"


class NotAcceptable(Problem):
    """This server writes FHIR as JSON only."""

    status = 406
    title = "JSON is the only form here"


@blueprint.before_request
def check_format() -> None:
    """NotAcceptable where something other than JSON is asked for."""
    if request.values.get("_format", "").partition(";")[0].strip() not in FORMATS:
        raise NotAcceptable("Use _format=json.")
    taken = request.accept_mimetypes
    if "_format" not in request.values and taken and not (taken.accept_json or taken.quality(JSON)):
        raise NotAcceptable(f"Accept {JSON}.")


@blueprint.get("/metadata")
@public
def metadata() -> Response:
    """The CapabilityStatement."""
    return _json(statement(base=_base(), token_url=server_metadata()["token_endpoint"]))


@blueprint.get("/.well-known/smart-configuration")
@public
def smart() -> dict[str, Any]:
    """Where a SMART backend service gets its token."""
    return server_metadata() | {"capabilities": ["client-confidential-symmetric", "permission-v1"]}


@blueprint.get("/Questionnaire")
@requires(Permission.READ_FHIR)
def questionnaires() -> Response:
    """The questionnaires of this installation."""
    found = definitions.matching(_given(), today=london_day(clock.now()), lenient=_lenient())
    return _json(bundle(_base(), "Questionnaire", _given(), Found(found, frozenset(), None, len(found))))


@blueprint.post("/Questionnaire/_search")
@requires(Permission.READ_FHIR)
def sent_questionnaires() -> Response:
    """The same, with the parameters in a form."""
    _check_form()
    return questionnaires()


@blueprint.get("/Questionnaire/<resource_id>")
@requires(Permission.READ_FHIR)
def questionnaire(resource_id: str) -> Response:
    """One version of one questionnaire."""
    return _json(definitions.one(resource_id, today=london_day(clock.now())))


@blueprint.get(f"/<{SEARCHED}:kind>")
@requires(Permission.READ_FHIR)
def search(kind: str) -> Response:
    """A page of a searchset; each search stands in the audit with whom it found."""
    wanted = searches.asked(KINDS[kind], _given(), lenient=_lenient())
    with transaction():
        found = searches.search(viewer(), KINDS[kind], wanted)
        ids = " ".join(sorted(map(str, found.patients)))
        one = next(iter(found.patients)) if len(found.patients) == 1 else None
        record(viewer(), f"searched {kind}", now=clock.now(), patient_id=one, object=ids)
    return _json(bundle(_base(), kind, _given(), found))


@blueprint.post(f"/<{SEARCHED}:kind>/_search")
@requires(Permission.READ_FHIR)
def sent_search(kind: str) -> Response:
    """The same search with its parameters in a form, where no log of addresses keeps them."""
    _check_form()
    return search(kind)


@blueprint.get(f"/<{SEARCHED}:kind>/<resource_id>")
@requires(Permission.READ_FHIR)
def read(kind: str, resource_id: str) -> Response:
    """One resource of my service's."""
    with transaction():
        whose, made = searches.read(viewer(), kind, resource_id)
        record(viewer(), f"read {kind}", now=clock.now(), patient_id=whose, object=made["id"])
    return _json(made)


@blueprint.post("/QuestionnaireResponse")
@requires(Permission.WRITE_FHIR)
def create() -> Response:
    """Keep somebody's answers: scored, with alerts, once."""
    sent = strict_json(request.get_data(cache=True)) if request.is_json else None
    if sent is None:
        raise BadRequest(f"Send the resource as Content-Type: {JSON}.")
    if HEADER in request.headers:
        return _told(once(_keep)(sent))
    if "If-None-Exist" not in request.headers and not (isinstance(sent, dict) and sent.get("identifier")):
        raise BadRequest(
            f"Send an {HEADER}, or If-None-Exist: identifier=system|value, so that it is once."
        )
    with transaction():
        return _told(_keep(sent))


def _keep(sent: object) -> Response:
    now, key = clock.now(), _condition()
    got = received(sent, default_library(), now=now)
    response_id, is_new = keep(viewer(), got, key=key, now=now)
    _whose, made = searches.read(viewer(), "QuestionnaireResponse", str(response_id))
    response = _json(made)
    response.status_code = 201 if is_new else 200
    return response


def _condition() -> str | None:
    """What If-None-Exist asks for: one identifier."""
    given = request.headers.get("If-None-Exist")
    if given is None:
        return None
    asked = parse_qsl(given.lstrip("?"), keep_blank_values=True)
    if len(asked) != 1 or asked[0][0] != "identifier" or not asked[0][1].strip("|"):
        raise BadRequest("If-None-Exist takes identifier=system|value.")
    system, _bar, value = asked[0][1].rpartition("|")
    return identifier_of({"system": system, "value": value})


def _told(response: Response) -> Response:
    """With its address; without its body where the client prefers so."""
    made = json.loads(response.get_data())
    response.headers["Location"] = f"{_base()}/QuestionnaireResponse/{made['id']}"
    response.mimetype = JSON
    if "return=minimal" in request.headers.get("Prefer", ""):
        response.set_data(b"")
    return response


def _base() -> str:
    return f"{settings().public_url.rstrip('/')}{blueprint.url_prefix}"


def _given() -> list[tuple[str, str]]:
    return [*request.args.items(multi=True), *request.form.items(multi=True)]


def _check_form() -> None:
    """BadRequest for a search sent as anything but a form: its parameters would go unread."""
    if request.mimetype != FORM and request.get_data():
        raise BadRequest(f"Send the search as Content-Type: {FORM}.")


def _lenient() -> bool:
    return "handling=lenient" in request.headers.get("Prefer", "")


def _json(made: Mapping[str, Any]) -> Response:
    return Response(json.dumps(made), mimetype=JSON)
