"""What this server can do, as it says so itself: made from the maps that the searches use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from patientapp.fhir.conditions import Param
from patientapp.fhir.definitions import PARAMS
from patientapp.fhir.kinds import KINDS

Resource = dict[str, Any]
SINCE = "2026-11-22"
OAUTH = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
SERVICE = "http://terminology.hl7.org/CodeSystem/restful-security-service"
# The type of each search parameter; every other one is a token.
TYPES = {
    "patient": "reference",
    "subject": "reference",
    "actor": "reference",
    "derived-from": "reference",
    "questionnaire": "reference",
    "_lastUpdated": "date",
    "authored": "date",
    "date": "date",
    "birthdate": "date",
    "family": "string",
    "given": "string",
    "name": "string",
    "title": "string",
    "url": "uri",
}


def statement(*, base: str, token_url: str) -> Resource:
    """The CapabilityStatement (FHIR R4 5.1)."""
    uris = {"url": OAUTH, "extension": [{"url": "token", "valueUri": token_url}]}
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": SINCE,
        "kind": "instance",
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "implementation": {"description": "patientapp", "url": base},
        "rest": [
            {
                "mode": "server",
                "security": {
                    "extension": [uris],
                    "service": [{"coding": [{"system": SERVICE, "code": "SMART-on-FHIR"}]}],
                },
                "documentation": "Each search may also be sent as POST [type]/_search.",
                "resource": list(_resources()),
            }
        ],
    }


def _resources() -> Iterator[Resource]:
    yield _resource("Questionnaire", PARAMS, creates=False)
    for name, kind in KINDS.items():
        made = _resource(name, kind.params, creates=name == "QuestionnaireResponse")
        sorts = f"_sort: {', '.join(sorted(kind.orders))}; a minus before it puts the newest first."
        yield (
            made | {"documentation": sorts} | ({"searchInclude": kind.includes} if kind.includes else {})
        )


def _resource(name: str, params: Mapping[str, Param | Any], *, creates: bool) -> Resource:
    verbs = ["read", "search-type", *(["create"] if creates else [])]
    made: Resource = {
        "type": name,
        "interaction": [{"code": verb} for verb in verbs],
        "versioning": "no-version",
        "searchParam": [{"name": one, "type": TYPES.get(one, "token")} for one in sorted(params)],
    }
    return made | ({"conditionalCreate": True} if creates else {})
