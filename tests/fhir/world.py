"""People with answers, seen as FHIR."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.matrix import Scope
from patientapp.questionnaires.fhir import BASE, faults
from patientapp.questionnaires.library import default_library
from patientapp.services.models import Service
from tests.clients.world import bearer, make_client, token_of
from tests.questionnaires.test_fhir import validator

ROOT = "/fhir/R4"


def machine(browser: FlaskClient, session: Session, service: Service, *scopes: Scope) -> dict[str, str]:
    """The headers of another system that reads and writes FHIR for this service."""
    made, secret = make_client(session, service, *(scopes or (Scope.FHIR_READ, Scope.FHIR_WRITE)))
    return bearer(token_of(browser, made, secret))


def valid(resource: dict[str, Any]) -> dict[str, Any]:
    """The resource, once HL7's schema and what it cannot see have passed it, entries too."""
    if resource["resourceType"] != "Bundle":
        validator(resource["resourceType"]).validate(resource)
        assert list(faults([resource])) == []
        return resource
    # each entry by its own kind: the schema would try every kind there is on each of them
    entries = resource.get("entry", ())
    bare = [{name: part for name, part in one.items() if name != "resource"} for one in entries]
    validator("Bundle").validate(resource | ({"entry": bare} if bare else {}))
    for one in entries:
        valid(one["resource"])
    return resource


def answers(
    patient_id: object, *, instrument: str = "pseq", value: int = 3, **over: Any
) -> dict[str, Any]:
    """A QuestionnaireResponse as another system sends one."""
    chosen = default_library().get(instrument)
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"{BASE}/Questionnaire/{instrument}|{chosen.version}",
        "status": "completed",
        "subject": {"reference": f"Patient/{patient_id}"},
        "authored": "2026-09-22T09:00:00+01:00",
        "item": [{"linkId": item.code, "answer": [{"valueInteger": value}]} for item in chosen.items],
    } | over
